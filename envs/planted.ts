/** Families of tasks in planted groups: task i is of group i mod their number. */
import * as Either from "fp-ts/lib/Either.js"
import { child, type Key, type Stream, stream, zeroKey } from "../core/random/mod.ts"
import type { EnvError } from "./error.ts"
import type { Family, Task, TaskSet } from "./family.ts"
import type { Params } from "./parameter.ts"

/** Such a family: how many groups it has, and what their tasks are. */
export interface Planted<O> {
  /** Id of the family, for its random stream. */
  readonly id: string
  /** Checks the options. */
  readonly read: (given: Params) => Either.Either<EnvError, O>
  readonly groups: (options: O) => number
  /** A task of a group, by draws from its own stream; its id begins with `name`. */
  readonly taskOf: (options: O, group: number, name: string, s: Stream) => Task
}

/**
 * n tasks by the option `seed`, and others by a key: each is the same whatever their number.
 *
 * - Errors: those of `read`.
 */
export const planted = <O extends { readonly n: number; readonly seed: number }>({
  id,
  read,
  groups,
  taskOf
}: Planted<O>): Pick<Family, "tasks" | "draw"> => {
  const taskSet = (o: O, key: Key, count: number, label: string): TaskSet => {
    const labels = Array.from({ length: count }, (_, i) => i % groups(o))
    return {
      tasks: labels.map((group, i) => taskOf(o, group, `${label}=${i}`, stream(child(key, i)))),
      planted: labels
    }
  }
  return {
    tasks: (given) => Either.map((o: O) => taskSet(o, child(zeroKey, id, o.seed), o.n, "task"))(read(given)),
    draw: (given, key, count) => Either.map((o: O) => taskSet(o, child(key, id), count, "test"))(read(given))
  }
}

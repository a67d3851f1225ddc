import * as Either from "fp-ts/lib/Either.js"
import type { Key } from "../core/random/mod.ts"
import type { Environment } from "./env.ts"
import { type EnvError, optionError } from "./error.ts"
import { type ParameterTable, type Params, type Resolved, resolve } from "./parameter.ts"

/** One task: an environment with parameters, under an id that does not depend on its place in a list. */
export interface Task {
  /** Stable and readable, e.g. "length=0.5". */
  readonly id: string
  readonly environment: string
  readonly params: Params
}

/** The tasks of a run. */
export interface TaskSet {
  readonly tasks: readonly Task[]
  /** The group of each task where the family planted groups: what a grouping should find. */
  readonly planted: readonly number[] | undefined
}

/** A distribution of tasks as data: the record that a plugin contributes. */
export interface Family {
  readonly id: string
  readonly summary: string
  /** The one environment of all tasks; they share its observation and action spaces. */
  readonly environment: Environment
  /** What can be set; all families have `n`, the number of tasks. */
  readonly options: ParameterTable
  /**
   * The family's tasks, in a fixed order, with distinct ids.
   *
   * - Errors: `UnknownName` or `ParameterError` for the options.
   */
  readonly tasks: (options: Params) => Either.Either<EnvError, TaskSet>
  /**
   * `count` further tasks of the same distribution for testing, decided by the key.
   *
   * - Errors: `UnknownName` or `ParameterError` for the options.
   */
  readonly draw: (options: Params, key: Key, count: number) => Either.Either<EnvError, TaskSet>
}

/** Tasks before they are told their environment; `planted` where the groups are known. */
export interface Tasks {
  readonly tasks: readonly Pick<Task, "id" | "params">[]
  readonly planted?: readonly number[] | undefined
}

/** A family before its options are checked: its functions receive every option, valid and typed. */
export interface FamilySpec<T extends ParameterTable> extends Omit<Family, "options" | "tasks" | "draw"> {
  readonly options: T
  readonly tasks: (options: Resolved<T>) => Tasks
  readonly draw: (options: Resolved<T>, key: Key, count: number) => Tasks
}

/**
 * Makes the record of a family; checking options is done here, once for all families.
 *
 * @example Tasks of a family that comes with the package
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { envs } from "policygradex"
 *
 * const drawn = envs.cartPoleLength.tasks({ n: 3 })
 * E.map(({ tasks }: envs.TaskSet) => tasks.map((t) => t.id))(drawn)
 * // => right(["length=0.1", "length=0.632456", "length=4"])
 * ```
 */
export const family = <T extends ParameterTable>(spec: FamilySpec<T>): Family => {
  const { id, environment, options } = spec
  const whole = ({ tasks, planted }: Tasks): TaskSet => ({
    tasks: tasks.map((t) => ({ id: t.id, environment: environment.id, params: t.params })),
    planted
  })
  return {
    ...spec,
    tasks: (given) => Either.map((o: Resolved<T>) => whole(spec.tasks(o)))(resolve(id, "option", options, given)),
    draw: (given, key, count) =>
      Either.map((o: Resolved<T>) => whole(spec.draw(o, key, count)))(resolve(id, "option", options, given))
  }
}

/** Draws in a row that give nothing new before a family is taken to have no further tasks. */
const REPEATS = 10_000

/**
 * `count` tasks with distinct ids, drawn one after another; a repeated id is drawn again.
 *
 * - Errors: `ParameterError` naming `count` where the family has fewer tasks.
 */
export const distinctDraws = (owner: string, count: number, draw: () => Task): Either.Either<EnvError, TaskSet> => {
  const found = new Map<string, Task>()
  for (let repeats = 0; found.size < count; repeats++) {
    const task = draw()
    if (!found.has(task.id)) repeats = 0
    found.set(task.id, task)
    if (repeats > REPEATS) {
      const want = `at most ${found.size}, as its options allow no more different tasks`
      return Either.left(optionError(owner, "count", count, want))
    }
  }
  return Either.right({ tasks: [...found.values()], planted: undefined })
}

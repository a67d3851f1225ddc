import * as Either from "fp-ts/lib/Either.js"
import { child, type Key, stream } from "../core/random/mod.ts"
import type { Batch } from "./batch.ts"
import { type Environment, limitOf } from "./env.ts"
import type { EnvError } from "./error.ts"
import type { Task } from "./family.ts"
import { type Member, vectorise } from "./vector.ts"

/**
 * A batch of `replicas` environments for each task; environment t·replicas + r is replica r of task t.
 *
 * Each has its own stream, `child(key, "environment", task.id, r)`, so a task's numbers do not depend on which other
 * tasks there are, nor on their order.
 *
 * Environments that are elsewhere are opened there, never played before with `fresh`; the caller closes such a batch.
 *
 * - Errors: those of the environment's parameters, `ArgumentError` for no tasks, `ProcessError` from elsewhere.
 */
export const taskBatch = (
  environment: Environment,
  tasks: readonly Pick<Task, "id" | "params">[],
  replicas: number,
  key: Key,
  how: { readonly fresh?: boolean } = {}
): Either.Either<EnvError, Batch> => {
  const keys = (id: string) => Array.from({ length: replicas }, (_, r) => child(key, "environment", id, r))
  if (environment.open !== undefined)
    return environment.open(
      tasks.flatMap(({ id, params }) => keys(id).map((k) => ({ params, key: k, task: id }))),
      how
    )
  const members: Member[] = []
  for (const task of tasks) {
    const made = environment.make(task.params)
    if (Either.isLeft(made)) return made
    for (const k of keys(task.id))
      members.push({
        dynamics: made.right,
        maxEpisodeSteps: limitOf(environment, made.right),
        stream: stream(k)
      })
  }
  return vectorise(members)
}

/** Independent trainings, done by the workers of the context. */

import { Effect } from "effect"
import type { LearnerError } from "../../algorithms/mod.ts"
import { type Failure, failureOf, partsOf } from "../../core/failure/mod.ts"
import { Session } from "../../core/service/session.ts"
import { choices } from "../../core/text/choices.ts"
import { type ItemError, job, Workers } from "./job.ts"
import { settingOf, TrainingSpec, toldSpec } from "./spec.ts"
import { Assignment, Trained, train } from "./training.ts"

/** One of the assignments failed: its place among them, and why; `Effect.catchReason` can mend by the reason. */
export type AssignmentError = Failure<"AssignmentError"> & { readonly index: number; readonly reason: LearnerError }

const failed = failureOf<"AssignmentError", { readonly index: number; readonly reason: LearnerError }>(
  "AssignmentError"
)

const assignmentError =
  (assignments: readonly Assignment[]) =>
  ({ index, reason }: ItemError): AssignmentError => {
    const tasks = choices(assignments[index]!.tasks.map((t) => t.id))
    return failed({ ...partsOf(reason), doing: `${reason.doing}, in training ${index} (${tasks})`, index, reason })
  }

/** One item is one training, from beginning to end. */
export const trainingJob = job({
  name: "training",
  setting: TrainingSpec,
  item: Assignment,
  result: Trained,
  kept: true,
  open: Effect.fnUntraced(function* (spec, catalog) {
    const session = yield* Session
    const setting = yield* settingOf(spec, catalog)
    const told = yield* Effect.cached(settingOf(toldSpec(spec), catalog))
    return (a) => {
      const trained = a.told === true ? Effect.flatMap(told, (s) => train(s, a)) : train(setting, a)
      return Effect.provideService(trained, Session, session)
    }
  }),
  // A long training that starts last keeps one worker busy when the others are done.
  size: ({ tasks, iterations }: Assignment) => tasks.length * iterations
})

/**
 * Does all assignments; results in their order, bit for bit the same whatever the number of workers. `done` is told of
 * each as it finishes, one at a time. The first failure stops the others.
 *
 * - Errors: `ArgumentError` where the spec names what there is not; `AssignmentError` for the training that failed.
 */
export const trainAll = Effect.fn("policygradex.trainAll")(function* (
  spec: TrainingSpec,
  assignments: readonly Assignment[],
  done?: (index: number, trained: Trained) => Effect.Effect<void>
) {
  const workers = yield* Workers
  yield* settingOf(spec, workers.catalog) // refused here, before any thread starts
  const all = yield* workers.open(trainingJob, spec)
  return yield* Effect.mapError(all(assignments, done), assignmentError(assignments))
}, Effect.scoped)

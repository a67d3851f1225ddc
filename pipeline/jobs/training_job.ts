/** Independent trainings, done by the workers of the context. */

import { Effect, Schema } from "effect"
import { Session } from "../../core/service/session.ts"
import { choices } from "../../core/text/choices.ts"
import { ItemFailure, job, Workers } from "./job.ts"
import { settingOf, TrainingSpec, toldSpec } from "./spec.ts"
import { Assignment, Trained, train } from "./training.ts"

/** One of the assignments failed; `reason` tells why, and `Effect.catchReason` can mend by it. */
export class AssignmentError extends Schema.TaggedError<AssignmentError>()("AssignmentError", {
  /** Its place among the assignments. */
  index: Schema.Int,
  /** Ids of its tasks. */
  tasks: Schema.Array(Schema.String),
  reason: ItemFailure
}) {
  override get message(): string {
    return `Cannot finish training ${this.index} (${choices(this.tasks)}): ${this.reason.message}`
  }
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
 * - Errors: `ProblemError` where the spec names what there is not; `AssignmentError` for the training that failed.
 */
export const trainAll = Effect.fn("policygradex.trainAll")(function* (
  spec: TrainingSpec,
  assignments: readonly Assignment[],
  done?: (index: number, trained: Trained) => Effect.Effect<void>
) {
  const workers = yield* Workers
  yield* settingOf(spec, workers.catalog) // refused here, before any thread starts
  const all = yield* workers.open(trainingJob, spec)
  return yield* all(assignments, done).pipe(
    Effect.mapError(
      ({ index, reason }) => new AssignmentError({ index, tasks: assignments[index]!.tasks.map((t) => t.id), reason })
    )
  )
}, Effect.scoped)

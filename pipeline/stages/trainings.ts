/** What stages of many trainings have in common: how they tell of them, and what they leave of them in the log. */
import { Effect, Schema } from "effect"
import { Progress } from "../../core/service/progress.ts"
import { type EventRow, RunStore } from "../../core/service/run_store.ts"
import { totalCost } from "../../core/service/session.ts"
import { Trained } from "../jobs/training.ts"
import { Labels } from "./schemas.ts"

/** How the returns of one training of a stage went. */
export const TrainingCurve = Schema.Struct({
  /** What tells it from the stage's other trainings: `group 1/seed 0`. */
  name: Schema.String,
  /** Its tasks by their places among all: the curve's columns. */
  members: Labels,
  curve: Trained.fields.curve
})
export type TrainingCurve = typeof TrainingCurve.Type

/** Which training it is. */
export type Named = Pick<TrainingCurve, "name" | "members">

/** The training of these tasks, of several that `which` tells apart. */
export const ofTasks = (members: readonly number[], which: string): Named => ({
  name: `tasks ${members.join(" ")}/${which}`,
  members
})

/** Is told how many trainings there will be, then of each as it finishes. */
export type Begin = (total: number) => Effect.Effect<(which: Named, trained: Trained) => Effect.Effect<void>>

/** Tells of each finished training, and logs its curve. */
export const telling = Effect.fnUntraced(function* (stage: string, taskIds: readonly string[]) {
  const { report } = yield* Progress
  const store = yield* RunStore
  // What was logged before this stage was stopped is logged once more, as it is found.
  yield* store.relog(logName(stage), [])
  const begin: Begin = Effect.fnUntraced(function* (total: number) {
    let [done, steps] = [0, 0]
    yield* report({ stage, done, total, unit: "trainings", steps })
    return (which, trained) => {
      done++
      steps += trained.steps
      const rows = curveRows(stage, taskIds, [{ ...which, curve: trained.curve }])
      // What cannot be logged now stops no training: at the end of the stage it is written, or refused.
      return Effect.andThen(Effect.ignore(store.log(rows)), report({ stage, done, total, unit: "trainings", steps }))
    }
  })
  return begin
})

/** Sees to it that the log has these curves of the stage, in their order, and no others. */
export const relogCurves = (stage: string, taskIds: readonly string[], curves: readonly TrainingCurve[]) =>
  Effect.flatMap(RunStore, (store) => store.relog(logName(stage), curveRows(stage, taskIds, curves)))

/** Rows of the event log: mean returns, and not what learners measure beside: there are hundreds of trainings. */
const curveRows = (stage: string, taskIds: readonly string[], curves: readonly TrainingCurve[]): readonly EventRow[] =>
  curves.flatMap(({ name, members, curve }) =>
    curve.flatMap((returns, step) =>
      returns.flatMap((value, a) => {
        const of = { stage: `${logName(stage)}/${name}`, step, task: taskIds[members[a]!]! }
        return Number.isNaN(value) ? [] : [{ ...of, metric: "meanReturn", value }]
      })
    )
  )

/** A stage's name in the log, as in the run's directory. */
const logName = (stage: string): string => stage.replaceAll(" ", "-")

/** Trainings may be done on other threads, so each tells what it cost. */
export const costOfTrainings = ({ trained }: { readonly trained: readonly Trained[] }) =>
  totalCost(trained.map((t) => t.cost))

/** Stage: one policy for all tasks, θ★, which everything after it starts from. */
import { Effect } from "effect"
import { Progress } from "../../core/service/progress.ts"
import { RunStore } from "../../core/service/run_store.ts"
import { evaluatorBy } from "../jobs/evaluate_job.ts"
import { rolloutsBy } from "../jobs/rollout_job.ts"
import { TrainedData } from "../jobs/schemas.ts"
import { meanOf, type Trained, train } from "../jobs/training.ts"
import { inWords } from "../result/result.ts"
import { relogTraining, rowsOf } from "../store/save.ts"
import type { StageContext, TasksOfSpec } from "./context.ts"
import { stage } from "./stage.ts"

/** One policy for all tasks, θ★. */
export const metaTraining = ({ setting, inParts }: StageContext) => {
  const name = "meta-training"
  return stage({
    name,
    result: TrainedData,
    costOf: (t: Trained) => t.cost,
    run: Effect.fnUntraced(function* (
      { spec, tasks, iterations, until, key }: TasksOfSpec & { readonly iterations: number; readonly until: number },
      { workers, checkpoints }
    ) {
      const { report, say } = yield* Progress
      const store = yield* RunStore
      const at = { stage: name, total: iterations, unit: "iterations" }
      yield* report({ ...at, done: 0, steps: 0 })
      const players = {
        rollouts: rolloutsBy(workers, spec, tasks, say),
        evaluator: evaluatorBy(workers, spec, tasks)
      }
      return yield* train(
        setting,
        { tasks, iterations, key },
        {
          begin: (past) => relogTraining(name, past, spec.taskIds),
          watch: (seen) => {
            const mean = meanOf(seen.returns)
            const note = Number.isNaN(mean) ? {} : { note: `mean return ${inWords(mean)}` }
            return Effect.andThen(
              store.log(rowsOf(name, seen, spec.taskIds)),
              report({ ...at, done: seen.iteration + 1, steps: seen.steps, ...note })
            )
          },
          until,
          checkpoints,
          ...(inParts ? { players } : {})
        }
      )
    })
  })
}

/** Stage: one policy for all tasks, θ★, which everything after it starts from. */
import { Effect } from "effect"
import { Progress } from "../../core/pipeline/progress.ts"
import { RunStore } from "../../core/pipeline/run_store.ts"
import { evaluatorBy } from "./evaluating.ts"
import { inWords } from "./result.ts"
import { rolloutsBy } from "./rolling.ts"
import { relogTraining, rowsOf } from "./save.ts"
import { TrainedData } from "./schemas.ts"
import type { Site, TasksOfSpec } from "./site.ts"
import { stage } from "./stage.ts"
import { meanOf, type Trained, train } from "./training.ts"

/** One policy for all tasks, θ★. */
export const metaTraining = ({ setting, inParts }: Site) => {
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

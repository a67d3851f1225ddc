/** Stage: one policy for all tasks, θ★, which everything after it starts from. */

import { Effect } from "effect"
import { STATE_PREFIX, savePolicy } from "../../algorithms/internal.ts"
import type { Floats } from "../../core/random/mod.ts"
import { Progress, type ProgressService } from "../../core/service/progress.ts"
import { type EventRow, RunStore } from "../../core/service/run_store.ts"
import { rounded } from "../../core/text/numbers.ts"
import type { Task } from "../../envs/mod.ts"
import { evaluatorBy } from "../jobs/evaluate_job.ts"
import { Workers } from "../jobs/job.ts"
import { rolloutsBy } from "../jobs/rollout_job.ts"
import { type IterationReport, meanOf, type Setting, Trained, train } from "../jobs/training.ts"
import { trainAll } from "../jobs/training_job.ts"
import type { StageContext, TasksOfSpec } from "./context.ts"
import { stage } from "./stage.ts"

export interface MetaTrainingInput extends TasksOfSpec {
  readonly iterations: number
  /** The training ends with the iteration whose mean return over tasks reaches this. */
  readonly until: number
}

export const metaTraining = ({ setting, onWorkers, logsAtEnd }: StageContext) => {
  const name = "meta-training"
  return stage({
    name,
    result: Trained,
    costOf: (t: Trained) => t.cost,
    run: Effect.fnUntraced(function* (
      { spec, tasks, iterations, until, key }: MetaTrainingInput,
      { workers, checkpoints }
    ) {
      const assignment = { tasks, iterations, key, ...(Number.isFinite(until) ? { until } : {}) }
      if (logsAtEnd) {
        const all = yield* Effect.provideService(trainAll(spec, [assignment]), Workers, workers)
        return all[0]!
      }
      const { report, say } = yield* Progress
      const store = yield* RunStore
      const at = { stage: name, total: iterations, unit: "iterations" }
      yield* report({ ...at, done: 0, steps: 0 })
      const remote = {
        rollouts: rolloutsBy(workers, spec, tasks, say),
        evaluator: evaluatorBy(workers, spec, tasks)
      }
      return yield* train(setting, assignment, {
        begin: (past) => relogTraining(name, past, spec.taskIds, say),
        watch: (seen) => {
          const mean = meanOf(seen.returns)
          const note = Number.isNaN(mean) ? {} : { note: `mean return ${rounded(mean)}` }
          return Effect.andThen(
            store.log(eventRows(name, seen, spec.taskIds)),
            report({ ...at, done: seen.iteration + 1, steps: seen.steps, ...note })
          )
        },
        checkpoints,
        ...(onWorkers ? { remote } : {})
      })
    }),
    save: Effect.fnUntraced(function* ({ spec, tasks }, meta) {
      const { say } = yield* Progress
      yield* relogTraining(name, meta, spec.taskIds, logsAtEnd ? () => Effect.void : say)
      yield* putMeta(setting, tasks, meta)
    })
  })
}

/** Rows of the event log: mean return and the algorithm's own metrics of one iteration, by task. */
const eventRows = (
  stage: string,
  { iteration, returns, metrics }: Omit<IterationReport, "steps">,
  taskIds: readonly string[]
): readonly EventRow[] =>
  returns.flatMap((value, i) => {
    const at = { stage, step: iteration, task: taskIds[i]! }
    // By name: what was kept does not know in which order a learner names its metrics.
    const named = Object.entries(metrics[i]!).sort(([a], [b]) => (a < b ? -1 : 1))
    const own = named.map(([metric, v]) => ({ ...at, metric, value: v }))
    return Number.isNaN(value) ? own : [{ ...at, metric: "meanReturn", value }, ...own]
  })

/** Sees to it that the log has the rows of all that a training has done, and of nothing beyond; says if it had not. */
const relogTraining = Effect.fnUntraced(function* (
  stage: string,
  { curve, metrics }: Pick<Trained, "curve" | "metrics">,
  taskIds: readonly string[],
  say: ProgressService["say"]
) {
  const store = yield* RunStore
  const rows = curve.flatMap((returns, i) => eventRows(stage, { iteration: i, returns, metrics: metrics[i]! }, taskIds))
  const missing = yield* store.relog(stage, rows)
  if (missing > 0) yield* say(`The log lacked ${missing} of ${rows.length} rows of ${stage}: they were written again`)
})

/** What a training or an adaptation needs beside the policy to go on from it, as tensors. */
export const learnedTensors = ({ value, arrays = {} }: Pick<Trained, "value" | "arrays">) => {
  const own = Object.entries(arrays).map(([name, data]) => [`${STATE_PREFIX}${name}`, data] as const)
  const all: readonly (readonly [string, Floats])[] = [["value", value], ...own]
  return all.map(([name, data]) => ({ name, shape: [data.length], data }))
}

/** θ★, with all that a training or an adaptation needs to go on from it. */
const putMeta = Effect.fnUntraced(function* (
  { policy, algorithm, environment }: Setting<unknown>,
  tasks: readonly Task[],
  meta: Trained
) {
  const store = yield* RunStore
  const origin = { algorithm, environment, tasks, moments: meta.moments }
  const saved = savePolicy(policy, meta.policy, origin, learnedTensors(meta))
  yield* store.put("meta-training", "policy", { kind: "tensors", ...saved })
  yield* store.put("meta-training", "curve", {
    kind: "array",
    shape: [meta.curve.length, meta.curve[0]?.length ?? 0],
    data: Float64Array.from(meta.curve.flat())
  })
})

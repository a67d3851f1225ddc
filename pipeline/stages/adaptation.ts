/** Stage: what meta-learned policies are worth: their returns on tasks that nothing was trained on, after adaptation. */
import { Effect, Schema } from "effect"
import { Numbers } from "../../core/service/data.ts"
import { Progress } from "../../core/service/progress.ts"
import { RunStore } from "../../core/service/run_store.ts"
import { Cost, totalCost } from "../../core/service/session.ts"
import type { Task } from "../../envs/mod.ts"
import { type Adaptations, adaptAll } from "../jobs/adaptation_job.ts"
import { Workers } from "../jobs/job.ts"
import { meanOf } from "../jobs/training.ts"
import type { TasksOfSpec } from "./context.ts"
import type { MetaLearned } from "./selection.ts"
import { trialName } from "./selection.ts"
import { stage } from "./stage.ts"

export interface AdaptationInput extends Omit<Adaptations, "learned"> {
  /** By policies of each architecture; in the order of `names` all of them. */
  readonly parts: readonly (Pick<TasksOfSpec, "spec"> & Pick<Adaptations, "learned">)[]
  readonly rows: MetaLearned["rows"]
  readonly names: MetaLearned["names"]
}

/** Of every training, by unseen task. */
const AdaptedReturns = Schema.Struct({
  trainings: Schema.Array(
    Schema.Struct({
      returns: Numbers,
      /** Share of the episodes that succeeded, where the environment tells. */
      successRates: Schema.optionalKey(Numbers),
      /** Mean over tasks of the episodes that ended before the first step of the adaptation, …, after the last. */
      curve: Numbers
    })
  ),
  cost: Cost
})
export type AdaptedReturns = typeof AdaptedReturns.Type

export const adaptation = stage({
  name: "adaptation",
  result: AdaptedReturns,
  costOf: ({ cost }) => cost,
  run: Effect.fnUntraced(function* ({ parts, ...input }: AdaptationInput, { workers }) {
    const { report } = yield* Progress
    const total = parts.reduce((sum, { learned }) => sum + learned.length, 0) * input.tasks.length
    let done = 0
    const at = { stage: "adaptation", total, unit: "tasks" }
    yield* report({ ...at, done })
    const finished = (n: number) => {
      done += n
      return report({ ...at, done })
    }
    const adapting = Effect.forEach(parts, ({ spec, learned }) => adaptAll(spec, { ...input, learned }, finished))
    const all = yield* Effect.provideService(adapting, Workers, workers)
    const trainings = all
      .flatMap(({ adapted }) => adapted)
      .map((tasks) => {
        const rates = tasks.flatMap(({ evaluation: { successes } }) =>
          successes ? [meanOf(successes.map(Number))] : []
        )
        return {
          returns: tasks.map((t) => t.evaluation.meanReturn),
          ...(rates.length === tasks.length ? { successRates: rates } : {}),
          curve: (tasks[0]?.curve ?? []).map((_, step) => meanOf(tasks.map((t) => t.curve[step]!)))
        }
      })
    return { trainings, cost: totalCost(all.map((a) => a.cost)) } satisfies AdaptedReturns
  }),
  save: Effect.fnUntraced(function* ({ tasks, rows, names }: AdaptationInput, result) {
    yield* putReturns(tasks, rows, names, result)
  })
})

const putReturns = Effect.fnUntraced(function* (
  unseen: readonly Task[],
  rows: MetaLearned["rows"],
  names: MetaLearned["names"],
  { trainings }: AdaptedReturns
) {
  const store = yield* RunStore
  const told = trainings.every((t) => t.successRates !== undefined)
  yield* store.put("adaptation", "returns", {
    kind: "table",
    columns: ["method", "draw", "seed", "learned_from", "task", "mean_return", ...(told ? ["success_rate"] : [])],
    rows: rows.flatMap(({ method, trials }) =>
      trials.flatMap((trial) => {
        const { returns, successRates } = trainings[names.indexOf(trialName(trial))]!
        return returns.map((value, t) => {
          const rate = successRates?.[t]
          const { draw, seed, tasks } = trial
          const set = tasks.join(" ")
          return [method, draw, seed, set, unseen[t]!.id, value, ...(told && rate !== undefined ? [rate] : [])]
        })
      })
    )
  })
})

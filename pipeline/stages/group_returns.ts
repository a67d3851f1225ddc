/** What rows of the comparison reached. */
import { Effect, Schema } from "effect"
import { Numbers } from "../../core/service/data.ts"
import { RunStore } from "../../core/service/run_store.ts"
import type { Task } from "../../envs/mod.ts"
import { RowKind } from "./comparison.ts"
import { Labels } from "./schemas.ts"

/** Mean returns of every task under its group's policy, of one training of each group. */
const TrialReturns = Schema.Struct({
  labels: Labels,
  seed: Schema.Int,
  draw: Schema.Int,
  returns: Numbers,
  /** Share of a task's episodes that succeeded, likewise, where the environment tells. */
  successRates: Schema.optionalKey(Numbers)
})

/** A row of the comparison by what its policies reached. */
export const RowReturns = Schema.Struct({
  kind: RowKind,
  method: Schema.String,
  /** A group's number for each task; of several draws the first one's. */
  labels: Labels,
  trials: Schema.Array(TrialReturns),
  /** Of the trainings of a trial, mean over trials: floating-point operations, and environment steps. */
  operations: Schema.Number,
  steps: Schema.Number
})
export type RowReturns = typeof RowReturns.Type

/** The return of every task by every row. */
export const putReturns = Effect.fnUntraced(function* (rows: readonly RowReturns[], tasks: readonly Task[]) {
  const store = yield* RunStore
  const told = rows.every((r) => r.trials.every((t) => t.successRates !== undefined))
  yield* store.put("group-training", "returns", {
    kind: "table",
    columns: ["method", "draw", "seed", "task", "group", "mean_return", ...(told ? ["success_rate"] : [])],
    rows: rows.flatMap(({ method, trials }) =>
      trials.flatMap(({ draw, seed, labels, returns, successRates }) =>
        returns.map((v, t) => {
          const rate = successRates?.[t]
          return [method, draw, seed, tasks[t]!.id, labels[t]!, v, ...(told && rate !== undefined ? [rate] : [])]
        })
      )
    )
  })
})

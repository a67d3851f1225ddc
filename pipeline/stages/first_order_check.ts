/** Stage: how far from θ★ the linear model of log π holds. */
import { Effect } from "effect"
import type { Floats, Key } from "../../core/random/mod.ts"
import { RunStore } from "../../core/service/run_store.ts"
import type { TrainingSpec } from "../jobs/spec.ts"
import type { StageContext } from "./context.ts"
import { checkBy } from "./first_order/check_job.ts"
import { checkFirstOrder } from "./first_order/first_order.ts"
import { firstOrderTable } from "./first_order/table.ts"
import { firstOrderRows, Residuals } from "./first_order/validity.ts"
import { single } from "./stage.ts"
import type { Followed } from "./surrogate/estimate.ts"

export interface FirstOrderInput extends Followed {
  /** Of the policy, for the workers. */
  readonly spec?: TrainingSpec
  /** θ★. */
  readonly theta: Floats
  /** ‖θ−θ★‖/‖θ★‖. */
  readonly distances: readonly number[]
  readonly key: Key
}

/** `setting` says whose log π it is. */
export const firstOrderCheck = ({
  setting,
  onWorkers
}: Pick<StageContext, "onWorkers"> & { readonly setting: Pick<StageContext["setting"], "policy"> }) =>
  single({
    name: "first-order check",
    result: Residuals,
    run: (input: FirstOrderInput, { workers }) => {
      const { spec } = input
      const check = onWorkers && spec !== undefined ? checkBy(workers, { ...input, spec }) : undefined
      return checkFirstOrder({ policy: setting.policy, ...input }, input.adapted, input.key, check)
    },
    save: Effect.fnUntraced(function* ({ distances }, residuals) {
      const store = yield* RunStore
      yield* store.put("first-order", "table", firstOrderTable(firstOrderRows(distances, residuals)))
    })
  })

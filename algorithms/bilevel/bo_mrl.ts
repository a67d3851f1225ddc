/** BO-MRL: where to start from, so that solving a task's problem on one rollout suffices. */
import { Effect } from "effect"
import type { AdaptationProblem, Algorithm } from "../algorithm.ts"
import { adapting } from "../meta/adapter.ts"
import { collector } from "../meta/collector.ts"
import { makePolicy } from "../meta/policy.ts"
import { checked } from "./check.ts"
import { type BoMrl, BoMrlConfig, defaults } from "./config.ts"
import { learner, within } from "./learner.ts"

const [ID, VERSION] = ["bo-mrl", "2"]

/**
 * Bilevel meta-learning with universal policy adaptation: many optimisation steps on one rollout, differentiated implicitly.
 *
 * MAML is `surrogate: linear` with `distance: D3` and λ = 1/(2α); PPO with a penalty is `ratio` with `D1`; the natural policy
 * gradient is `linear` with a divergence, to first order in 1/λ.
 *
 * - Source: Xu and Zhu, NeurIPS 2024, algorithm 2.
 */
export const boMrl: Algorithm<BoMrl> = {
  id: ID,
  version: VERSION,
  summary:
    "Bilevel meta-learning: adapts by many steps on one rollout near the meta-policy, its gradient by implicit differentiation",
  config: BoMrlConfig,
  defaults,
  supports: () => true,
  makePolicy,
  check: checked,
  learner: learner(ID, VERSION),
  collector,
  adapter: Effect.fn("bilevel.adapter")(function* (c: BoMrl, problem: AdaptationProblem) {
    return yield* adapting({ id: ID, steps: 1, estimation: c, learner: within(c, problem) }, problem)
  })
}

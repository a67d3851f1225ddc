/** What a person sets for a meta-learner, and where the defaults come from. */
import { Schema } from "effect"
import { choice, count, flag, number, numberOr } from "../../core/service/setting.ts"
import { Estimation } from "../meta/estimation.ts"
import { TrustRegion } from "../meta/trust_region.ts"

/** The learner that adapts to one task, and the one that learns where to adapt from; any goes with any. */
export const MamlConfig = Schema.Struct({
  /** Inner learner: gradient steps on one task's own loss. */
  inner: Schema.Struct({
    learner: choice(["policyGradient", "ppo"], "policyGradient: the loss as `objective` says; ppo: the clipped ratio"),
    objective: choice(
      ["ratio", "logProb"],
      "ratio: π_θ/π_old·A, whose second derivative is right through the sampling; logProb: log π_θ·A"
    ),
    steps: count(1, 100, "rollouts that the adaptation learns from, one after the other"),
    epochs: count(1, 100, "gradient steps on each of those rollouts"),
    rate: number(0, 100, "α, step size of the adaptation"),
    later: number(0, 1, "part of α that is left for steps beyond those that meta-training takes"),
    learnRates: flag("one α for each parameter, learned with θ"),
    clip: number(0, 1, "ε of the clipped probability ratio")
  }),
  /** Outer learner: on the loss after adaptation. */
  outer: Schema.Struct({
    learner: choice(
      ["policyGradient", "ppo", "trpo"],
      "policyGradient: Adam on π_θ'/π_old·A; ppo: Adam on the same, clipped; trpo: a natural-gradient step"
    ),
    learningRate: number(1e-8, 10, "Adam's step size"),
    epochs: count(1, 1000, "updates for each set of rollouts"),
    clip: number(0, 1, "ε of the clipped probability ratio"),
    maxGradientNorm: numberOr("off", 0, 1e6, "the meta-gradient that Adam gets is scaled down to this L2 norm"),
    /** Of trpo alone. */
    trust: TrustRegion,
    klPenalty: number(0, 1e6, "η: weight of KL(π_old ‖ π_θ) on the rollouts before adaptation (ProMP)"),
    exploration: number(
      0,
      1e6,
      "weight of E-MAML's term: actions before adaptation are credited with returns after it"
    ),
    robust: number(0, 1e6, "step of the task weights towards the tasks that do worst (Tr-MAML); 0: all weigh the same")
  }),
  ...Estimation.fields
})

/** The settings of one meta-training. */
export type Maml = typeof MamlConfig.Type

/** How the meta-gradient sees the adaptation: through it, past it, or as the way that it went. */
export type Order = "second" | "first" | "reptile"

/**
 * Defaults: one inner step of 0.1, and the trust region of 0.01 (Finn et al., arXiv:1703.03400, section 5.3, and their
 * published settings). Differs, by trials on 2D navigation with goals all around:
 *
 * - γ is 0.95, not 0.99. The one rollout that an inner step has tells little of what an action is worth 100 steps later:
 *   MAML-TRPO's return after one step comes to −3 with 0.95, and to −20 with 0.99.
 * - Adam's rate is three times that of Rothfuss et al. (arXiv:1810.06784, appendix) where each rollout serves one update:
 *   at 1e-3 a hundred iterations hardly move.
 * - Steps beyond those that were trained for take a tenth of α, where Finn et al. take half: θ is where one step goes all
 *   the way, and a second of that length goes past (−3 to −53; half, −25; a tenth, −2.7, and it stays there).
 */
export const defaults: Maml = {
  inner: {
    learner: "policyGradient",
    objective: "ratio",
    steps: 1,
    epochs: 1,
    rate: 0.1,
    later: 0.1,
    learnRates: false,
    clip: 0.2
  },
  outer: {
    learner: "policyGradient",
    learningRate: 3e-3,
    epochs: 1,
    clip: 0.3,
    maxGradientNorm: "off",
    trust: { kl: 0.01, damping: 1e-5, iterations: 10, shrink: 0.8, tries: 15 },
    klPenalty: 0,
    exploration: 0,
    robust: 0
  },
  gamma: 0.95,
  lambda: 1,
  normaliseAdvantages: true
}

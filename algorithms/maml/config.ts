/** What a person sets for a meta-learner, and where the defaults come from. */
import { Schema } from "effect"

const number = (least: number, most: number, description: string) =>
  Schema.Finite.check(Schema.isBetween({ minimum: least, maximum: most })).annotate({ description })
const count = (least: number, most: number, description: string) =>
  Schema.Int.check(Schema.isBetween({ minimum: least, maximum: most })).annotate({ description })
const flag = (description: string) => Schema.Boolean.annotate({ description })

/** The learner that adapts to one task, and the one that learns where to adapt from. */
export const MamlConfig = Schema.Struct({
  /** Inner learner: gradient steps on one task's own loss. */
  inner: Schema.Struct({
    objective: Schema.Literals(["ratio", "logProb"]).annotate({
      description: "ratio: π_θ/π_old·A, whose second derivative is right through the sampling; logProb: log π_θ·A"
    }),
    steps: count(1, 100, "gradient steps of the adaptation, each on a rollout of its own"),
    rate: number(0, 100, "α, step size of the adaptation"),
    learnRates: flag("one α for each parameter, learned with θ")
  }),
  /** Outer learner: Adam on the loss after adaptation. */
  outer: Schema.Struct({
    objective: Schema.Literals(["policyGradient", "ppo"]).annotate({
      description: "policyGradient: π_θ'/π_old·A; ppo: the same, clipped"
    }),
    learningRate: number(1e-8, 10, "Adam's step size"),
    epochs: count(1, 1000, "updates for each set of rollouts"),
    clip: number(0, 1, "ε of the clipped probability ratio"),
    maxGradientNorm: Schema.Union([number(0, 1e6, ""), Schema.Literal("off")]).annotate({
      description: "the meta-gradient is scaled down to this L2 norm"
    }),
    klPenalty: number(0, 1e6, "η: weight of KL(π_old ‖ π_θ) on the rollouts before adaptation (ProMP)"),
    exploration: number(
      0,
      1e6,
      "weight of E-MAML's term: actions before adaptation are credited with returns after it"
    ),
    robust: number(0, 1e6, "step of the task weights towards the tasks that do worst (Tr-MAML); 0: all weigh the same")
  }),
  gamma: number(0, 1, "discount per step"),
  lambda: number(0, 1, "GAE's λ per step"),
  normaliseAdvantages: flag("a task's advantages get mean 0, deviation 1")
})

/** The settings of one meta-training. */
export type Maml = typeof MamlConfig.Type

/** How the meta-gradient sees the adaptation: through it, past it, or as the way that it went. */
export type Order = "second" | "first" | "reptile"

/**
 * Defaults: one inner step of 0.1 (Finn et al., arXiv:1703.03400, section 5.3), the rest as Rothfuss et al.
 * (arXiv:1810.06784, appendix), where TRPO is not the outer learner.
 */
export const defaults: Maml = {
  inner: { objective: "ratio", steps: 1, rate: 0.1, learnRates: false },
  outer: {
    objective: "policyGradient",
    learningRate: 1e-3,
    epochs: 1,
    clip: 0.3,
    maxGradientNorm: "off",
    klPenalty: 0,
    exploration: 0,
    robust: 0
  },
  gamma: 0.99,
  lambda: 1,
  normaliseAdvantages: true
}

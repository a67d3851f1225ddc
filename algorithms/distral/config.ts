/** What a person sets for Distral, and where the defaults come from. */
import { Schema } from "effect"
import { count, flag, number, numberOr } from "../../core/service/setting.ts"

/** What a person sets for Distral; `distralDefaults` has values of common practice. */
export const DistralConfig = Schema.Struct({
  learningRate: number(1e-8, 1, "Adam's step size"),
  anneal: flag("learning rate falls linearly to 0 over the iterations"),
  epochs: count(1, 1000, "passes over each rollout"),
  batch: count(1, 1_000_000, "transitions in a minibatch"),
  gamma: number(0, 1, "discount per step"),
  lambda: number(0, 1, "GAE's λ per step"),
  clip: number(0, 1, "ε of the clipped probability ratio"),
  kl: number(0, 1e6, "c_KL, of the divergence of each task's policy from the distilled one, reward units a nat"),
  entropy: number(0, 1e6, "c_Ent, of the entropy of each task's policy, reward units a nat"),
  value: number(0, 10, "weight of the value loss"),
  maxGradientNorm: numberOr("off", 0, 1e6, "the gradient is scaled down to this L2 norm"),
  klStop: numberOr(
    "off",
    0,
    100,
    "an update ends early beyond this mean KL divergence from the policy that played, nats"
  )
})

/** The settings of one Distral training. */
export type Distral = typeof DistralConfig.Type

/**
 * Defaults: PPO's, but for one pass over a rollout, as A3C's in the paper: what several passes come to is not the closed form (0.60 for
 * 0.67 of the best arm in the test's problem, with four). c_KL and c_Ent are ours, for rewards of about one a step: the paper searched
 * them for each domain.
 */
export const defaults: Distral = {
  learningRate: 3e-4,
  anneal: false,
  epochs: 1,
  batch: 64,
  gamma: 0.99,
  lambda: 0.95,
  clip: 0.2,
  kl: 0.05,
  entropy: 0.005,
  value: 0.5,
  maxGradientNorm: 0.5,
  klStop: "off"
}

/** Settings that on-policy learners with a clipped ratio share, with their ranges and meanings. */
import { count, flag, number, numberOr } from "../../core/service/setting.ts"

/** How often and how far such a learner steps, and what it estimates advantages by. */
export const loopFields = {
  learningRate: number(1e-8, 1, "Adam's step size"),
  anneal: flag("learning rate falls linearly to 0 over the iterations"),
  epochs: count(1, 1000, "passes over each rollout"),
  batch: count(1, 1_000_000, "transitions in a minibatch"),
  gamma: number(0, 1, "discount per step"),
  lambda: number(0, 1, "GAE's λ per step")
}

/** What its loss is made of, and what holds an update. */
export const lossFields = {
  clip: number(0, 1, "ε of the clipped probability ratio"),
  value: number(0, 10, "weight of the value loss"),
  maxGradientNorm: numberOr("off", 0, 1e6, "the gradient is scaled down to this L2 norm"),
  klStop: numberOr(
    "off",
    0,
    100,
    "an update ends early beyond this mean KL divergence from the policy that played, nats"
  )
}

/** What PPO minimises, as a program: no numbers, no device. */
import { standardise } from "../../core/estimate/mod.ts"
import { add, clip, exp, less, max, min, mul, neg, square, sub, type Tensor } from "../../core/program/mod.ts"
import type { Loss, Minibatch } from "../on_policy/objective.ts"
import type { Ppo } from "./config.ts"

/** Figures of each transition, in the order in which they are reported. */
export const metrics = ["policyLoss", "valueLoss", "entropy", "kl", "clipFraction"] as const

/**
 * The clipped surrogate objective, the value function's loss and the entropy bonus.
 *
 *     ρ = π_θ(a|s) / π_old(a|s),   Â = A, or (A − mean A)/std A
 *     L^CLIP = mean min(ρ·Â, clip(ρ, 1 − ε, 1 + ε)·Â)
 *     L^VF = mean (v − R)², or mean max((v − R)², (v_old + clip(v − v_old, −δ, δ) − R)²)
 *     loss = −L^CLIP + c₁·L^VF − c₂·mean entropy, given as the mean of one loss a transition
 *
 * KL(π_old ‖ π_θ) is estimated by mean(ρ − 1 − log ρ), which is never negative.
 *
 * - Source: Schulman et al., arXiv:1707.06347, eq. 7 and 9; value clipping from OpenAI's `baselines`; the KL estimate
 *   from Schulman, "Approximating KL divergence", 2020, k3.
 */
export const objective = (c: Ppo, x: Minibatch): Loss<(typeof metrics)[number]> => {
  const logRatio = sub(x.logProb, x.old.logProb)
  const ratio = exp(logRatio)
  const advantage = c.normaliseAdvantages ? standardise(x.advantage) : x.advantage
  const clipped = clip(ratio, 1 - c.clip, 1 + c.clip)
  const policyLoss = neg(min(mul(ratio, advantage), mul(clipped, advantage)))
  const valueLoss = valueLossOf(c, x.value, x.old.value, x.return)
  return {
    loss: sub(
      c.baseline === "network" ? add(policyLoss, mul(valueLoss, c.value)) : policyLoss,
      mul(x.entropy, c.entropy)
    ),
    metrics: {
      policyLoss,
      valueLoss,
      entropy: x.entropy,
      kl: sub(sub(ratio, 1), logRatio),
      clipFraction: less(c.clip, max(sub(ratio, 1), sub(1, ratio)))
    }
  }
}

/** (v − R)², or the larger of that and the loss of a value that moved by no more than δ. */
const valueLossOf = (c: Ppo, value: Tensor, old: Tensor, target: Tensor): Tensor => {
  const plain = square(sub(value, target))
  if (c.valueClip === "off") return plain
  const held = add(old, clip(sub(value, old), -c.valueClip, c.valueClip))
  return max(plain, square(sub(held, target)))
}

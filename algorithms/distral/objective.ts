/** What Distral minimises, as a program: no numbers, no device. */
import { add, clip, exp, less, max, min, mul, neg, square, sub, type Tensor } from "../../core/program/mod.ts"
import type { Loss, Minibatch } from "../on_policy/objective.ts"
import type { PriorWeights } from "../on_policy/prior.ts"
import type { Distral } from "./config.ts"

/** Figures of each transition, in the order in which they are reported. */
export const metrics = ["policyLoss", "valueLoss", "entropy", "kl", "clipFraction", "priorGap"] as const

/**
 * What rewards have added: with c_KL and c_Ent of the objective
 *
 *     J = Σ_i E_{π_i} Σ_t γ^t (r_i − c_KL·log (π_i/π_0) − c_Ent·log π_i)
 *     r' = r + c_KL·log π_0(a|s) − (c_KL + c_Ent)·log π_i(a|s)
 *
 * - Source: Teh et al., arXiv:1707.04175: α/β = c_KL and 1/β = c_KL + c_Ent in its letters.
 */
export const prior = ({ kl, entropy }: Distral): PriorWeights => ({ prior: kl, own: kl + entropy })

/**
 * The tasks' policies follow the advantages of r'; the distilled policy moves to where they act.
 *
 *     ρ = π_θ(a|s, i) / π_old(a|s, i),   L = −min(ρ·A, clip(ρ, 1 − ε, 1 + ε)·A) − c_KL·log π_0(a|s) + c₁·(v − R)²
 *
 * For given π_0, and at given states, no policy is worth more than π_i ∝ π_0^α·exp(β·Q_i); the π_0 that is worth most is their mean.
 * Advantages are not scaled: how much they weigh beside the second term is what c_KL says.
 *
 * - Source: Teh et al., arXiv:1707.04175. Differs: a clipped ratio in place of A3C's one
 *   step, so that a rollout may serve several; the distillation is not discounted by the step.
 */
export const objective = (c: Distral, x: Minibatch): Loss<(typeof metrics)[number]> => {
  const logRatio = sub(x.logProb, x.old.logProb)
  const ratio = exp(logRatio)
  const clipped = clip(ratio, 1 - c.clip, 1 + c.clip)
  const policyLoss = neg(min(mul(ratio, x.advantage), mul(clipped, x.advantage)))
  const valueLoss = square(sub(x.value, x.return))
  const towards: Tensor = x.prior ?? x.logProb
  return {
    loss: sub(add(policyLoss, mul(valueLoss, c.value)), mul(towards, c.kl)),
    metrics: {
      policyLoss,
      valueLoss,
      entropy: x.entropy,
      kl: sub(sub(ratio, 1), logRatio),
      clipFraction: less(c.clip, max(sub(ratio, 1), sub(1, ratio))),
      priorGap: sub(x.logProb, towards)
    }
  }
}

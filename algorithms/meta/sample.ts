/** Transitions of one task as tensors, and what policies make less on them. */
import { clip, exp, mean, min, mul, neg, type Shape, sub, type Tensor } from "../../core/program/mod.ts"
import type { Policy } from "../policy.ts"

/** Transitions of one task, drawn under one policy: `[n]` but for observation `[n, inputs]` and vector actions. */
export interface Sample {
  readonly observation: Tensor
  readonly action: Tensor
  /** log π_old(a|s) of the policy that drew them. */
  readonly logProb: Tensor
  readonly advantage: Tensor
}

/** The parts of a sample, in the order in which programs name them: `observation0`, … for the first rollout. */
export const parts = ["observation", "action", "logProb", "advantage"] as const

/** The shape of each part of n transitions. */
export const partShapes = (policy: Policy, n: number): Readonly<Record<(typeof parts)[number], Shape>> => ({
  observation: [n, policy.inputs],
  action: policy.actionShape(n),
  logProb: [n],
  advantage: [n]
})

/** A loss of one task, at any parameters. */
export type Loss = (theta: Tensor) => Tensor

/**
 * Policy gradient on one sample.
 *
 *     ratio:    L(θ) = −mean ρ·A,   ρ = π_θ(a|s) / π_old(a|s)
 *     logProb:  L(θ) = −mean log π_θ(a|s)·A
 *
 * Their gradients agree at π_old. The second derivative of the first is that of the expected advantage (∇²π/π·A, the
 * low-variance curvature); of the second it lacks ∇log π ∇log πᵀ·A.
 *
 * - Source: Rothfuss et al., arXiv:1810.06784, section 5 (J^LVC); Finn et al., arXiv:1703.03400, eq. 4.
 */
export const policyGradientLoss =
  (policy: Policy, form: "ratio" | "logProb", s: Sample): Loss =>
  (theta) => {
    const { logProb } = policy.logProb(theta, s.observation, s.action)
    return neg(mean(mul(form === "ratio" ? exp(sub(logProb, s.logProb)) : logProb, s.advantage)))
  }

/**
 * PPO's clipped objective: L(θ) = −mean min(ρ·A, clip(ρ, 1 − ε, 1 + ε)·A).
 *
 * - Source: Schulman et al., arXiv:1707.06347, eq. 7.
 */
export const clippedLoss =
  (policy: Policy, epsilon: number, s: Sample): Loss =>
  (theta) => {
    const ratio = exp(sub(policy.logProb(theta, s.observation, s.action).logProb, s.logProb))
    return neg(mean(min(mul(ratio, s.advantage), mul(clip(ratio, 1 - epsilon, 1 + epsilon), s.advantage))))
  }

/**
 * KL(π_old ‖ π_θ) estimated on what π_old drew: mean(ρ − 1 − log ρ), never negative.
 *
 * - Source: Schulman, "Approximating KL divergence", 2020, k3.
 */
export const divergence =
  (policy: Policy, s: Sample): Loss =>
  (theta) => {
    const logRatio = sub(policy.logProb(theta, s.observation, s.action).logProb, s.logProb)
    return mean(sub(sub(exp(logRatio), 1), logRatio))
  }

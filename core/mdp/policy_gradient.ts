/** Exact policy gradients of the tabular softmax policy, and of what one step along them is worth. */

import { dominantSolve, dominantSolveTransposed } from "../linalg/mod.ts"
import { evaluatePolicy, expectedNext, objectiveSlope } from "./evaluation.ts"
import type { Mdp } from "./mdp.ts"
import { softmax, softmaxSlope } from "./softmax.ts"

/**
 * ∇J(θ) = (1 − γ)⁻¹·ν(s)·π(a|s)·A(s, a).
 *
 * - Shapes: `theta` and the result `[n, m]`.
 * - Source: the paper of `core/bilevel`, lemma 4 (12).
 */
export const policyGradient = (mdp: Mdp, theta: Float64Array): Float64Array => {
  const evaluation = evaluatePolicy(mdp, softmax(mdp.actions, theta))
  return softmaxSlope(mdp.actions, evaluation.policy, objectiveSlope(evaluation))
}

/**
 * ∇²J(θ)·v: the derivative of {@link policyGradient} along v, with all that depends on θ: π, ν and Q.
 *
 *     (I − γP_π) V̇ = Σ_a π̇·Q,   Q̇ = γPV̇,   (I − γP_πᵀ) ν̇ = γṖ_πᵀν
 *
 * - Shapes: `theta`, `v` and the result `[n, m]`.
 * - Source: the derivative of each equation of `evaluatePolicy`.
 */
export const policyCurvature = (mdp: Mdp, theta: Float64Array, v: Float64Array): Float64Array => {
  const { states: n, actions: m, gamma, transition } = mdp
  const e = evaluatePolicy(mdp, softmax(m, theta))
  const { policy, q, value, visitation, factors } = e
  const turned = softmaxSlope(m, policy, v)
  const valueTurn = new Float64Array(n)
  const visitTurn = new Float64Array(n)
  for (let i = 0; i < n * m; i++) {
    const s = Math.floor(i / m)
    valueTurn[s]! += turned[i]! * q[i]!
    for (let t = 0; t < n; t++) visitTurn[t]! += gamma * visitation[s]! * turned[i]! * transition[i * n + t]!
  }
  dominantSolve(n, factors, valueTurn)
  dominantSolveTransposed(n, factors, visitTurn)
  const qTurn = expectedNext(mdp, valueTurn)
  return q.map((x, i) => {
    const s = Math.floor(i / m)
    const advantage = x - value[s]!
    const advantageTurn = gamma * qTurn[i]! - valueTurn[s]!
    const sum =
      visitTurn[s]! * policy[i]! * advantage + visitation[s]! * (turned[i]! * advantage + policy[i]! * advantageTurn)
    return sum / (1 - gamma)
  })
}

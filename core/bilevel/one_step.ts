import { evaluatePolicy, type Mdp, policyCurvature, policyGradient, softmax } from "../mdp/mod.ts"

/** One step of the exact policy gradient, and the gradient of what it is worth. */
export interface OneStep {
  /** ϕ + α·∇J(ϕ) `[n, m]`. */
  readonly theta: Float64Array
  /** J(π_θ′). */
  readonly objective: number
  /** ∇_ϕ J(ϕ + α∇J(ϕ)) `[n, m]`. */
  readonly gradient: Float64Array
}

/**
 * MAML's adaptation of a table: Alg(3) with Σ π·Q taken to first order about ϕ.
 *
 *     θ′ = ϕ + α·∇J(ϕ),   ∇_ϕ J(θ′) = (I + α·∇²J(ϕ))·∇J(θ′),   α = (1 − γ)/(2λ)
 *
 * Exact: ∇²J has all that J depends on ϕ by. Differs: the paper has (1 − γ)/λ, which is where −λ/2·‖θ − ϕ‖² is largest.
 *
 * - Shapes: `phi` `[n, m]`.
 * - Source: Xu and Zhu, NeurIPS 2024, appendix H (11); Finn et al., arXiv:1703.03400, eq. 1.
 */
export const oneStep = (mdp: Mdp, phi: Float64Array, rate: number): OneStep => {
  const slope = policyGradient(mdp, phi)
  const theta = phi.map((x, i) => x + rate * slope[i]!)
  const outer = policyGradient(mdp, theta)
  const bent = policyCurvature(mdp, phi, outer)
  return {
    theta,
    objective: evaluatePolicy(mdp, softmax(mdp.actions, theta)).objective,
    gradient: outer.map((g, i) => g + rate * bent[i]!)
  }
}

/** What a policy is worth in a process that is known: linear systems, no samples. */
import { dominantLu, dominantSolve, dominantSolveTransposed } from "../linalg/mod.ts"
import type { Mdp } from "./mdp.ts"

/** A policy π(a|s) `[n, m]` evaluated. */
export interface Evaluation {
  readonly mdp: Mdp
  readonly policy: Float64Array
  /** V `[n]`, Q and A = Q − V `[n, m]`. */
  readonly value: Float64Array
  readonly q: Float64Array
  readonly advantage: Float64Array
  /** ν `[n]`: discounted visits, which add up to 1. */
  readonly visitation: Float64Array
  /** J = ρᵀV. */
  readonly objective: number
  /** LU factors of I − γP_π. */
  readonly factors: Float64Array
}

/**
 * V, Q, A, ν and J of a policy, exactly.
 *
 *     (I − γP_π) V = r_π,   Q = r + γPV,   A = Q − V,   (I − γP_πᵀ) ν = (1 − γ)ρ,   J = ρᵀV = νᵀr_π/(1 − γ)
 *
 * - Shapes: `policy` `[n, m]`, each row a distribution; the rest as {@link Evaluation} has it.
 * - Units: V, Q, A and J reward.
 * - Source: Sutton and Barto, Reinforcement Learning, 2nd edition, eq. 4.4; the paper of `core/bilevel`, section 3.
 */
export const evaluatePolicy = (mdp: Mdp, policy: Float64Array): Evaluation => {
  const { states: n, actions: m, gamma, start, transition, reward } = mdp
  const system = new Float64Array(n * n)
  const value = new Float64Array(n)
  for (let s = 0; s < n; s++) {
    for (let a = 0; a < m; a++) {
      const p = policy[s * m + a]!
      value[s]! += p * reward[s * m + a]!
      for (let t = 0; t < n; t++) system[s * n + t]! -= gamma * p * transition[(s * m + a) * n + t]!
    }
    system[s * n + s]! += 1
  }
  // A row's other entries add up to at most γ less than its diagonal one.
  const factors = dominantLu(n, system)
  dominantSolve(n, factors, value)
  const q = expectedNext(mdp, value).map((next, i) => reward[i]! + gamma * next)
  const visitation = start.map((p) => (1 - gamma) * p)
  dominantSolveTransposed(n, factors, visitation)
  return {
    mdp,
    policy,
    value,
    q,
    advantage: q.map((x, i) => x - value[Math.floor(i / m)]!),
    visitation,
    objective: start.reduce((sum, p, s) => sum + p * value[s]!, 0),
    factors
  }
}

/**
 * Σ_s′ P(s′|s, a)·x(s′).
 *
 * - Shapes: `x` `[n]`; the result `[n, m]`.
 */
export const expectedNext = ({ states: n, actions: m, transition }: Mdp, x: Float64Array): Float64Array => {
  const out = new Float64Array(n * m)
  for (let row = 0; row < n * m; row++) for (let t = 0; t < n; t++) out[row]! += transition[row * n + t]! * x[t]!
  return out
}

/**
 * ∂J/∂π: the policy gradient before any parameters, (1 − γ)⁻¹·ν(s)·Q(s, a).
 *
 * - Shapes: `[n, m]`.
 * - Source: Sutton et al., Policy gradient methods, 1999, theorem 1.
 */
export const objectiveSlope = ({ mdp, visitation, q }: Evaluation): Float64Array =>
  q.map((x, i) => (visitation[Math.floor(i / mdp.actions)]! * x) / (1 - mdp.gamma))

/**
 * The slope in π of Σ w·Q^π.
 *
 *     ∂(wᵀQ)/∂π(a|x) = μ(x)·Q(x, a),   (I − γP_πᵀ) μ = γPᵀw
 *
 * - Shapes: `w` `[n, m]`; the result `[n, m]`.
 * - Source: the paper of `core/bilevel`, appendix C, with μ for γ(1 − γ)⁻¹ Σ w·σ.
 */
export const qSlope = ({ mdp, q, factors }: Evaluation, w: Float64Array): Float64Array => {
  const { states: n, actions: m, gamma, transition } = mdp
  const mu = new Float64Array(n)
  for (let row = 0; row < n * m; row++)
    if (w[row] !== 0) for (let t = 0; t < n; t++) mu[t]! += gamma * w[row]! * transition[row * n + t]!
  dominantSolveTransposed(n, factors, mu)
  return q.map((x, i) => mu[Math.floor(i / m)]! * x)
}

/**
 * The slope in π of Σ c·ν^π.
 *
 *     ∂(cᵀν)/∂π(a|s) = γ·ν(s)·Σ_s′ P(s′|s, a)·y(s′),   (I − γP_π) y = c
 *
 * - Shapes: `c` `[n]`; the result `[n, m]`.
 * - Source: the derivative of ν's equation.
 */
export const visitationSlope = ({ mdp, visitation, factors }: Evaluation, c: Float64Array): Float64Array => {
  const y = c.slice()
  dominantSolve(mdp.states, factors, y)
  return expectedNext(mdp, y).map((next, i) => mdp.gamma * visitation[Math.floor(i / mdp.actions)]! * next)
}

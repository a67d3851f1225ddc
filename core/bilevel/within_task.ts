/** The within-task algorithm of a table of logits: what all of its distances have in common. */
import type * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../failure/mod.ts"
import type { Evaluation } from "../mdp/mod.ts"

/** θ′ and how well it solves the problem that it was found for. */
export interface Solved {
  /** Logits of the adapted policy `[n, m]`. */
  readonly theta: Float64Array
  /** How far its conditions of optimality are from holding, in units of Q: 0 up to rounding. */
  readonly residual: number
  readonly iterations: number
}

/** What is solved, and where: λ, and what is added to the inner problem's curvature before it is inverted. */
export interface Weights {
  /** λ, in units of Q. */
  readonly lambda: number
  /** In units of λ; 0 unless said otherwise, and then derivatives are no longer those of the problem. */
  readonly damping?: number
}

/** Slopes of the outer objective in what the adapted policy was made of. */
export interface Pulled {
  /** In ϕ, by way of the distance alone `[n, m]`. */
  readonly prior: Float64Array
  /** In Q^{π_ϕ} `[n, m]`. */
  readonly q: Float64Array
  /** In ν^{π_ϕ} `[n]`. */
  readonly visitation: Float64Array
}

/**
 * Alg(i): the policy that does best by the meta-policy's Q and stays near the meta-policy.
 *
 *     π_θ′ = argmax_π  E_{s∼ν^{π_ϕ}} [Σ_a π(a|s)·Q^{π_ϕ}(s, a)] − λ·D_i²(π_ϕ, π),   D_i² = E_{s∼ν^{π_ϕ}} d_i²
 *
 * To add a distance, write this record; the hypergradient, the training and the bounds take it from there.
 *
 * - Shapes: ϕ and θ `[n, m]`; `at` is the meta-policy's evaluation.
 * - Source: Xu and Zhu, NeurIPS 2024, eq. (1).
 */
export interface WithinTask {
  readonly id: 1 | 2 | 3
  /** The distance in a formula, for messages and tables. */
  readonly distance: string
  /** Errors: `ArgumentError` for λ that is not above 0, and for a problem that has no solution or was not solved. */
  readonly solve: (at: Evaluation, phi: Float64Array, weights: Weights) => E.Either<ArgumentError, Solved>
  /** d_i² of every state that counts, by ν: D_i² `[n]`, to be summed; θ of both, and the policies they stand for. */
  readonly apart: (at: Evaluation, phi: Float64Array, theta: Float64Array) => Float64Array
  /**
   * From the slope of the outer objective in π_θ′ to its slopes in what θ′ was made of, by implicit differentiation.
   * Errors: `ArgumentError` where the inner problem's curvature is not definite.
   */
  readonly pull: (
    at: Evaluation,
    phi: Float64Array,
    theta: Float64Array,
    slope: Float64Array,
    weights: Weights
  ) => E.Either<ArgumentError, Pulled>
}

/** "Cannot adapt by Alg(i): …". */
export const cannotAdapt = (id: WithinTask["id"], want: string, got: string, fix = "") =>
  cannot(`adapt by Alg(${id})`, want, got, fix)

/** Nothing where λ can be used. */
export const refusedLambda = (id: WithinTask["id"], { lambda }: Weights): E.Either<ArgumentError, never> | undefined =>
  lambda > 0 && Number.isFinite(lambda)
    ? undefined
    : cannotAdapt(id, "lambda > 0", String(lambda), "the larger it is, the closer adaptation stays to the meta-policy")

/**
 * M⁻¹u with what leaves the simplex taken out: row by row (M⁻¹ − M⁻¹11ᵀM⁻¹/1ᵀM⁻¹1)·u for a diagonal M.
 *
 * - Shapes: `inverse` (M⁻¹'s diagonal) and `u` `[n, m]`, `actions` is m; each row of the result adds up to 0.
 * - Source: Xu and Zhu, NeurIPS 2024, proposition 1.
 */
export const withinSimplex = (actions: number, inverse: Float64Array, u: Float64Array): Float64Array => {
  const out = new Float64Array(u.length)
  for (let at = 0; at < u.length; at += actions) {
    let [weighted, total] = [0, 0]
    for (let i = at; i < at + actions; i++) {
      weighted += inverse[i]! * u[i]!
      total += inverse[i]!
    }
    const centre = weighted / total
    for (let i = at; i < at + actions; i++) out[i] = inverse[i]! * (u[i]! - centre)
  }
  return out
}

/** What the relaxation is asked, and what it answers. */

/** The two ways to say how many groups: a number, or a price that each unit of trace costs. */
export type Form = { readonly kind: "groups"; readonly k: number } | { readonly kind: "price"; readonly lambda: number }

/** Where the iteration stands, in units in which no U differs from a U + b·ones; start of another solve. */
export interface SolverState {
  readonly n: number
  /** M: its positive part is X, its negative part −S/σ. */
  readonly point: Float64Array
  readonly sigma: number
}

/** A solution of (7) with the evidence for it. */
export interface Relaxation {
  readonly n: number
  /** X as a packed triangle: feasible to rounding. */
  readonly matrix: Float64Array
  /** <U, X>. */
  readonly objective: number
  /** No feasible matrix has more <U, X>, or with a price more <U, X> − λ tr X; partitions included. */
  readonly bound: number
  /** Largest violation of X e = e, X >= 0, X ⪰ 0 and tr X = k. */
  readonly primalResidual: number
  /** σ times the last step of X's positive entries, which the multipliers still owe, relative to U less its mean. */
  readonly dualResidual: number
  readonly iterations: number
  /** Whether the tolerance was reached within `maxIterations`; if not, bound − objective says what is left. */
  readonly converged: boolean
  readonly state: SolverState
}

import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../failure/mod.ts"
import { norm, type Quadrature, tridiagonalQuadrature } from "../linalg/mod.ts"
import { checkedProducts, type MatrixFree } from "./matrix_free.ts"
import { divided, dot, orthogonalise } from "./orthonormal.ts"

/** When to stop. */
export interface LanczosOptions {
  /** Most products with A; never more than its rows. */
  readonly steps: number
  /** Stops once the wanted ends' residuals are at most this times the largest |θ|; 0 takes all steps. */
  readonly tolerance: number
  /** Whose residuals count. */
  readonly ends: "both" | "largest" | "smallest"
}

/** What Lanczos knows of A after m products. */
export interface Lanczos {
  /** Ritz values θ_i `[m]`, descending: the first is at most the largest eigenvalue, the last at least the smallest. */
  readonly values: Float64Array
  /** r_i = ‖A y_i − θ_i y_i‖ `[m]`: A has an eigenvalue within r_i of θ_i. */
  readonly residuals: Float64Array
  /** ω_i `[m]`, which sum to one: bᵀ f(A) b ≈ ‖b‖² Σ_i ω_i f(θ_i), exactly for polynomials f of degree below 2m. */
  readonly weights: Float64Array
  /** Products used, m. */
  readonly products: number
  /** Whether the wanted ends met the tolerance. */
  readonly converged: boolean
}

/**
 * Ritz values of a symmetric matrix from a start b, with full reorthogonalisation: its extreme eigenvalues, and the quadrature
 * that its spectrum has as b sees it.
 *
 *     A Q_m = Q_m T_m + β_m q_{m+1} e_mᵀ,    q_1 = b/‖b‖,    T_m s_i = θ_i s_i,    y_i = Q_m s_i
 *     r_i = ‖A y_i − θ_i y_i‖ = β_m |e_mᵀ s_i|,    ω_i = (e₁ᵀ s_i)²
 *
 * The residual certifies that an eigenvalue is near, not that none lies beyond: from a random b that one has no part in b has
 * probability 0. Of eigenvalues that occur several times one copy is found.
 *
 * - Shapes: `start` `[n]`.
 * - Units: those of A.
 * - Errors: `ArgumentError` for a start that is zero or not finite, products that are not finite, steps below 1 or a negative
 *   tolerance.
 * - Source: Golub and Van Loan, Matrix Computations, 4th edition, sections 10.1 and 10.2; Parlett, section 13.2, for r_i.
 *
 * @example
 * import * as E from "fp-ts/lib/Either.js"
 * const asking = lanczos(Float64Array.of(2, 0))
 * asking.next().value // => [Float64Array.of(1, 0)]
 * const { value, done } = asking.next([Float64Array.of(5, 0)])
 * done // => true
 * value // => right({ values: Float64Array.of(5), residuals: Float64Array.of(0), weights: Float64Array.of(1), products: 1, converged: true })
 */
export function* lanczos(
  start: Float64Array,
  options: Partial<LanczosOptions> = {}
): MatrixFree<E.Either<ArgumentError, Lanczos>> {
  const n = start.length
  const { steps = 100, tolerance = 1e-6, ends = "both" } = options
  const length = norm(start)
  if (!(length > 0 && Number.isFinite(length))) return cannot(DOING, "a start with a finite length > 0", String(length))
  if (!(Number.isInteger(steps) && steps >= 1)) return cannot(DOING, "steps: a whole number >= 1", String(steps))
  if (!(tolerance >= 0)) return cannot(DOING, "tolerance: a number >= 0", String(tolerance))
  const most = Math.min(steps, n)
  const basis: Float64Array[] = []
  const diagonal: number[] = []
  const off = [0]
  let q = divided(start, length)
  for (;;) {
    basis.push(q)
    const asked = [q]
    const answered = checkedProducts(DOING, asked, yield asked)
    if (E.isLeft(answered)) return answered
    const w = answered.right[0]!.slice()
    const alpha = dot(q, w)
    orthogonalise(w, basis)
    const beta = norm(w)
    diagonal.push(alpha)
    const t = tridiagonalQuadrature(Float64Array.from(diagonal), Float64Array.from(off))
    const known = ritz(t, beta, { most, tolerance, ends })
    if (known.converged || known.products === most) return E.right(known)
    off.push(beta)
    q = divided(w, beta)
  }
}

const DOING = "find eigenvalues by Lanczos"

/** What T_m says; a β_m of rounding means that the space of b is exhausted, and every Ritz value an eigenvalue. */
const ritz = (
  { values, weights, last }: Quadrature,
  beta: number,
  {
    most,
    tolerance,
    ends
  }: { readonly most: number; readonly tolerance: number; readonly ends: LanczosOptions["ends"] }
): Lanczos => {
  const m = values.length
  const largest = Math.max(Math.abs(values[0]!), Math.abs(values[m - 1]!))
  const exhausted = beta <= most * Number.EPSILON * largest
  const residuals = last.map((x) => x * beta)
  const first = ends === "smallest" ? m - 1 : 0
  const worst = Math.max(residuals[first]!, residuals[ends === "largest" ? 0 : m - 1]!)
  // Without a tolerance no residual is small enough, but where the space is exhausted.
  const met = tolerance > 0 && worst <= tolerance * largest
  return { values, residuals, weights, products: m, converged: met || exhausted }
}

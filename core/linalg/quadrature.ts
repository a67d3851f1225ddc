import { tridiagonalVectors } from "./tridiagonal_vectors.ts"

/** What `tridiagonalQuadrature` returns: by descending eigenvalue, one number each. */
export interface Quadrature {
  /** Eigenvalues θ_i of T, descending. */
  readonly values: Float64Array
  /** (e₁ᵀ s_i)², which sum to one. */
  readonly weights: Float64Array
  /** |e_mᵀ s_i|: how far the eigenvector reaches into the last row. */
  readonly last: Float64Array
}

/**
 * Gauss quadrature of a symmetric tridiagonal matrix: its eigenvalues, and of its eigenvectors the ends alone.
 *
 *     T s_i = θ_i s_i,    e₁ᵀ f(T) e₁ = Σ_i (e₁ᵀ s_i)² f(θ_i)
 *
 * Two rows of the eigenvectors are turned, not all: O(m²) for m rows.
 *
 * - Shapes: `diagonal` `[m]`; `off` `[m]`, `off[r]` coupling r − 1 and r, `off[0]` unused; results `[m]`.
 * - Units: those of T; weights have none.
 * - Errors: NaN throughout where T is not finite.
 * - Source: Golub and Welsch, Math. Comp. 23 (1969), 221.
 *
 * @example
 * tridiagonalQuadrature(Float64Array.of(1, 4), Float64Array.of(0, 0)).values // => Float64Array.of(4, 1)
 */
export const tridiagonalQuadrature = (diagonal: Float64Array, off: Float64Array): Quadrature => {
  const m = diagonal.length
  const largest = Math.max(0, ...diagonal.map(Math.abs), ...off.subarray(1).map(Math.abs))
  // Squares of the entries must neither overflow nor vanish.
  const size = largest > 0 ? largest : 1
  const values = diagonal.map((x) => x / size)
  const ends = new Float64Array(2 * m)
  ends[0] = 1
  ends[2 * m - 1] = 1
  const settled =
    Number.isFinite(largest) &&
    tridiagonalVectors(
      m,
      values,
      off.map((x) => x / size),
      ends,
      new Float64Array(2 * m)
    )
  if (!settled) return { values: nan(m), weights: nan(m), last: nan(m) }
  const order = [...values.keys()].sort((i, j) => values[j]! - values[i]!)
  return {
    values: Float64Array.from(order, (i) => values[i]! * size),
    weights: Float64Array.from(order, (i) => ends[i]! * ends[i]!),
    last: Float64Array.from(order, (i) => Math.abs(ends[m + i]!))
  }
}

const nan = (m: number): Float64Array => new Float64Array(m).fill(Number.NaN)

import { eigh } from "./eigh.ts"

/**
 * The positive semidefinite matrix nearest to a symmetric one, in the Frobenius norm.
 *
 *     A₊ = Σ_i max(0, λ_i) v_i v_iᵀ
 *
 * - Shapes: `a` `[n, n]` row-major, only the lower triangle is read; result `[n, n]`, symmetric.
 * - Errors: NaN throughout where `a` is not finite.
 * - Source: Higham, Linear Algebra Appl. 103 (1988), 103, theorem 2.1.
 *
 * @example
 * nearestPsd(2, Float64Array.of(1, 0, 0, -3)) // => Float64Array.of(1, 0, 0, 0)
 */
export const nearestPsd = (n: number, a: Float64Array): Float64Array => {
  const { values, vectors } = eigh(n, a)
  const out = new Float64Array(n * n)
  for (let c = 0; c < n && !(values[c]! <= 0); c++) {
    for (let i = 0; i < n; i++) {
      const x = values[c]! * vectors[c * n + i]!
      for (let j = 0; j <= i; j++) out[i * n + j] = out[i * n + j]! + x * vectors[c * n + j]!
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) out[j * n + i] = out[i * n + j]!
  return out
}

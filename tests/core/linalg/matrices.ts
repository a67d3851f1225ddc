/** Arbitrary symmetric matrices and what is measured of their eigenvectors. */
import fc from "fast-check"

/** Symmetric matrices of 1 to `most` rows with entries in [−1, 1]. */
export const symmetric = (most: number): fc.Arbitrary<{ readonly n: number; readonly a: Float64Array }> =>
  fc
    .integer({ min: 1, max: most })
    .chain((n) =>
      fc
        .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: n * n, maxLength: n * n })
        .map((x) => ({ n, a: Float64Array.from(x, (_, p) => x[Math.max(p, (p % n) * n + Math.floor(p / n))]!) }))
    )

/** max |A v_i − λ_i v_i| over the vectors of these values. */
export const residual = (n: number, a: Float64Array, values: Float64Array, vectors: Float64Array): number => {
  let worst = 0
  for (let c = 0; c < values.length; c++)
    for (let i = 0; i < n; i++) {
      let sum = 0
      for (let j = 0; j < n; j++) sum += a[i * n + j]! * vectors[c * n + j]!
      worst = Math.max(worst, Math.abs(sum - values[c]! * vectors[c * n + i]!))
    }
  return worst
}

/** max |V Vᵀ − I| over the first `count` vectors. */
export const orthogonality = (n: number, vectors: Float64Array, count: number): number => {
  let worst = 0
  for (let c = 0; c < count; c++)
    for (let d = 0; d <= c; d++) {
      let sum = 0
      for (let i = 0; i < n; i++) sum += vectors[c * n + i]! * vectors[d * n + i]!
      worst = Math.max(worst, Math.abs(sum - (c === d ? 1 : 0)))
    }
  return worst
}

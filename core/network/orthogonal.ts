import { type Stream, standardNormal } from "../random/mod.ts"

/**
 * Fills `out` with a random matrix whose rows (or columns, whichever are fewer) are orthogonal with norm `gain`.
 *
 *     W = gain · Q,   Q R = a Gaussian matrix (transposed where it is wide), diag(R) > 0
 *
 * With that sign Q is distributed uniformly (Haar) over such matrices. Gram-Schmidt, each vector cleaned twice: the
 * second pass leaves orthogonality at rounding error for any condition number met here.
 *
 * - Shapes: `out` is `[rows, columns]`, row-major.
 * - Source: Saxe et al., arXiv:1312.6120, for the initialisation; Mezzadri, arXiv:math-ph/0609050, for the sign.
 */
export const orthogonal = (
  s: Stream,
  rows: number,
  columns: number,
  gain: number,
  out: Float32Array | Float64Array
): void => {
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)]
  const q = new Float64Array(count * length)
  for (let i = 0; i < q.length; i++) q[i] = standardNormal(s)
  for (let k = 0; k < count; k++) {
    const v = q.subarray(k * length, (k + 1) * length)
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < k; j++) subtractProjection(v, q.subarray(j * length, (j + 1) * length))
    }
    const scale = 1 / Math.sqrt(dot(v, v))
    for (let i = 0; i < length; i++) v[i]! *= scale
  }
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      out[r * columns + c] = gain * q[rows >= columns ? c * length + r : r * length + c]!
    }
  }
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

const subtractProjection = (v: Float64Array, unit: Float64Array): void => {
  const along = dot(v, unit)
  for (let i = 0; i < v.length; i++) v[i]! -= along * unit[i]!
}

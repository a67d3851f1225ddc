/**
 * Symmetric matrices as their lower triangles, row after row: entry (i, j), j <= i, lies at i(i+1)/2 + j.
 *
 * The solver's matrices are sums and maxima of one another, entry by entry; half the entries is half the work.
 */

/** Entries of a packed triangle of n rows. */
export const packedLength = (n: number): number => (n * (n + 1)) / 2

/** Place of the diagonal entry i. */
export const diagonalAt = (i: number): number => (i * (i + 3)) / 2

/** The symmetric part (A + Aᵀ)/2 of a row-major `[n, n]` matrix, packed. */
export const packSymmetric = (n: number, a: ArrayLike<number>): Float64Array => {
  const out = new Float64Array(packedLength(n))
  for (let i = 0, p = 0; i < n; i++) for (let j = 0; j <= i; j++, p++) out[p] = 0.5 * (a[i * n + j]! + a[j * n + i]!)
  return out
}

/**
 * The rows of a packed matrix.
 *
 * - Shapes: `a` `[n(n+1)/2]`, the lower triangle row by row; result `[n][n]`.
 */
export const unpackRows = (n: number, a: Float64Array): number[][] =>
  Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (j <= i ? a[(i * (i + 1)) / 2 + j]! : a[(j * (j + 1)) / 2 + i]!))
  )

/** Writes the sums of the rows of a packed matrix into `out`, `[n]`, and returns their sum. */
export const rowSums = (n: number, a: Float64Array, out: Float64Array): number => {
  out.fill(0)
  for (let i = 0, p = 0; i < n; i++) {
    let sum = 0
    for (let j = 0; j < i; j++, p++) {
      const x = a[p]!
      sum += x
      out[j] = out[j]! + x
    }
    out[i] = out[i]! + sum + a[p++]!
  }
  let total = 0
  for (let i = 0; i < n; i++) total += out[i]!
  return total
}

/** <A, B> = Σ_ij A_ij B_ij over the whole matrices. */
export const innerProduct = (n: number, a: Float64Array, b: Float64Array): number => {
  let below = 0
  let diagonal = 0
  for (let i = 0, p = 0; i < n; i++) {
    for (let j = 0; j < i; j++, p++) below += a[p]! * b[p]!
    diagonal += a[p]! * b[p]!
    p++
  }
  return 2 * below + diagonal
}

/** tr A. */
export const packedTrace = (n: number, a: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < n; i++) sum += a[diagonalAt(i)]!
  return sum
}

/** A + shift·I, entry for entry, in place. */
export const addToDiagonal = (n: number, a: Float64Array, shift: number): void => {
  for (let i = 0; i < n; i++) a[diagonalAt(i)] = a[diagonalAt(i)]! + shift
}

/**
 * LU factors of a matrix whose rows are strictly diagonally dominant, which needs no pivoting and cannot fail.
 *
 *     A = L U,   |a_ii| > Σ_{j≠i} |a_ij|
 *
 * - Shapes: `a` `[n, n]` row-major; the factors in one `[n, n]`: U with its diagonal, L below it without its ones.
 * - Source: Golub and Van Loan, Matrix Computations, 4th edition, section 3.4.10.
 *
 * @example
 * const x = Float64Array.of(3, 4)
 * dominantSolve(2, dominantLu(2, Float64Array.of(2, 1, 1, 3)), x)
 * x // => Float64Array.of(1, 1)
 */
export const dominantLu = (n: number, a: Float64Array): Float64Array => {
  const lu = a.slice()
  for (let k = 0; k < n; k++) {
    const pivot = lu[k * n + k]!
    for (let i = k + 1; i < n; i++) {
      const factor = lu[i * n + k]! / pivot
      lu[i * n + k] = factor
      if (factor !== 0) for (let j = k + 1; j < n; j++) lu[i * n + j]! -= factor * lu[k * n + j]!
    }
  }
  return lu
}

/**
 * x with A x = b, in place.
 *
 * - Shapes: `lu` as `dominantLu` gives it; `x` `[n]`, b on entry.
 */
export const dominantSolve = (n: number, lu: Float64Array, x: Float64Array): void => {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) x[i]! -= lu[i * n + j]! * x[j]!
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) x[i]! -= lu[i * n + j]! * x[j]!
    x[i]! /= lu[i * n + i]!
  }
}

/**
 * x with Aᵀ x = b, in place.
 *
 * - Shapes: `lu` as `dominantLu` gives it of A; `x` `[n]`, b on entry.
 */
export const dominantSolveTransposed = (n: number, lu: Float64Array, x: Float64Array): void => {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) x[i]! -= lu[j * n + i]! * x[j]!
    x[i]! /= lu[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) for (let j = i + 1; j < n; j++) x[i]! -= lu[j * n + i]! * x[j]!
}

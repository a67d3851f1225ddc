import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../failure/mod.ts"

/**
 * Cholesky factor of a symmetric positive definite matrix.
 *
 *     A = L Lᵀ
 *
 * - Shapes: `a` `[n, n]` row-major, only the lower triangle is read; L `[n, n]` with zeros above the diagonal.
 * - Errors: `ArgumentError` naming the row and its pivot.
 * - Source: Golub and Van Loan, Matrix Computations, 4th edition, algorithm 4.2.1.
 *
 * @example
 * cholesky(2, Float64Array.of(4, 2, 2, 5)) // => right(Float64Array.of(2, 0, 1, 2))
 */
export const cholesky = (n: number, a: Float64Array): E.Either<ArgumentError, Float64Array> => {
  const l = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) l[i * n + j] = (a[i * n + j]! - rowProduct(l, i * n, j * n, j)) / l[j * n + j]!
    const pivot = a[i * n + i]! - rowProduct(l, i * n, i * n, i)
    if (!(pivot > 0)) return notPositive(i, pivot)
    l[i * n + i] = Math.sqrt(pivot)
  }
  return E.right(l)
}

/**
 * x with A x = b, from the Cholesky factor of A, in place.
 *
 * - Shapes: `l` `[n, n]` as `cholesky` gives it; `x` `[n]`, b on entry.
 */
export const choleskySolve = (n: number, l: Float64Array, x: Float64Array): void => {
  for (let i = 0; i < n; i++) {
    let sum = x[i]!
    for (let j = 0; j < i; j++) sum -= l[i * n + j]! * x[j]!
    x[i] = sum / l[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = x[i]! / l[i * n + i]!
    x[i] = value
    for (let j = 0; j < i; j++) x[j] = x[j]! - value * l[i * n + j]!
  }
}

const rowProduct = (l: Float64Array, a: number, b: number, count: number): number => {
  let sum = 0
  for (let k = 0; k < count; k++) sum += l[a + k]! * l[b + k]!
  return sum
}

const notPositive = (row: number, pivot: number): E.Either<ArgumentError, never> =>
  cannot("factorise the matrix", `a positive pivot in row ${row}`, String(pivot), "add a multiple of the identity")

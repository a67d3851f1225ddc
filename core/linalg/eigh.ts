import { inverseIteration } from "./inverse_iteration.ts"
import { backTransform, type Tridiagonal, tridiagonal, tridiagonalise } from "./tridiagonal.ts"
import { tridiagonalValues } from "./tridiagonal_values.ts"
import { tridiagonalVectors } from "./tridiagonal_vectors.ts"

/**
 * Eigenvalues and eigenvectors of a dense symmetric matrix.
 *
 *     A v_i = λ_i v_i,    v_iᵀ v_j = [i = j],    λ_0 >= λ_1 >= …
 *
 * - Shapes: `a` `[n, n]` row-major, only the lower triangle is read and nothing written; `values` `[n]`; `vectors`
 *   `[n, n]`, v_i in row i.
 * - Units: those of `a`.
 * - Errors: NaN throughout where `a` is not finite.
 * - Source: Golub and Van Loan, Matrix Computations, 4th edition, section 8.3.
 *
 * @example
 * eigh(2, Float64Array.of(2, 1, 1, 2)).values // => Float64Array.of(3, 1)
 */
export const eigh = (n: number, a: Float64Array): Eigen => {
  const work = eigenWorkspace(n)
  const size = load(work, a)
  const found = size > 0 && reduce(work) && eigenvectors(work, 0, n)
  if (!found) return { values: work.values.fill(Number.NaN), vectors: work.vectors.fill(Number.NaN) }
  return { values: scale(work.values, size), vectors: work.vectors }
}

/** The eigenvalues alone, in descending order; shapes and errors as `eigh`. */
export const eigenvalues = (n: number, a: Float64Array): Float64Array => {
  const work = eigenWorkspace(n)
  const size = load(work, a)
  return size > 0 && reduce(work) ? scale(work.values, size) : work.values.fill(Number.NaN)
}

/** What `eigh` returns. */
export interface Eigen {
  /** λ, descending. */
  readonly values: Float64Array
  /** v_i in row i. */
  readonly vectors: Float64Array
}

/**
 * Buffers for many decompositions of one size: fill `matrix`, call `reduce`, then `eigenvectors`.
 *
 * Squares of the entries must neither overflow nor vanish beside the largest: `eigh` scales, here the caller does.
 */
export interface EigenWorkspace {
  readonly n: number
  /** `[n, n]`; only the lower triangle is read; `reduce` overwrites it. */
  readonly matrix: Float64Array
  /** `[n]`, descending. */
  readonly values: Float64Array
  /** Eigenvectors one after the other, `[n, n]`. */
  readonly vectors: Float64Array
  readonly tridiagonal: Tridiagonal
  readonly diagonal: Float64Array
  readonly off: Float64Array
  readonly work: Float64Array
  readonly order: Float64Array
  readonly columns: Float64Array
}

/** Allocates an `EigenWorkspace`. */
export const eigenWorkspace = (n: number): EigenWorkspace => ({
  n,
  matrix: new Float64Array(n * n),
  values: new Float64Array(n),
  vectors: new Float64Array(n * n),
  tridiagonal: tridiagonal(n),
  diagonal: new Float64Array(n),
  off: new Float64Array(n),
  work: new Float64Array(6 * n),
  order: new Float64Array(n),
  columns: new Float64Array(n * n)
})

/** Reduces `work.matrix` to tridiagonal form and fills `work.values`; false where the matrix is not finite. */
export const reduce = (work: EigenWorkspace): boolean => {
  const { n, values, off } = work
  tridiagonalise(n, work.matrix, work.tridiagonal)
  values.set(work.tridiagonal.diagonal)
  off.set(work.tridiagonal.off)
  if (!tridiagonalValues(n, values, off)) return false
  values.sort().reverse()
  return true
}

/**
 * Fills `work.vectors` with the eigenvectors of `work.values[first .. first + count]`, after `reduce`.
 *
 * Few are found by inverse iteration, many (or where that fails to reach rounding) by QL on the whole.
 */
export const eigenvectors = (work: EigenWorkspace, first: number, count: number): boolean => {
  const { n, tridiagonal: t, vectors } = work
  const found =
    (count <= fewVectors(n) && inverseIteration(t, work.values.subarray(first, first + count), vectors, work.work)) ||
    vectorsByQl(work, first, count)
  if (found) backTransform(n, work.matrix, t.scale, vectors, count)
  return found
}

/** Copies A divided by its largest entry and returns that, 1 for a zero matrix, NaN where A is not finite. */
const load = (work: EigenWorkspace, a: Float64Array): number => {
  let largest = 0
  for (const x of a) largest = Math.max(largest, Math.abs(x))
  if (!Number.isFinite(largest)) return Number.NaN
  const size = largest === 0 ? 1 : largest
  for (let p = 0; p < a.length; p++) work.matrix[p] = a[p]! / size
  return size
}

const scale = (values: Float64Array, size: number): Float64Array => {
  for (let i = 0; i < values.length; i++) values[i] = values[i]! * size
  return values
}

/** Below this many vectors inverse iteration is the faster way. */
const fewVectors = (n: number): number => (2 * n) / 3

const vectorsByQl = (work: EigenWorkspace, first: number, count: number): boolean => {
  const { n, diagonal, off, columns, vectors } = work
  diagonal.set(work.tridiagonal.diagonal)
  off.set(work.tridiagonal.off)
  columns.fill(0)
  for (let i = 0; i < n; i++) columns[i * n + i] = 1
  if (!tridiagonalVectors(n, diagonal, off, columns, work.work)) return false
  const order = work.order.map((_, i) => i).sort((i, j) => diagonal[j]! - diagonal[i]!)
  for (let c = 0; c < count; c++) {
    const column = order[first + c]!
    for (let i = 0; i < n; i++) vectors[c * n + i] = columns[i * n + column]!
  }
  return true
}

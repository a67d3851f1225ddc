import { innerProduct, packedTrace, rowSums } from "./packed.ts"

/**
 * The part of an affinity matrix that decides the solution, of unit size.
 *
 *     U₀ = P U P,    P = I − e eᵀ/n,    Ũ = (U₀ − c P)/s,    c = tr U₀/(n − 1),    s = ‖U₀ − c P‖_F/√(n − 1)
 *     <U, X> = mean + c (tr X − 1) + s <Ũ, X>    for every X with X e = e
 *
 * So a U and b·ones need the same work and have the same solution, and so do U and U + d I where the trace is fixed.
 *
 * - Shapes: packed triangles of n >= 2 rows.
 */
export interface Normalised {
  readonly n: number
  /** Ũ. */
  readonly matrix: Float64Array
  /** <U, e eᵀ/n>. */
  readonly mean: number
  /** c. */
  readonly shift: number
  /** s; 0 where U₀ − c P is nothing but rounding, and then Ũ = 0. */
  readonly scale: number
  /** Bound on what rounding may have added to each of n² sums over U. */
  readonly rounding: number
}

/** Splits a packed symmetric matrix into what decides X and what does not. */
export const normalise = (n: number, u: Float64Array): Normalised => {
  const matrix = u.slice()
  const sums = new Float64Array(n)
  const total = rowSums(n, matrix, sums)
  const grand = total / n / n
  for (let i = 0, p = 0; i < n; i++)
    for (let j = 0; j <= i; j++, p++) matrix[p] = matrix[p]! - sums[i]! / n - sums[j]! / n + grand
  const shift = packedTrace(n, matrix) / (n - 1)
  for (let i = 0, p = 0; i < n; i++)
    for (let j = 0; j <= i; j++, p++) matrix[p] = matrix[p]! - shift * ((i === j ? 1 : 0) - 1 / n)
  let largest = 0
  for (const x of u) largest = Math.max(largest, Math.abs(x))
  const rounding = 4 * n * Number.EPSILON * largest
  // Divided by the largest entry first, so that squares neither overflow nor vanish.
  if (largest > 0) for (let p = 0; p < matrix.length; p++) matrix[p] = matrix[p]! / largest
  const size = largest * Math.sqrt(innerProduct(n, matrix, matrix) / (n - 1))
  const scale = size > rounding ? size : 0
  for (let p = 0; p < matrix.length; p++) matrix[p] = scale > 0 ? matrix[p]! * (largest / scale) : 0
  return { n, matrix, mean: total / n, shift, scale, rounding }
}

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
  /**
   * What rounding may have added to each entry, and n times to <U, X>: some 25 ε max |U| of Ũ's entries, whose additive
   * parts may be any numbers, and n²ε/2 max |U| of the mean, which is a sum of n² entries over n.
   */
  readonly rounding: number
}

/** Splits a packed symmetric matrix into what decides X and what does not. */
export const normalise = (n: number, u: Float64Array): Normalised => {
  const matrix = u.slice()
  let largest = 0
  for (const x of u) largest = Math.max(largest, Math.abs(x))
  // Divided by the largest entry first, so that squares neither overflow nor vanish.
  if (largest > 0) for (let p = 0; p < matrix.length; p++) matrix[p] = matrix[p]! / largest
  const sums = new Float64Array(n)
  const first = centre(n, matrix, sums)
  // Once more: beside a large mean the first pass leaves its rounding in the small remainder.
  const second = centre(n, matrix, sums)
  const shift = largest * (first.shift + second.shift)
  const rounding = 4 * (n + 8) * Number.EPSILON * largest
  const size = largest * Math.sqrt(innerProduct(n, matrix, matrix) / (n - 1))
  const scale = size > rounding ? size : 0
  for (let p = 0; p < matrix.length; p++) matrix[p] = scale > 0 ? matrix[p]! * (largest / scale) : 0
  return { n, matrix, mean: largest * (first.mean + second.mean), shift, scale, rounding }
}

/** A ← P A P − c P in place; returns c and the mean <A, e eᵀ/n> that is gone. */
const centre = (n: number, a: Float64Array, sums: Float64Array): { readonly shift: number; readonly mean: number } => {
  const mean = rowSums(n, a, sums) / n
  for (let i = 0, p = 0; i < n; i++)
    for (let j = 0; j <= i; j++, p++) a[p] = a[p]! - sums[i]! / n - sums[j]! / n + mean / n
  const shift = packedTrace(n, a) / (n - 1)
  for (let i = 0, p = 0; i < n; i++)
    for (let j = 0; j <= i; j++, p++) a[p] = a[p]! - shift * ((i === j ? 1 : 0) - 1 / n)
  return { shift, mean }
}

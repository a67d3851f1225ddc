/**
 * Random projection of per-example gradients that are never formed.
 *
 * The gradient of a linear layer is an outer product, left ⊗ right (δ_l ⊗ h_{l−1}); a bias is one with right = 1. The
 * `sparse` projection adds each of its p entries, with a random sign, to one of d buckets (a count sketch), and picks
 * the buckets so that a whole row of an outer product goes to neighbouring ones.
 */
import type { FactorBlock } from "../network/mod.ts"
import { permutation, random, type Stream } from "../random/mod.ts"

/** One block's part of a sparse projection: entry (i, j) goes to bucket (start_i + j) mod d with sign a_i·b_j. */
export interface SketchBlock extends FactorBlock {
  readonly start: Int32Array
  readonly rowSign: Float64Array
  readonly columnSign: Float64Array
}

/** A p × d projection with one non-zero entry a row. */
export interface Sketch {
  readonly dimension: number
  readonly size: number
  readonly blocks: readonly SketchBlock[]
}

const signs = (s: Stream, n: number): Float64Array => Float64Array.from({ length: n }, () => (random(s) < 0.5 ? -1 : 1))

/**
 * Draws a sparse projection.
 *
 * E⟨Px, Py⟩ = ⟨x, y⟩ and Var ‖Px‖² ≤ 2‖x‖⁴/d, as for a Gaussian matrix: two entries of one row never meet, rows of one
 * block start at distinct buckets (while rows ≤ d), so two entries meet with probability at most 1/d, and the signs
 * of two entries that meet are independent.
 *
 * - Source: Charikar, Chen and Farach-Colton 2002 (count sketch); Pham and Pagh 2013 (its form for outer products).
 */
export const sketch = (s: Stream, blocks: readonly FactorBlock[], dimension: number): Sketch => ({
  dimension,
  size: blocks.reduce((n, b) => Math.max(n, b.offset + b.rows * b.columns), 0),
  blocks: blocks.map((b) => ({
    ...b,
    start: starts(s, b.rows, dimension),
    rowSign: signs(s, b.rows),
    // The sign of a single column is part of the row's; so blocks with and without a right factor are one case.
    columnSign: b.columns === 1 ? Float64Array.of(1) : signs(s, b.columns)
  }))
})

/** Distinct buckets as long as there are enough. */
const starts = (s: Stream, rows: number, dimension: number): Int32Array => {
  const out = new Int32Array(rows)
  for (let i = 0; i < rows; i += dimension) {
    out.set(permutation(s, dimension).subarray(0, Math.min(dimension, rows - i)), i)
  }
  return out
}

/** Left and right factors of one block, a row an example. No `right` means 1. */
export interface Factors {
  readonly left: Float32Array | Float64Array
  readonly right?: Float32Array | Float64Array
}

/**
 * Writes the projected gradients of `count` examples to `out` (`[count, d]`, from row `row`), each divided by nothing:
 * the sketch is an isometry in expectation. Allocates one vector a call.
 */
export const project = (
  k: Sketch,
  factors: readonly Factors[],
  count: number,
  out: Float32Array | Float64Array,
  row = 0
): void => {
  const d = k.dimension
  const widest = k.blocks.reduce((n, b) => Math.max(n, b.columns), 0)
  const sums = new Float64Array(d + widest)
  const signed = new Float64Array(widest)
  for (let e = 0; e < count; e++) {
    sums.fill(0)
    for (let q = 0; q < k.blocks.length; q++) addBlock(k.blocks[q]!, factors[q]!, e, sums, signed)
    // The windows ran past d instead of wrapping around: fold them back, the last ones first.
    for (let i = sums.length - 1; i >= d; i--) sums[i - d]! += sums[i]!
    const base = (row + e) * d
    for (let i = 0; i < d; i++) out[base + i] = sums[i]!
  }
}

const addBlock = (b: SketchBlock, f: Factors, e: number, sums: Float64Array, signed: Float64Array): void => {
  const { rows, columns, start, rowSign, columnSign } = b
  const { left, right } = f
  const leftAt = e * rows
  if (right === undefined) {
    for (let i = 0; i < rows; i++) sums[start[i]!]! += rowSign[i]! * left[leftAt + i]!
    return
  }
  for (let j = 0; j < columns; j++) signed[j] = columnSign[j]! * right[e * columns + j]!
  for (let i = 0; i < rows; i++) {
    const c = rowSign[i]! * left[leftAt + i]!
    if (c === 0) continue
    const at = start[i]!
    for (let j = 0; j < columns; j++) sums[at + j]! += c * signed[j]!
  }
}

/** P x: the change of θ (`[p]`) that a point x of the projected space (`[d]`) stands for. */
export const lift = (k: Sketch, x: ArrayLike<number>): Float64Array => {
  const out = new Float64Array(k.size)
  for (const b of k.blocks) {
    for (let i = 0; i < b.rows; i++) {
      for (let j = 0; j < b.columns; j++) {
        const sign = b.rowSign[i]! * b.columnSign[j]!
        out[b.offset + i * b.columns + j] = sign * x[(b.start[i]! + j) % k.dimension]!
      }
    }
  }
  return out
}

/** Dense and Kronecker projections: their random entries, block by block, and the way back to θ. */

import type { FactorBlock } from "../network/mod.ts"
import { child, fillNormal, type Key, random, type Stream, stream } from "../random/mod.ts"

export type DenseKind = "gaussian" | "rademacher"

/** P of a dense projection, `[p, d]`: what its entries are drawn from. */
export interface DenseProjection {
  readonly kind: DenseKind
  readonly key: Key
  /** Of θ. */
  readonly blocks: readonly FactorBlock[]
  /** d. */
  readonly dimension: number
}

/** Some rows of one block: `P` for them is `[rows · columns, d]`. */
export interface DensePart {
  readonly block: number
  readonly from: number
  readonly rows: number
}

/** Entries of a part at most, which bounds the memory: P itself never exists. */
const PART_ENTRIES = 1_000_000

/** Cuts every block into parts of bounded size. */
export const denseParts = (blocks: readonly FactorBlock[], dimension: number): readonly DensePart[] =>
  blocks.flatMap((b, block) => {
    const rows = Math.max(1, Math.floor(PART_ENTRIES / (b.columns * dimension)))
    const parts: DensePart[] = []
    for (let from = 0; from < b.rows; from += rows) parts.push({ block, from, rows: Math.min(rows, b.rows - from) })
    return parts
  })

/** A part and its place among all parts, which decides its entries. */
export interface NumberedPart {
  readonly index: number
  readonly part: DensePart
}

/** Parts in their order, cut into rounds of at most `held` entries, or one part. */
export const densePartsTogether = (
  blocks: readonly FactorBlock[],
  dimension: number,
  held: number
): readonly (readonly NumberedPart[])[] => {
  const rounds: NumberedPart[][] = []
  let room = 0
  for (const [index, part] of denseParts(blocks, dimension).entries()) {
    const entries = part.rows * blocks[part.block]!.columns * dimension
    if (rounds.length === 0 || entries > room) {
      rounds.push([])
      room = held
    }
    rounds.at(-1)!.push({ index, part })
    room -= entries
  }
  return rounds
}

const signs = (s: Stream, scale: number, out: Float32Array): void => {
  for (let i = 0; i < out.length; i++) out[i] = random(s) < 0.5 ? -scale : scale
}

/**
 * The entries of a part: N(0, 1/d), or ±1/√d. Each part has a stream of its own, so that its entries are the same
 * whenever they are made again.
 *
 * - Source: Zhang et al., section 3.1 (Gaussian); Achlioptas 2003 (signs).
 */
export const denseEntries = (kind: DenseKind, key: Key, part: number, dimension: number, out: Float32Array): void => {
  const s = stream(child(key, part))
  const scale = 1 / Math.sqrt(dimension)
  if (kind === "rademacher") signs(s, scale, out)
  else {
    fillNormal(s, out)
    for (let i = 0; i < out.length; i++) out[i]! *= scale
  }
}

/** Random signs A `[rows, d]` and B `[columns, d]` of each block for the Kronecker projection. */
export interface KroneckerBlock extends FactorBlock {
  readonly a: Float32Array
  /** Missing where the block has no right factor. */
  readonly b: Float32Array | undefined
}

/**
 * Projections on the factors: coordinate r of left ⊗ right is (Σ_i A_ir·left_i)·(Σ_j B_jr·right_j)/√d with random
 * signs. Unbiased for inner products; Var ‖Px‖² ≤ 8‖x‖⁴/d for one block and nearer 2‖x‖⁴/d for many.
 */
export const kronecker = (key: Key, blocks: readonly FactorBlock[], dimension: number): readonly KroneckerBlock[] => {
  const s = stream(child(key, "kronecker"))
  const scale = 1 / Math.sqrt(dimension)
  return blocks.map((block) => {
    const a = new Float32Array(block.rows * dimension)
    signs(s, scale, a)
    const b = !block.outer ? undefined : new Float32Array(block.columns * dimension)
    if (b !== undefined) signs(s, 1, b)
    return { ...block, a, b }
  })
}

/** P x of a Kronecker projection. */
export const liftKronecker = (blocks: readonly KroneckerBlock[], size: number, x: ArrayLike<number>): Float64Array => {
  const out = new Float64Array(size)
  const d = x.length
  for (const { offset, rows, columns, a, b } of blocks) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = 0
        for (let r = 0; r < d; r++) sum += a[i * d + r]! * (b === undefined ? 1 : b[j * d + r]!) * x[r]!
        out[offset + i * columns + j] = sum
      }
    }
  }
  return out
}

/** Room for the entries of any part. */
export const entriesOf = (blocks: readonly FactorBlock[], dimension: number): Float32Array =>
  new Float32Array(
    denseParts(blocks, dimension).reduce((n, p) => Math.max(n, p.rows * blocks[p.block]!.columns), 0) * dimension
  )

/** Calls `visit(i, row of P)` for every entry i of θ, the rows made part by part in one array. */
const eachRow = (
  { kind, key, blocks, dimension: d }: DenseProjection,
  visit: (i: number, entries: Float32Array, at: number) => void
): void => {
  const most = entriesOf(blocks, d)
  denseParts(blocks, d).forEach((part, index) => {
    const block = blocks[part.block]!
    const count = part.rows * block.columns
    denseEntries(kind, key, index, d, most.subarray(0, count * d))
    for (let q = 0; q < count; q++) visit(block.offset + part.from * block.columns + q, most, q * d)
  })
}

/** P x `[size]` of every row of `x` (`[count, d]`), with P made once for all, part by part. */
export const liftDense = (projection: DenseProjection, size: number, x: ArrayLike<number>): readonly Float64Array[] => {
  const d = projection.dimension
  const out = Array.from({ length: x.length / d }, () => new Float64Array(size))
  eachRow(projection, (i, entries, at) => {
    for (let k = 0; k < out.length; k++) {
      let sum = 0
      for (let r = 0; r < d; r++) sum += entries[at + r]! * x[k * d + r]!
      out[k]![i] = sum
    }
  })
  return out
}

/** ‖P x‖ of every row of `x` (`[count, d]`), with P made once for all. */
export const denseLengths = (projection: DenseProjection, x: Float64Array): Float64Array => {
  const d = projection.dimension
  const squares = new Float64Array(x.length / d)
  eachRow(projection, (_, entries, at) => {
    for (let k = 0; k < squares.length; k++) {
      let sum = 0
      for (let r = 0; r < d; r++) sum += entries[at + r]! * x[k * d + r]!
      squares[k]! += sum * sum
    }
  })
  return squares.map(Math.sqrt)
}

/**
 * MAP: a fused group of elementwise operations, done block by block so that everything between its inputs and its
 * outputs stays in the first-level cache.
 *
 * Each register is a pointer to the current block: into the tensor for full inputs and for outputs, into scratch for
 * what is broadcast and for temporaries. The pointers are set per block, then the operations run one after another.
 */
import { READ_COLUMN, READ_FULL, READ_ROW, READ_SCALAR } from "./codes"
import { TABLE } from "./constants"
import { apply } from "./elementwise"

/** First-level cache that the blocks of one group may fill, in bytes. */
const CACHE_BYTES: i32 = 24 * 1024
const MAX_BLOCK: i32 = 1024
const MIN_BLOCK: i32 = 64

/** The kind of an input once dimensions of size 1 are seen through: a row vector of a single column is a scalar, … */
// @ts-ignore: decorator
@inline
function kindOf(kind: i32, rows: i32, cols: i32): i32 {
  if (kind == READ_ROW) return rows == 1 ? READ_FULL : cols == 1 ? READ_SCALAR : READ_ROW
  if (kind == READ_COLUMN) return cols == 1 ? READ_FULL : rows == 1 ? READ_SCALAR : READ_COLUMN
  return kind
}

// @ts-ignore: decorator
@inline
function offset(slots: usize, slot: i32): usize {
  return <usize>load<u32>(slots + (<usize>slot << 2))
}

/** `count` copies of the float at p. */
function spread(to: usize, value: f32, count: i32): void {
  const v = f32x4.splat(value)
  const end = to + (<usize>count << 2)
  for (; to + 16 <= end; to += 16) v128.store(to, v)
  for (; to < end; to += 4) store<f32>(to, value)
}

/** `words` points at the operand `rows`. */
export function map(words: usize, slots: usize, scratch: usize): void {
  let rows = load<i32>(words)
  let cols = load<i32>(words, 4)
  const nIn = load<i32>(words, 8)
  const nLit = load<i32>(words, 12)
  const nOps = load<i32>(words, 16)
  const nOut = load<i32>(words, 20)
  const ins = words + 24
  const lits = ins + (<usize>nIn << 3)
  const ops = lits + (<usize>nLit << 2)
  const outs = ops + (<usize>nOps << 4)
  if (rows * cols == 0) return

  // Without vectors along one axis the space is a plain line.
  let line = true
  for (let i = 0; i < nIn; i++) {
    const kind = kindOf(load<i32>(ins + (<usize>i << 3), 4), rows, cols)
    if (kind == READ_ROW || kind == READ_COLUMN) line = false
  }
  const trueRows = rows
  const trueCols = cols
  if (line) {
    cols = rows * cols
    rows = 1
  }

  // Block size from the number of blocks alive, then a block is whole rows or a piece of one row.
  const registers = nIn + nLit + nOps
  let block = min(MAX_BLOCK, max(MIN_BLOCK, (CACHE_BYTES / (registers << 2)) & ~63))
  while (<usize>registers * ((block << 2) + 20) > TABLE && block > 16) block >>= 1
  let blockRows = 1
  let blockCols = min(cols, block)
  if (rows > 1 && cols << 1 <= block) {
    blockRows = block / cols
    // No more rows than there are: row vectors and scalars are repeated for the whole block beforehand.
    if (blockRows >= rows) blockRows = rows
    else if (blockRows > 15) blockRows &= ~15
    else if (blockRows > 3) blockRows &= ~3
    blockCols = cols
  }
  const room = ((<usize>blockRows * blockCols + 15) & ~15) << 2

  // Register pointers, then one block of scratch for each register.
  const pointers = scratch
  const temporaries = (scratch + (<usize>registers << 2) + 15) & ~15
  for (let i = 0; i < registers; i++) store<u32>(pointers + (<usize>i << 2), <u32>(temporaries + <usize>i * room))

  // What is the same in every block is written once.
  for (let i = 0; i < nIn; i++) {
    const pair = ins + (<usize>i << 3)
    const from = offset(slots, load<i32>(pair))
    const kind = kindOf(load<i32>(pair, 4), trueRows, trueCols)
    const to = temporaries + <usize>i * room
    if (kind == READ_SCALAR) spread(to, load<f32>(from), <i32>(room >> 2))
    else if (kind == READ_ROW && blockRows > 1) {
      for (let r = 0; r < blockRows; r++) memory.copy(to + (<usize>(r * cols) << 2), from, <usize>cols << 2)
    }
  }
  for (let i = 0; i < nLit; i++) {
    spread(temporaries + <usize>(nIn + i) * room, load<f32>(lits + (<usize>i << 2)), <i32>(room >> 2))
  }

  for (let r = 0; r < rows; r += blockRows) {
    const height = min(blockRows, rows - r)
    for (let c = 0; c < cols; c += blockCols) {
      const width = min(blockCols, cols - c)
      const start = <usize>(r * cols + c) << 2
      const count = height * width
      const whole = (count & 15) == 0
      const bytes = (<usize>(count + 15) & ~15) << 2
      for (let i = 0; i < nIn; i++) {
        const pair = ins + (<usize>i << 3)
        const kind = kindOf(load<i32>(pair, 4), trueRows, trueCols)
        if (kind == READ_SCALAR) continue
        const from = offset(slots, load<i32>(pair))
        const to = temporaries + <usize>i * room
        if (kind == READ_FULL) store<u32>(pointers + (<usize>i << 2), <u32>(from + start))
        else if (kind == READ_ROW) {
          if (blockRows == 1) store<u32>(pointers + (<usize>i << 2), <u32>(from + (<usize>c << 2)))
        } else {
          for (let y = 0; y < height; y++) {
            spread(to + (<usize>(y * width) << 2), load<f32>(from + (<usize>(r + y) << 2)), width)
          }
        }
      }
      // A block that ends inside a step of the kernels is made in scratch and copied, so that nothing after it is overwritten.
      if (whole) {
        for (let i = 0; i < nOut; i++) {
          const pair = outs + (<usize>i << 3)
          const register = load<i32>(pair)
          if (register < nIn + nLit) continue
          store<u32>(pointers + (<usize>register << 2), <u32>(offset(slots, load<i32>(pair, 4)) + start))
        }
      } else {
        for (let i = nIn + nLit; i < registers; i++) {
          store<u32>(pointers + (<usize>i << 2), <u32>(temporaries + <usize>i * room))
        }
      }
      for (let i = 0; i < nOps; i++) {
        const op = ops + (<usize>i << 4)
        apply(
          load<i32>(op),
          load<u32>(pointers + (<usize>(nIn + nLit + i) << 2)),
          load<u32>(pointers + (<usize>load<i32>(op, 4) << 2)),
          load<u32>(pointers + (<usize>load<i32>(op, 8) << 2)),
          load<u32>(pointers + (<usize>load<i32>(op, 12) << 2)),
          bytes,
          scratch + TABLE
        )
      }
      for (let i = 0; i < nOut; i++) {
        const pair = outs + (<usize>i << 3)
        const from = <usize>load<u32>(pointers + (<usize>load<i32>(pair) << 2))
        const to = offset(slots, load<i32>(pair, 4)) + start
        if (from != to) memory.copy(to, from, <usize>count << 2)
      }
    }
  }
}

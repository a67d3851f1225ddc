/**
 * COPY between strided views of any rank: transposes, broadcasts, slices, concatenations.
 *
 * The order in which elements are copied is free, so the axes are first simplified (those of size 1 dropped, neighbours
 * that run on merged), then two of them are chosen for a fast kernel and the others become loops around it.
 */
import { move, transpose } from "./transpose"

// Axes in scratch: size, source stride, destination stride (bytes) of each.
const AXIS: usize = 12

// @ts-ignore: decorator
@inline
function sizeOf(axes: usize, i: i32): i32 {
  return load<i32>(axes + <usize>i * AXIS)
}
// @ts-ignore: decorator
@inline
function fromOf(axes: usize, i: i32): i32 {
  return load<i32>(axes + <usize>i * AXIS, 4)
}
// @ts-ignore: decorator
@inline
function toOf(axes: usize, i: i32): i32 {
  return load<i32>(axes + <usize>i * AXIS, 8)
}
// @ts-ignore: decorator
@inline
function setAxis(axes: usize, i: i32, size: i32, from: i32, to: i32): void {
  const at = axes + <usize>i * AXIS
  store<i32>(at, size)
  store<i32>(at, from, 4)
  store<i32>(at, to, 8)
}

/** Writes the simplified axes and returns their number; −1 when there is nothing to copy. */
function simplify(rank: i32, words: usize, axes: usize): i32 {
  const row = <usize>rank << 2
  let n = 0
  for (let i = 0; i < rank; i++, words += 4) {
    const size = load<i32>(words)
    const from = load<i32>(words + row) << 2
    const to = load<i32>(words + 2 * row) << 2
    if (size == 0) return -1
    if (size == 1) continue
    if (n > 0 && fromOf(axes, n - 1) == from * size && toOf(axes, n - 1) == to * size) {
      setAxis(axes, n - 1, sizeOf(axes, n - 1) * size, from, to)
    } else setAxis(axes, n++, size, from, to)
  }
  return n
}

/** Takes axis i out of the list of n. */
function take(axes: usize, n: i32, i: i32): void {
  memory.copy(axes + <usize>i * AXIS, axes + <usize>(i + 1) * AXIS, <usize>(n - i - 1) * AXIS)
}

const MOVE: i32 = 0
const TRANSPOSE: i32 = 1
const SPREAD: i32 = 2
const SINGLE: i32 = 3

/** The axis with these strides that has the most elements, or −1; a stride < 0 stands for any. */
function find(axes: usize, n: i32, from: i32, to: i32): i32 {
  let best = -1
  for (let i = 0; i < n; i++) {
    const fits = (from < 0 || fromOf(axes, i) == from) && (to < 0 || toOf(axes, i) == to)
    if (fits && (best < 0 || sizeOf(axes, i) > sizeOf(axes, best))) best = i
  }
  return best
}

/** `words` points at the sizes. */
export function copy(rank: i32, words: usize, src: usize, dst: usize, scratch: usize): void {
  let n = simplify(rank, words, scratch)
  if (n < 0) return
  // The inner axis: side by side in both, else side by side in the destination, else any.
  let kind = MOVE
  let inner = find(scratch, n, 4, 4)
  if (inner < 0) {
    inner = find(scratch, n, 0, 4)
    kind = SPREAD
  }
  if (inner < 0) {
    inner = find(scratch, n, -1, 4)
    kind = inner >= 0 && find(scratch, n, 4, -1) >= 0 ? TRANSPOSE : SINGLE
  }
  if (inner < 0) inner = find(scratch, n, -1, -1)
  const size = inner < 0 ? 1 : sizeOf(scratch, inner)
  const from = inner < 0 ? 4 : fromOf(scratch, inner)
  const to = inner < 0 ? 4 : toOf(scratch, inner)
  if (inner >= 0) take(scratch, n--, inner)
  // The axis around it: for a transpose the one side by side in the source, else the longest.
  const outer = kind == TRANSPOSE ? find(scratch, n, 4, -1) : find(scratch, n, -1, -1)
  const rows = outer < 0 ? 1 : sizeOf(scratch, outer)
  const rowFrom = outer < 0 ? 0 : fromOf(scratch, outer)
  const rowTo = outer < 0 ? 0 : toOf(scratch, outer)
  if (outer >= 0) take(scratch, n--, outer)
  walk(scratch, n, kind, size, from, to, rows, rowFrom, rowTo, src, dst)
}

/** The kernel, once for each place of the remaining axes. */
function walk(
  axes: usize, n: i32, kind: i32, size: i32, from: i32, to: i32, rows: i32, rowFrom: i32, rowTo: i32, src: usize, dst: usize
): void {
  if (n == 0) {
    if (kind == MOVE) move(rows, size, src, rowFrom, dst, rowTo)
    else if (kind == TRANSPOSE) transpose(size, rows, src, from, dst, rowTo)
    else if (kind == SPREAD) spread(rows, size, src, rowFrom, dst, rowTo)
    else single(rows, size, src, rowFrom, from, dst, rowTo, to)
    return
  }
  for (let i = sizeOf(axes, 0); i > 0; i--) {
    walk(axes + AXIS, n - 1, kind, size, from, to, rows, rowFrom, rowTo, src, dst)
    src += fromOf(axes, 0)
    dst += toOf(axes, 0)
  }
}

/** Rows of `n` copies of one number each. */
function spread(m: i32, n: i32, p: usize, ps: usize, q: usize, qs: usize): void {
  for (; m > 0; m--, p += ps, q += qs) {
    const v = v128.load32_splat(p)
    let to = q
    let j = n
    for (; j >= 4; j -= 4, to += 16) v128.store(to, v)
    for (; j > 0; j--, to += 4) store<f32>(to, load<f32>(p))
  }
}

function single(m: i32, n: i32, p: usize, ps: usize, from: usize, q: usize, qs: usize, to: usize): void {
  for (; m > 0; m--, p += ps, q += qs) {
    let a = p
    let b = q
    for (let j = n; j > 0; j--, a += from, b += to) store<f32>(b, load<f32>(a))
  }
}

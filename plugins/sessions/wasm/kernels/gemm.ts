/**
 * GEMM: C = op(A)·op(B), or C += op(A)·op(B), float32, batched.
 *
 * C is made in tiles of 2×16 (tiles.ts); the last n mod 16 columns in tiles of 4×4. Operands are read where they lie
 * when they lie well, else a block of them is packed into scratch first. Each number of C is summed over k in order,
 * in blocks of K_BLOCK or K_SHORT, whatever the tile: the result depends on the sizes only.
 */
import { shift } from "./range"
import { flush } from "./simd"
import { dots, rows2, tile4 } from "./tiles"
import { move, transpose } from "./transpose"

const A_TRANSPOSED: i32 = 1
const B_TRANSPOSED: i32 = 2
const ACCUMULATE: i32 = 4

/** Longest block of k, a shorter one with which a narrow B stays in the first-level cache, and rows of A a block. */
const K_BLOCK: i32 = 128
const K_SHORT: i32 = 64
const A_ROWS: i32 = 16
/** Scratch: one 4×4 tile, a block of A, a block of B. */
const A_BYTES: usize = K_BLOCK * A_ROWS * 4
const B_COLUMNS: i32 = 464
/** A block of B up to this size stays in the first-level cache and is read where it lies. */
const B_DIRECT_BYTES: i32 = 20 * 1024

/** C = op(A)·op(B) for one item. `s`: A is multiplied by 2ˢ on its way (range.ts). */
function product(
  ta: bool, tb: bool, add: bool, m: i32, n: i32, k: i32, a: usize, b: usize, c: usize, s: i32, scratch: usize
): void {
  const panelA = scratch + 64
  const panelB = panelA + A_BYTES
  const cr = <usize>n << 2
  const scale = reinterpret<f32>((127 - s) << 23)
  const packA = s > 0 || (ta && n > 16 && m > 16)
  const longest = n <= 80 ? K_SHORT : K_BLOCK
  for (let p = 0; p < k; p += longest) {
    const depth = min(longest, k - p)
    const onto = add || p > 0
    for (let j0 = 0; j0 < n; j0 += B_COLUMNS) {
      const columns = min(B_COLUMNS, n - j0)
      const groups = columns >> 4
      const wide = groups << 4
      const direct = !tb && (depth * n << 2 <= B_DIRECT_BYTES || m <= 8)
      const blockB = b + ((tb ? <usize>j0 * k + p : <usize>p * n + j0) << 2)
      const tails = direct ? panelB : panelB + (<usize>wide * depth << 2)
      if (!direct) packB(tb, groups, depth, blockB, tb ? k : n, panelB)
      packTail(tb, columns - wide, depth, blockB + ((tb ? <usize>wide * k : wide) << 2), tb ? k : n, tails)
      const bs = direct ? <usize>n << 2 : 64
      const bg = direct ? <usize>64 : <usize>depth << 6
      for (let i0 = 0; i0 < m; i0 += A_ROWS) {
        const rows = min(A_ROWS, m - i0)
        let block = a + ((ta ? <usize>p * m + i0 : <usize>i0 * k + p) << 2)
        let ar: usize = ta ? 4 : <usize>k << 2
        let as: usize = ta ? <usize>m << 2 : 4
        if (packA) {
          if (ta) packScaled(depth, rows, block, as, panelA, A_ROWS << 2, s)
          else packScaled(rows, depth, block, ar, panelA, K_BLOCK << 2, s)
          block = panelA
          if (ta) as = A_ROWS << 2
          else ar = K_BLOCK << 2
        }
        const to = c + (<usize>i0 * n + j0 << 2)
        if (groups > 0) {
          const from = direct ? blockB : panelB
          let i = 0
          for (; i + 2 <= rows; i += 2) {
            rows2(depth, block + <usize>i * ar, ar, as, from, bs, bg, to + <usize>i * cr, cr, groups, scale, onto)
          }
          if (i < rows) rows2(depth, block + <usize>i * ar, 0, as, from, bs, bg, to + <usize>i * cr, 0, groups, scale, onto)
        }
        for (let j = wide; j < columns; j += 4) {
          const from = tails + (<usize>(j - wide) * depth << 2)
          for (let i = 0; i < rows; i += 4) {
            tile4(depth, block + <usize>i * ar, ar, as, rows - i, from, scratch, scale)
            put(min(4, rows - i), min(4, columns - j), scratch, to + <usize>i * cr + (<usize>j << 2), cr, onto)
          }
        }
      }
    }
  }
}

/** The valid part of a 4×4 tile into C. */
// @ts-ignore: decorator
@inline
function put(rows: i32, cols: i32, t: usize, c: usize, cr: usize, add: bool): void {
  for (let i = 0; i < rows; i++, t += 16, c += cr) {
    if (cols == 4) v128.store(c, add ? f32x4.add(v128.load(c), v128.load(t)) : v128.load(t))
    else {
      for (let j: usize = 0; j < <usize>cols << 2; j += 4) {
        store<f32>(c + j, add ? load<f32>(c + j) + load<f32>(t + j) : load<f32>(t + j))
      }
    }
  }
}

/** `groups` panels [depth][16] from B, whose rows as stored are `stride` numbers apart. */
function packB(tb: bool, groups: i32, depth: i32, b: usize, stride: i32, to: usize): void {
  for (; groups > 0; groups--, to += <usize>depth << 6) {
    if (tb) {
      transpose(16, depth, b, <usize>stride << 2, to, 64)
      b += <usize>stride << 6
    } else {
      move(depth, 16, b, <usize>stride << 2, to, 64)
      b += 64
    }
  }
}

/** The remaining `columns` < 16 of B as panels [depth][4], missing columns 0. */
function packTail(tb: bool, columns: i32, depth: i32, b: usize, stride: i32, to: usize): void {
  for (; columns > 0; columns -= 4, to += <usize>depth << 4) {
    const some = min(4, columns)
    if (some < 4) memory.fill(to, 0, <usize>depth << 4)
    if (tb) transpose(some, depth, b, <usize>stride << 2, to, 16)
    else move(depth, some, b, <usize>stride << 2, to, 16)
    b += tb ? <usize>stride << 4 : 16
  }
}

/** q[i, j] = 2ˢ·p[i, j], denormals of p as 0. Strides in bytes. */
function packScaled(m: i32, n: i32, p: usize, ps: usize, q: usize, qs: usize, s: i32): void {
  if (s == 0) {
    move(m, n, p, ps, q, qs)
    return
  }
  const scale = reinterpret<f32>((127 + s) << 23)
  for (; m > 0; m--, p += ps, q += qs) {
    let from = p
    let to = q
    let j = n
    for (; j >= 4; j -= 4, from += 16, to += 16) v128.store(to, f32x4.mul(flush(v128.load(from)), f32x4.splat(scale)))
    for (; j > 0; j--, from += 4, to += 4) {
      const bits = load<i32>(from)
      store<f32>(to, (bits & 0x7f800000) == 0 ? 0 : reinterpret<f32>(bits) * scale)
    }
  }
}

/** Fewer columns than a tile, and rows whose turned copy leaves `product` enough scratch. */
// @ts-ignore: decorator
@inline
function isNarrow(ta: bool, m: i32, n: i32): bool {
  return ta && n < 16 && m >= 16 && m <= 400
}

/**
 * A transposed and C narrow (the gradient of a last layer): Cᵀ = op(B)ᵀ·A has long rows and reads A where it lies.
 * Cᵀ is made in scratch, above what `product` uses of it there, then turned.
 */
function narrow(tb: bool, add: bool, m: i32, n: i32, k: i32, a: usize, b: usize, c: usize, s: i32, scratch: usize): void {
  product(!tb, false, false, n, m, k, b, a, scratch, s, scratch + (((<usize>m * n << 2) + 63) & ~63))
  for (let j = 0; j < n; j++) {
    let from = scratch + (<usize>j * m << 2)
    let to = c + (<usize>j << 2)
    for (let i = 0; i < m; i++, from += 4, to += <usize>n << 2) {
      store<f32>(to, add ? load<f32>(to) + load<f32>(from) : load<f32>(from))
    }
  }
}

/** A few columns and A as it lies: products along k, four rows and two columns at a time. */
function few(tb: bool, add: bool, m: i32, n: i32, k: i32, a: usize, b: usize, c: usize, scratch: usize): void {
  const row = <usize>k << 2
  if (!tb) {
    transpose(k, n, b, <usize>n << 2, scratch, row)
    b = scratch
  }
  for (let j = 0; j < n; j += 2, b += 2 * row, c += 8) dots(m, k, a, b, n - j > 1 ? b + row : b, c, <usize>n << 2, add)
}

export function gemm(
  flags: i32, batch: i32, m: i32, n: i32, k: i32,
  a: usize, aStride: i32, b: usize, bStride: i32, c: usize, cStride: i32, scratch: usize
): void {
  if (batch == 0 || m == 0 || n == 0) return
  const add = (flags & ACCUMULATE) != 0
  const ta = (flags & A_TRANSPOSED) != 0
  const tb = (flags & B_TRANSPOSED) != 0
  // Items side by side with one B are one tall matrix.
  if (!ta && bStride == 0 && aStride == m * k && cStride == m * n) {
    m *= batch
    batch = 1
  }
  const turned = isNarrow(ta, m, n)
  const na = (batch - 1) * aStride + m * k
  const nb = (batch - 1) * bStride + k * n
  const s = turned ? shift(b, nb, a, na, k) : shift(a, na, b, nb, k)
  const short = !ta && n <= 4 && k >= 16 && k <= 1024 && s == 0
  for (; batch > 0; batch--) {
    if (k == 0) {
      if (!add) memory.fill(c, 0, <usize>m * n << 2)
    } else if (turned) narrow(tb, add, m, n, k, a, b, c, s, scratch)
    else if (short) few(tb, add, m, n, k, a, b, c, scratch)
    else product(ta, tb, add, m, n, k, a, b, c, s, scratch)
    a += <usize>aStride << 2
    b += <usize>bStride << 2
    c += <usize>cStride << 2
  }
}

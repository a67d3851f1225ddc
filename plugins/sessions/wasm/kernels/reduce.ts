/**
 * REDUCE: sum or maximum over the middle axis of [outer, r, inner], in an order that only the sizes decide.
 *
 * Sums are float32 within a block and float64 from block to block, so the rounding error is that of one block,
 * however long r is. With inner = 1 a row is summed along itself; otherwise 16 columns go down side by side.
 */
import { ld, splat, sumLanes } from "./simd"

const SUM: i32 = 0
/** Numbers of a row (inner = 1) and rows (inner > 1) that are summed in float32 before they join a float64 total. */
const ROW_BLOCK: i32 = 1024
const COLUMN_BLOCK: i32 = 128
/** Columns whose float64 totals fit into scratch. */
const STRIPE: i32 = 16 * 1024

export function reduce(kind: i32, outer: i32, r: i32, inner: i32, src: usize, dst: usize, scratch: usize): void {
  const step = <usize>r * inner << 2
  if (inner == 1) {
    for (let o = 0; o < outer; o++, src += step, dst += 4) {
      store<f32>(dst, kind == SUM ? (r < 8 ? shortSum(src, r) : rowSum(src, r)) : rowMax(src, r))
    }
    return
  }
  for (let o = 0; o < outer; o++, src += step, dst += <usize>inner << 2) {
    if (kind != SUM) columnMax(src, r, inner, dst)
    else if (r <= COLUMN_BLOCK) columnSum(src, r, inner, inner, dst)
    else {
      for (let j = 0; j < inner; j += STRIPE) {
        const shift = <usize>j << 2
        longSum(src + shift, r, inner, min(STRIPE, inner - j), dst + shift, scratch)
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function shortSum(p: usize, r: i32): f32 {
  let s: f32 = 0
  for (let i = 0; i < r; i++, p += 4) s += load<f32>(p)
  return s
}

/** Σ of r numbers side by side: blocks in four vectors of partial sums, blocks added in float64. */
function rowSum(p: usize, r: i32): f32 {
  let total: f64 = 0
  while (r > 0) {
    let n = min(r, ROW_BLOCK)
    r -= n
    let s0 = splat(0)
    let s1 = splat(0)
    let s2 = splat(0)
    let s3 = splat(0)
    for (; n >= 16; n -= 16, p += 64) {
      s0 = f32x4.add(s0, ld(p))
      s1 = f32x4.add(s1, ld(p, 16))
      s2 = f32x4.add(s2, ld(p, 32))
      s3 = f32x4.add(s3, ld(p, 48))
    }
    for (; n >= 4; n -= 4, p += 16) s0 = f32x4.add(s0, ld(p))
    total += <f64>(sumLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3))) + shortSum(p, n))
    p += <usize>n << 2
  }
  return <f32>total
}

// A maximum is taken by `pmax`, one instruction on every processor; which lanes ever saw a NaN is kept apart.

function rowMax(p: usize, r: i32): f32 {
  let most: f32 = -Infinity
  let bad = false
  if (r >= 8) {
    let m0 = splat(-Infinity)
    let m1 = m0
    let nan = splat(0)
    for (; r >= 8; r -= 8, p += 32) {
      const x = ld(p)
      const y = ld(p, 16)
      nan = v128.or(nan, v128.or(f32x4.ne(x, x), f32x4.ne(y, y)))
      m0 = f32x4.pmax(m0, x)
      m1 = f32x4.pmax(m1, y)
    }
    bad = v128.any_true(nan)
    m0 = f32x4.pmax(m0, m1)
    most = max<f32>(
      max<f32>(f32x4.extract_lane(m0, 0), f32x4.extract_lane(m0, 1)),
      max<f32>(f32x4.extract_lane(m0, 2), f32x4.extract_lane(m0, 3))
    )
  }
  for (; r > 0; r--, p += 4) {
    const x = load<f32>(p)
    if (x > most) most = x
    if (x != x) bad = true
  }
  return bad ? NaN : most
}

/** dst[j] = Σ_i src[i, j] for j < cols, rows `inner` numbers apart: even and odd rows apart, then together. */
function columnSum(src: usize, r: i32, inner: i32, cols: i32, dst: usize): void {
  const step = <usize>inner << 2
  let j = 0
  for (; j <= cols - 16; j += 16, src += 64, dst += 64) {
    let a0 = splat(0)
    let a1 = splat(0)
    let a2 = splat(0)
    let a3 = splat(0)
    let b0 = splat(0)
    let b1 = splat(0)
    let b2 = splat(0)
    let b3 = splat(0)
    let p = src
    let i = r
    for (; i >= 2; i -= 2) {
      a0 = f32x4.add(a0, ld(p))
      a1 = f32x4.add(a1, ld(p, 16))
      a2 = f32x4.add(a2, ld(p, 32))
      a3 = f32x4.add(a3, ld(p, 48))
      p += step
      b0 = f32x4.add(b0, ld(p))
      b1 = f32x4.add(b1, ld(p, 16))
      b2 = f32x4.add(b2, ld(p, 32))
      b3 = f32x4.add(b3, ld(p, 48))
      p += step
    }
    if (i > 0) {
      a0 = f32x4.add(a0, ld(p))
      a1 = f32x4.add(a1, ld(p, 16))
      a2 = f32x4.add(a2, ld(p, 32))
      a3 = f32x4.add(a3, ld(p, 48))
    }
    v128.store(dst, f32x4.add(a0, b0))
    v128.store(dst, f32x4.add(a1, b1), 16)
    v128.store(dst, f32x4.add(a2, b2), 32)
    v128.store(dst, f32x4.add(a3, b3), 48)
  }
  for (; j <= cols - 4; j += 4, src += 16, dst += 16) {
    let a = splat(0)
    let b = splat(0)
    let p = src
    let i = r
    for (; i >= 2; i -= 2, p += step << 1) {
      a = f32x4.add(a, ld(p))
      b = f32x4.add(b, ld(p + step))
    }
    if (i > 0) a = f32x4.add(a, ld(p))
    v128.store(dst, f32x4.add(a, b))
  }
  for (; j < cols; j++, src += 4, dst += 4) {
    let a: f32 = 0
    let b: f32 = 0
    let p = src
    let i = r
    for (; i >= 2; i -= 2, p += step << 1) {
      a += load<f32>(p)
      b += load<f32>(p + step)
    }
    if (i > 0) a += load<f32>(p)
    store<f32>(dst, a + b)
  }
}

/** As columnSum, for more than one block of rows: totals in float64 in scratch, behind them the sums of one block. */
function longSum(src: usize, r: i32, inner: i32, cols: i32, dst: usize, scratch: usize): void {
  const part = scratch + (<usize>STRIPE << 3)
  memory.fill(scratch, 0, <usize>cols << 3)
  for (let i = 0; i < r; i += COLUMN_BLOCK) {
    columnSum(src + (<usize>i * inner << 2), min(COLUMN_BLOCK, r - i), inner, cols, part)
    for (let j: usize = 0; j < <usize>cols; j++) {
      const total = scratch + (j << 3)
      store<f64>(total, load<f64>(total) + <f64>load<f32>(part + (j << 2)))
    }
  }
  for (let j: usize = 0; j < <usize>cols; j++) store<f32>(dst + (j << 2), <f32>load<f64>(scratch + (j << 3)))
}

function columnMax(src: usize, r: i32, inner: i32, dst: usize): void {
  const step = <usize>inner << 2
  let j = 0
  for (; j <= inner - 4; j += 4, src += 16, dst += 16) {
    let m0 = splat(-Infinity)
    let m1 = m0
    let nan = splat(0)
    let p = src
    let i = r
    for (; i >= 2; i -= 2) {
      const x = ld(p)
      p += step
      const y = ld(p)
      p += step
      nan = v128.or(nan, v128.or(f32x4.ne(x, x), f32x4.ne(y, y)))
      m0 = f32x4.pmax(m0, x)
      m1 = f32x4.pmax(m1, y)
    }
    if (i > 0) {
      const x = ld(p)
      nan = v128.or(nan, f32x4.ne(x, x))
      m0 = f32x4.pmax(m0, x)
    }
    // All bits set is a NaN.
    v128.store(dst, v128.or(f32x4.pmax(m0, m1), nan))
  }
  for (; j < inner; j++, src += 4, dst += 4) {
    let m: f32 = -Infinity
    let p = src
    for (let i = 0; i < r; i++, p += step) m = max<f32>(m, load<f32>(p))
    store<f32>(dst, m)
  }
}

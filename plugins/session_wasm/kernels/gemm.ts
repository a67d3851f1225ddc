/**
 * GEMM: C = op(A)·op(B), or C += op(A)·op(B), float32, batched.
 *
 * A register tile of 4×8 numbers of C is summed over k from a panel of A (4 numbers a step, side by side) and a
 * panel of B (8 numbers a step). Operands that do not lie so are packed into scratch, a block of k and n at a time.
 */
import { madd } from "./simd"

const A_TRANSPOSED: i32 = 1
const B_TRANSPOSED: i32 = 2
const ACCUMULATE: i32 = 4

/** Longest block of k. 4 · K_BLOCK · 4 bytes of A and K_BLOCK · n · 4 bytes of B are packed at a time. */
const K_BLOCK: i32 = 128
const B_BYTES: i32 = 240 * 1024

/** t[4,8] (row stride `ct` bytes) = or += Σ_p a[p, 0..4] · b[p, 0..8]. Strides in bytes. */
function tile(k: i32, a: usize, as: usize, b: usize, bs: usize, t: usize, ct: usize, add: i32): void {
  let c00 = f32x4.splat(0)
  let c01 = f32x4.splat(0)
  let c10 = f32x4.splat(0)
  let c11 = f32x4.splat(0)
  let c20 = f32x4.splat(0)
  let c21 = f32x4.splat(0)
  let c30 = f32x4.splat(0)
  let c31 = f32x4.splat(0)
  for (; k > 0; k--) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    const a0 = v128.load_splat<f32>(a)
    c00 = madd(a0, b0, c00)
    c01 = madd(a0, b1, c01)
    const a1 = v128.load_splat<f32>(a, 4)
    c10 = madd(a1, b0, c10)
    c11 = madd(a1, b1, c11)
    const a2 = v128.load_splat<f32>(a, 8)
    c20 = madd(a2, b0, c20)
    c21 = madd(a2, b1, c21)
    const a3 = v128.load_splat<f32>(a, 12)
    c30 = madd(a3, b0, c30)
    c31 = madd(a3, b1, c31)
    a += as
    b += bs
  }
  const t1 = t + ct
  const t2 = t1 + ct
  const t3 = t2 + ct
  if (add) {
    c00 = f32x4.add(v128.load(t), c00)
    c01 = f32x4.add(v128.load(t, 16), c01)
    c10 = f32x4.add(v128.load(t1), c10)
    c11 = f32x4.add(v128.load(t1, 16), c11)
    c20 = f32x4.add(v128.load(t2), c20)
    c21 = f32x4.add(v128.load(t2, 16), c21)
    c30 = f32x4.add(v128.load(t3), c30)
    c31 = f32x4.add(v128.load(t3, 16), c31)
  }
  v128.store(t, c00)
  v128.store(t, c01, 16)
  v128.store(t1, c10)
  v128.store(t1, c11, 16)
  v128.store(t2, c20)
  v128.store(t2, c21, 16)
  v128.store(t3, c30)
  v128.store(t3, c31, 16)
}

/** Rows `i..i+rows` of op(A), columns `p..p+k`, as a panel [k][4], missing rows 0. */
function packA(to: usize, a: usize, transposed: bool, m: i32, kAll: i32, i: i32, rows: i32, p: i32, k: i32): void {
  const step = (transposed ? <usize>m : 1) << 2
  const next = (transposed ? 1 : <usize>kAll) << 2
  for (let r = 0; r < 4; r++) {
    let from = a + <usize>(i + r) * next + <usize>p * step
    let at = to + (<usize>r << 2)
    if (r < rows) for (let q = 0; q < k; q++, from += step, at += 16) store<f32>(at, load<f32>(from))
    else for (let q = 0; q < k; q++, at += 16) store<f32>(at, 0)
  }
}

/** Columns `j..j+8` of op(B), rows `p..p+k`, as a panel [k][8], missing columns 0. */
function packB(to: usize, b: usize, transposed: bool, n: i32, kAll: i32, j: i32, cols: i32, p: i32, k: i32): void {
  const step = (transposed ? 1 : <usize>n) << 2
  const next = (transposed ? <usize>kAll : 1) << 2
  for (let c = 0; c < 8; c++) {
    let from = b + <usize>(j + c) * next + <usize>p * step
    let at = to + (<usize>c << 2)
    if (c < cols) for (let q = 0; q < k; q++, from += step, at += 32) store<f32>(at, load<f32>(from))
    else for (let q = 0; q < k; q++, at += 32) store<f32>(at, 0)
  }
}

function product(flags: i32, m: i32, n: i32, k: i32, a: usize, b: usize, c: usize, scratch: usize): void {
  const ta = (flags & A_TRANSPOSED) != 0
  const tb = (flags & B_TRANSPOSED) != 0
  const temporary = scratch
  const panelA = scratch + 128
  const panelB = panelA + (<usize>K_BLOCK << 4)
  const columns = (B_BYTES / (K_BLOCK << 5)) << 3
  const row = <usize>n << 2
  for (let p = 0; p < k; p += K_BLOCK) {
    const depth = min(K_BLOCK, k - p)
    const add = p > 0 || (flags & ACCUMULATE) != 0 ? 1 : 0
    for (let j0 = 0; j0 < n; j0 += columns) {
      const j1 = min(n, j0 + columns)
      for (let j = j0; j < j1; j += 8) {
        packB(panelB + (<usize>(j - j0) * depth << 2), b, tb, n, k, j, min(8, n - j), p, depth)
      }
      for (let i = 0; i < m; i += 4) {
        const rows = min(4, m - i)
        packA(panelA, a, ta, m, k, i, rows, p, depth)
        for (let j = j0; j < j1; j += 8) {
          const to = c + <usize>i * row + (<usize>j << 2)
          const from = panelB + (<usize>(j - j0) * depth << 2)
          if (rows == 4 && n - j >= 8) tile(depth, panelA, 16, from, 32, to, row, add)
          else {
            tile(depth, panelA, 16, from, 32, temporary, 32, 0)
            const cols = min(8, n - j)
            for (let r = 0; r < rows; r++) {
              for (let s = 0; s < cols; s++) {
                const at = to + <usize>r * row + (<usize>s << 2)
                const x = load<f32>(temporary + (<usize>(r * 8 + s) << 2))
                store<f32>(at, add ? load<f32>(at) + x : x)
              }
            }
          }
        }
      }
    }
  }
}

export function gemm(
  flags: i32, batch: i32, m: i32, n: i32, k: i32,
  a: usize, aStride: i32, b: usize, bStride: i32, c: usize, cStride: i32, scratch: usize
): void {
  for (let q = 0; q < batch; q++) {
    if (k == 0 && (flags & ACCUMULATE) == 0) memory.fill(c, 0, <usize>m * n << 2)
    else product(flags, m, n, k, a, b, c, scratch)
    a += <usize>aStride << 2
    b += <usize>bStride << 2
    c += <usize>cStride << 2
  }
}

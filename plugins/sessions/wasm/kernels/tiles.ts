/**
 * The register tiles of GEMM. A is read by address only (row stride, step), so plain, transposed and packed
 * matrices take the same code; B is read 16 or 4 numbers a step. `dots` is for a C of few columns.
 *
 * Why 2×16: its eight sums, two numbers of A and one vector of B fit the 16 registers of x86 with room for a product;
 * it needs the fewest broadcasts per multiplication. JavaScriptCore turns `splat(load(p))` at offset 0 into one
 * instruction, and `load_splat` into three, hence the pointers of their own. Deeper unrolling than two steps makes it spill.
 */
import { ld, madd, splat, sumLanes } from "./simd"

/** How a finished tile leaves: added to what is there, or in place of it; times `scale` (a power of two). */
// @ts-ignore: decorator
@inline
function leave(x: v128, scale: f32, add: bool, p: usize, offset: usize): v128 {
  if (scale != 1.0) {
    // What would become denormal is 0 beforehand: 2⁻¹²⁶ / scale.
    const least = splat(1.1754943508222875e-38 / scale)
    x = f32x4.mul(v128.andnot(x, f32x4.lt(f32x4.abs(x), least)), splat(scale))
  }
  return add ? f32x4.add(v128.load(p + offset), x) : x
}

/**
 * Two rows of C, 16·groups columns: c[0..2, :] (+)= scale · Σ_p a[0..2, p] · b[p, :].
 * `ar`, `as`: bytes from row to row and from step to step of A; `bs`, `bg`: from step to step and from group to group of
 * B; `cr`: from row to row of C. With ar = cr = 0 both rows are one row.
 */
export function rows2(
  k: i32, a: usize, ar: usize, as: usize, b: usize, bs: usize, bg: usize,
  c: usize, cr: usize, groups: i32, scale: f32, add: bool
): void {
  for (; groups > 0; groups--, b += bg, c += 64) {
    let c0 = splat(0)
    let c1 = splat(0)
    let c2 = splat(0)
    let c3 = splat(0)
    let d0 = splat(0)
    let d1 = splat(0)
    let d2 = splat(0)
    let d3 = splat(0)
    let p = a
    let q = a + ar
    let r = b
    let i = k
    for (; i >= 2; i -= 2) {
      const x = splat(load<f32>(p))
      const y = splat(load<f32>(q))
      const b0 = ld(r)
      c0 = madd(x, b0, c0)
      d0 = madd(y, b0, d0)
      const b1 = ld(r, 16)
      c1 = madd(x, b1, c1)
      d1 = madd(y, b1, d1)
      const b2 = ld(r, 32)
      c2 = madd(x, b2, c2)
      d2 = madd(y, b2, d2)
      const b3 = ld(r, 48)
      c3 = madd(x, b3, c3)
      d3 = madd(y, b3, d3)
      p += as
      q += as
      r += bs
      const z = splat(load<f32>(p))
      const w = splat(load<f32>(q))
      const b4 = ld(r)
      c0 = madd(z, b4, c0)
      d0 = madd(w, b4, d0)
      const b5 = ld(r, 16)
      c1 = madd(z, b5, c1)
      d1 = madd(w, b5, d1)
      const b6 = ld(r, 32)
      c2 = madd(z, b6, c2)
      d2 = madd(w, b6, d2)
      const b7 = ld(r, 48)
      c3 = madd(z, b7, c3)
      d3 = madd(w, b7, d3)
      p += as
      q += as
      r += bs
    }
    if (i > 0) {
      const x = splat(load<f32>(p))
      const y = splat(load<f32>(q))
      const b0 = ld(r)
      c0 = madd(x, b0, c0)
      d0 = madd(y, b0, d0)
      const b1 = ld(r, 16)
      c1 = madd(x, b1, c1)
      d1 = madd(y, b1, d1)
      const b2 = ld(r, 32)
      c2 = madd(x, b2, c2)
      d2 = madd(y, b2, d2)
      const b3 = ld(r, 48)
      c3 = madd(x, b3, c3)
      d3 = madd(y, b3, d3)
    }
    // All loads of C before all stores, as both rows may be one.
    const d = c + cr
    if (add || scale != 1.0) {
      c0 = leave(c0, scale, add, c, 0)
      c1 = leave(c1, scale, add, c, 16)
      c2 = leave(c2, scale, add, c, 32)
      c3 = leave(c3, scale, add, c, 48)
      d0 = leave(d0, scale, add, d, 0)
      d1 = leave(d1, scale, add, d, 16)
      d2 = leave(d2, scale, add, d, 32)
      d3 = leave(d3, scale, add, d, 48)
    }
    v128.store(c, c0)
    v128.store(c, c1, 16)
    v128.store(c, c2, 32)
    v128.store(c, c3, 48)
    v128.store(d, d0)
    v128.store(d, d1, 16)
    v128.store(d, d2, 32)
    v128.store(d, d3, 48)
  }
}

/** Up to four rows of A against a packed panel of four columns [k][4]: t[4, 4] = scale · Σ_p a[0..4, p] · b[p, 0..4]. */
export function tile4(k: i32, a: usize, ar: usize, as: usize, rows: i32, b: usize, t: usize, scale: f32): void {
  let p0 = a
  let p1 = rows > 1 ? p0 + ar : p0
  let p2 = rows > 2 ? p1 + ar : p1
  let p3 = rows > 3 ? p2 + ar : p2
  let c0 = splat(0)
  let c1 = splat(0)
  let c2 = splat(0)
  let c3 = splat(0)
  for (; k > 0; k--) {
    const x = ld(b)
    c0 = madd(splat(load<f32>(p0)), x, c0)
    c1 = madd(splat(load<f32>(p1)), x, c1)
    c2 = madd(splat(load<f32>(p2)), x, c2)
    c3 = madd(splat(load<f32>(p3)), x, c3)
    p0 += as
    p1 += as
    p2 += as
    p3 += as
    b += 16
  }
  v128.store(t, leave(c0, scale, false, 0, 0))
  v128.store(t, leave(c1, scale, false, 0, 0), 16)
  v128.store(t, leave(c2, scale, false, 0, 0), 32)
  v128.store(t, leave(c3, scale, false, 0, 0), 48)
}

/** c[i, 0] (+)= a[i, :]·y and c[i, 1] (+)= a[i, :]·z for m rows of k numbers, side by side; y = z means one column. */
export function dots(m: i32, k: i32, a: usize, y: usize, z: usize, c: usize, cr: usize, add: bool): void {
  const row = <usize>k << 2
  const whole = <usize>(k & ~3) << 2
  for (; m > 0; m -= 4, a += row << 2, c += cr << 2) {
    // Rows beyond the last one are the last one again, and are not written.
    let p0 = a
    let p1 = m > 1 ? p0 + row : p0
    let p2 = m > 2 ? p1 + row : p1
    let p3 = m > 3 ? p2 + row : p2
    let c0 = splat(0)
    let c1 = splat(0)
    let c2 = splat(0)
    let c3 = splat(0)
    let d0 = splat(0)
    let d1 = splat(0)
    let d2 = splat(0)
    let d3 = splat(0)
    let q = y
    let r = z
    for (const end = y + whole; q < end; q += 16, r += 16) {
      const u = ld(q)
      const v = ld(r)
      const x0 = ld(p0)
      c0 = madd(x0, u, c0)
      d0 = madd(x0, v, d0)
      const x1 = ld(p1)
      c1 = madd(x1, u, c1)
      d1 = madd(x1, v, d1)
      const x2 = ld(p2)
      c2 = madd(x2, u, c2)
      d2 = madd(x2, v, d2)
      const x3 = ld(p3)
      c3 = madd(x3, u, c3)
      d3 = madd(x3, v, d3)
      p0 += 16
      p1 += 16
      p2 += 16
      p3 += 16
    }
    const rest = k & 3
    const two = y != z
    dot(c0, d0, p0, q, r, rest, c, two, add)
    if (m > 1) dot(c1, d1, p1, q, r, rest, c + cr, two, add)
    if (m > 2) dot(c2, d2, p2, q, r, rest, c + 2 * cr, two, add)
    if (m > 3) dot(c3, d3, p3, q, r, rest, c + 3 * cr, two, add)
  }
}

/** Ends one row of `dots`: sums lanes, adds the last k mod 4 products. */
// @ts-ignore: decorator
@inline
function dot(x: v128, y: v128, a: usize, q: usize, r: usize, rest: i32, c: usize, two: bool, add: bool): void {
  let s = sumLanes(x)
  let t = sumLanes(y)
  for (let i: usize = 0; i < <usize>rest << 2; i += 4) {
    s += load<f32>(a + i) * load<f32>(q + i)
    t += load<f32>(a + i) * load<f32>(r + i)
  }
  store<f32>(c, add ? load<f32>(c) + s : s)
  if (two) store<f32>(c, add ? load<f32>(c, 4) + t : t, 4)
}

import { reduce, reduced } from "./reduce.ts"
import { cosAsLibrary, POLYNOMIAL_END, sinAsLibrary } from "./sin_cos_libm.ts"
import { ROWS_PER_UNIT, TABLE } from "./sin_cos_table.ts"

/** Below this |x|, sin x rounds to x and cos x to 1. */
const TINY = 1 / 134217728
/** A double below π/4; beyond it the argument is reduced. */
const QUARTER_PI = 0.785398163397448

const STEP = 1 / ROWS_PER_UNIT

/**
 * How far the C library's sum may lie from the true value before its last rounding (bounds of its other roundings).
 * Where that could change the rounding, the value is taken from sin_cos_libm.ts.
 */
const DOUBT_POLYNOMIAL = 1 / 9007199254740992
const DOUBT_TABLE = 6.6e-19
const DOUBT_COSINE = 6.6e-19

/** sin r − r and cos r − 1 for |r| ≤ 1/1024, by their Taylor series. */
const sinMinus = (r: number, rr: number): number => r * rr * (-1 / 6 + rr * (1 / 120))
const cosMinus = (rr: number): number => rr * (-1 / 2 + rr * (1 / 24 - rr * (1 / 720)))

/** sin(a + tail) for 0 ≤ a ≤ 0.7854 and |tail| below an ulp of a. */
const sinKernel = (a: number, tail: number): number => {
  const i = (a * ROWS_PER_UNIT + 0.5) | 0
  const r = a - i * STEP
  const at = i << 2
  const hi = TABLE[at]!
  const cos = TABLE[at + 2]!
  // Both factors have 24 bits, so that this product, by far the largest of the corrections, is exact.
  const rh = Math.fround(r)
  const top = Math.fround(cos)
  const product = top * rh
  const sum = hi + product
  const carry = product - (sum - hi)
  const rr = r * r
  const small = TABLE[at + 1]! + hi * cosMinus(rr) + cos * (sinMinus(r, rr) + tail)
  const lo = carry + (small + (top * (r - rh) + (cos - top + TABLE[at + 3]!) * r))
  const value = sum + lo
  if (tail !== 0) return value
  const doubt = a < POLYNOMIAL_END ? a * a * a * DOUBT_POLYNOMIAL : DOUBT_TABLE
  return sum + (lo - doubt) === sum + (lo + doubt) ? value : sinAsLibrary(a)
}

/** cos(a + tail), as {@link sinKernel}. */
const cosKernel = (a: number, tail: number): number => {
  const i = (a * ROWS_PER_UNIT + 0.5) | 0
  const r = a - i * STEP
  const at = i << 2
  const hi = TABLE[at + 2]!
  const sin = TABLE[at]!
  const rh = Math.fround(r)
  const top = Math.fround(sin)
  const product = top * rh
  const sum = hi - product
  const carry = hi - sum - product
  const rr = r * r
  const small = TABLE[at + 3]! + hi * cosMinus(rr) - sin * (sinMinus(r, rr) + tail)
  const lo = carry + (small - (top * (r - rh) + (sin - top + TABLE[at + 1]!) * r))
  const value = sum + lo
  if (tail !== 0) return value
  const doubt = (a + 1 / 128) * DOUBT_COSINE
  return sum + (lo - doubt) === sum + (lo + doubt) ? value : cosAsLibrary(a)
}

/** sin or cos of the argument that {@link reduce} left in `reduced`, `turn` quarter turns further on. */
const afterReduction = (turn: number): number => {
  const negative = reduced.hi < 0
  const a = negative ? -reduced.hi : reduced.hi
  const tail = negative ? -reduced.lo : reduced.lo
  const value = (turn & 1) === 0 ? (negative ? -sinKernel(a, tail) : sinKernel(a, tail)) : cosKernel(a, tail)
  return (turn & 2) === 0 ? value : -value
}

/**
 * Sine, the same bits on every engine, and for |x| ≤ π/4 those of the GNU C library, so of Python and NumPy.
 *
 *     sin(c + r) = sin c + [cos c · r + sin c · (cos r − 1) + cos c · (sin r − r)],   c = i/512, |r| ≤ 1/1024
 *
 * The error of this sum is below 10^-6 ulp. The result is its rounding, or the library's where the two may differ
 * (see sin_cos_libm.ts), so that the whole error is below 0.52 ulp; beyond π/4 it is below 0.501 ulp.
 *
 * - Units: radians.
 * - Source: the addition theorem; where the C library's rounding is in doubt, its own steps (sin_cos_libm.ts).
 */
export const sin = (x: number): number => {
  const a = Math.abs(x)
  if (a <= QUARTER_PI) {
    if (a < TINY) return x
    return x < 0 ? -sinKernel(a, 0) : sinKernel(a, 0)
  }
  return a < Infinity ? afterReduction(reduce(x)) : NaN
}

/**
 * Cosine, the same bits on every engine, and for |x| ≤ π/4 those of the GNU C library; as accurate as {@link sin}.
 *
 * - Units: radians.
 */
export const cos = (x: number): number => {
  const a = Math.abs(x)
  if (a <= QUARTER_PI) return a < TINY ? 1 : cosKernel(a, 0)
  return a < Infinity ? afterReduction(reduce(x) + 1) : NaN
}

import { BITS, cosFixed, cut, nearest, ratio, rest, sinFixed } from "./fixed_point.ts"
import { reduce, reduced } from "./reduce.ts"

/**
 * Table over c_i = i/64, i = 0 … 51: one row holds sin c and cos c, each as
 * [hi, lo, top, tail] with hi + lo = top + tail = the value to 106 bits, and `top` short enough (≤ 26 bits)
 * that its product with a 24-bit number is exact.
 */
const STEP = 1 / 64
const ROWS = 52
const TABLE = new Float64Array(8 * ROWS)
for (let i = 0; i < ROWS; i++) {
  const angle = ratio(BigInt(i), 64n)
  const write = (at: number, value: bigint): void => {
    const hi = nearest(value)
    const top = cut(value, 26)
    TABLE.set([hi, rest(value, hi), top, rest(value, top)], at)
  }
  write(8 * i, sinFixed(angle))
  write(8 * i + 4, cosFixed(angle))
}

/** Below this |x|, sin x rounds to x and cos x to 1. */
const TINY = 1 / 134217728
/** A double below π/4; beyond it the argument is reduced. */
const QUARTER_PI = nearest((884279719003555n << BITS) / 1125899906842624n)

/** sin r − r and cos r − 1 for |r| ≤ 1/128, by their Taylor series. */
const sinMinus = (r: number, rr: number): number => r * rr * (-1 / 6 + rr * (1 / 120 - rr * (1 / 5040)))
const cosMinus = (rr: number): number => rr * (-1 / 2 + rr * (1 / 24 - rr * (1 / 720)))

/** sin(a + tail) for 0 ≤ a ≤ 0.79 and |tail| below an ulp of a. */
const sinKernel = (a: number, tail: number): number => {
  const i = (a * 64 + 0.5) | 0
  const r = a - i * STEP
  const at = i << 3
  const rh = Math.fround(r)
  const rr = r * r
  const hi = TABLE[at]!
  const cos = TABLE[at + 4]!
  const product = TABLE[at + 6]! * rh
  const sum = hi + product
  const carry = product - (sum - hi)
  const small = TABLE[at + 1]! + hi * cosMinus(rr) + cos * (sinMinus(r, rr) + tail)
  return sum + (carry + (small + (TABLE[at + 6]! * (r - rh) + TABLE[at + 7]! * r)))
}

/** cos(a + tail), as {@link sinKernel}. */
const cosKernel = (a: number, tail: number): number => {
  const i = (a * 64 + 0.5) | 0
  const r = a - i * STEP
  const at = i << 3
  const rh = Math.fround(r)
  const rr = r * r
  const hi = TABLE[at + 4]!
  const sin = TABLE[at]!
  const product = TABLE[at + 2]! * rh
  const sum = hi - product
  const carry = hi - sum - product
  const small = TABLE[at + 5]! + hi * cosMinus(rr) - sin * (sinMinus(r, rr) + tail)
  return sum + (carry + (small - (TABLE[at + 2]! * (r - rh) + TABLE[at + 3]! * r)))
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
 * Sine, the same bits on every engine.
 *
 *     sin(c + r) = sin c + [cos c · r + sin c · (cos r − 1) + cos c · (sin r − r)],   c = i/64, |r| ≤ 1/128
 *
 * The bracket's leading product is exact, so the error is below 0.501 ulp.
 *
 * - Units: radians.
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
 * Cosine, the same bits on every engine; error below 0.501 ulp (see {@link sin}).
 *
 * - Units: radians.
 */
export const cos = (x: number): number => {
  const a = Math.abs(x)
  if (a <= QUARTER_PI) return a < TINY ? 1 : cosKernel(a, 0)
  return a < Infinity ? afterReduction(reduce(x) + 1) : NaN
}

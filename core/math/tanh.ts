import { exp } from "./exp.ts"
import { cut, expFixed, nearest, ONE, ratio, rest } from "./fixed_point.ts"

/** Rows [T, T_lo, D_top, D_tail] at c_i = i/32, i = 0 … 128: T = tanh c and D = 1 − T², to 106 bits each. */
const STEP = 1 / 32
const ROWS = 129
const TABLE = new Float64Array(4 * ROWS)
for (let i = 0; i < ROWS; i++) {
  const e = expFixed(ratio(BigInt(i), 16n))
  const value = ratio(e - ONE, e + ONE)
  const slope = ratio(ONE * ONE - value * value, ONE * ONE)
  const hi = nearest(value)
  const top = cut(slope, 26)
  TABLE.set([hi, rest(value, hi), top, rest(slope, top)], 4 * i)
}

const TABLE_END = 4
/** Beyond it tanh x rounds to 1. */
const SATURATED = 19.0625
const TINY = 1 / 134217728

/** tanh r − r for |r| ≤ 1/64. */
const tanhMinus = (r: number): number => {
  const rr = r * r
  return r * rr * (-1 / 3 + rr * (2 / 15 - rr * (17 / 315 - rr * (62 / 2835))))
}

/**
 * Hyperbolic tangent, the same bits on every engine.
 *
 *     tanh(c + r) = T + D·r + D·(w − T·r·t)/(1 + T·t),   t = tanh r,  w = t − r,  T = tanh c,  D = 1 − T²
 *
 * Error below 0.51 ulp; beyond |x| = 4 by 1 − 2/(e^2x + 1).
 *
 * - Source: the addition theorem.
 */
export const tanh = (x: number): number => {
  const a = Math.abs(x)
  if (a < TINY) return x
  if (!(a < TABLE_END)) {
    if (!(a < SATURATED)) return x > 0 ? 1 : x < 0 ? -1 : NaN
    const value = 1 - 2 / (exp(2 * a) + 1)
    return x < 0 ? -value : value
  }
  const i = (a * 32 + 0.5) | 0
  const r = a - i * STEP
  const at = i << 2
  const hi = TABLE[at]!
  const top = TABLE[at + 2]!
  const slope = top + TABLE[at + 3]!
  const rh = Math.fround(r)
  const w = tanhMinus(r)
  const t = r + w
  const product = top * rh
  const sum = hi + product
  const carry = product - (sum - hi)
  const bend = (slope * (w - hi * r * t)) / (1 + hi * t)
  const value = sum + (carry + (TABLE[at + 1]! + bend + (top * (r - rh) + TABLE[at + 3]! * r)))
  return x < 0 ? -value : value
}

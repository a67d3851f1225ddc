import { BITS, cut, expFixed, logRatioFixed, nearest, powerOfTwo, rest } from "./fixed_point.ts"

/** Rows [hi, lo] of 2^(j/128), j = 0 … 127. */
const STEPS = 128
const TABLE = new Float64Array(2 * STEPS)
const LN2 = logRatioFixed(2n, 1n)
for (let j = 0; j < STEPS; j++) {
  const value = expFixed((LN2 * BigInt(j)) / BigInt(STEPS))
  TABLE[2 * j] = nearest(value)
  TABLE[2 * j + 1] = rest(value, TABLE[2 * j]!)
}

/** ln2/128 = LN2_HI + LN2_LO; k·LN2_HI is exact for |k| < 2^18. */
const LN2_STEP = LN2 / BigInt(STEPS)
const LN2_HI = cut(LN2_STEP, 42)
const LN2_LO = rest(LN2_STEP, LN2_HI)
const PER_STEP = nearest((1n << (2n * BITS)) / LN2_STEP)

const OVERFLOW = 709.782712893384
const UNDERFLOW = -745.1332191019412

const word = new Float64Array(1)
const bits = new Int32Array(word.buffer)

/** 2^e for a normal exponent −1022 ≤ e ≤ 1023. */
const scale = (e: number): number => {
  bits[0] = 0
  bits[1] = (e + 1023) << 20
  return word[0]!
}
const TWO_54 = powerOfTwo(54)
const TWO_MINUS_54 = powerOfTwo(-54)

/**
 * e^x, the same bits on every engine.
 *
 *     e^x = 2^e · 2^(j/128) · (1 + (e^r − 1)),   x = (128·e + j)·ln2/128 + r,   |r| ≤ ln2/256
 *
 * Error below 0.51 ulp (below 1 ulp where the result is subnormal); Infinity above 709.78, 0 below −745.13.
 *
 * - Source: Tang, ACM Trans. Math. Softw. 15 (1989), 144. Differs: 128 steps, not 32; a table of two doubles an entry.
 *
 * @example
 * exp(1) // => 2.718281828459045
 */
export const exp = (x: number): number => {
  if (!(x > UNDERFLOW)) return Number.isNaN(x) ? NaN : 0
  if (x > OVERFLOW) return Infinity
  const k = Math.floor(x * PER_STEP + 0.5)
  const head = x - k * LN2_HI
  const tail = k * LN2_LO
  const r = head - tail
  const residue = head - r - tail
  const rr = r * r
  const series = 0.5 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720))))
  const growth = r + (residue + rr * series)
  const at = (k & (STEPS - 1)) << 1
  const hi = TABLE[at]!
  const value = hi + (TABLE[at + 1]! + hi * growth)
  const e = k >> 7
  if (e < -1021) return value * scale(e + 54) * TWO_MINUS_54
  return e > 1022 ? value * scale(e - 54) * TWO_54 : value * scale(e)
}

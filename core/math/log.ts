import { cut, logRatioFixed, powerOfTwo, rest } from "./fixed_point.ts"

/**
 * Rows [c, hi, lo] for m ≈ i/128, i = 90 … 182: c ≈ 128/i with 12 fractional bits, and −ln c = hi + lo.
 * `hi` is a multiple of 2^−42, as LN2_HI is, so that e·LN2_HI + hi is exact; c = 1 around m = 1.
 */
const FIRST = 90
const LAST = 182
const GRID = 4096
const TABLE = new Float64Array(3 * (LAST - FIRST + 1))
for (let i = FIRST; i <= LAST; i++) {
  const c = Math.floor((128 * GRID) / i + 0.5)
  const value = logRatioFixed(BigInt(GRID), BigInt(c))
  const hi = cut(value, 42)
  TABLE.set([c / GRID, hi, rest(value, hi)], 3 * (i - FIRST))
}

const LN2 = logRatioFixed(2n, 1n)
const LN2_HI = cut(LN2, 42)
const LN2_LO = rest(LN2, LN2_HI)

const word = new Float64Array(1)
const bits = new Int32Array(word.buffer)
/** High word of √½: splits x = 2^e·m so that m lies in [√½, √2) and both sides of 1 share e = 0. */
const ROOT_HALF = 0x3fe6a09e
const ONE_HIGH = 0x3ff00000
const TWO_54 = powerOfTwo(54)
const TWO_MINUS_54 = powerOfTwo(-54)
/** Above it ln(1 + x) and ln x round alike. */
const TAIL_VANISHES = 1e30
const SMALLEST_NORMAL = powerOfTwo(-1022)

/** ln(1 + r) − r for |r| ≤ 2^−7.4, by its series. */
const logMinus = (r: number): number => {
  const rr = r * r
  return rr * (-1 / 2 + r * (1 / 3 - r * (1 / 4 - r * (1 / 5 - r * (1 / 6 - r * (1 / 7 - r * (1 / 8)))))))
}

/** ln(x + tail) for normal positive x and |tail| ≤ ulp(x)/2. */
const logKernel = (x: number, tail: number, exponent: number): number => {
  word[0] = x
  const shifted = bits[1]! + (ONE_HIGH - ROOT_HALF)
  const e = (shifted >> 20) - 1023
  bits[1] = (shifted & 0xfffff) + ROOT_HALF
  const m = word[0]!
  let rest = 0
  if (tail !== 0) {
    bits[0] = 0
    bits[1] = (1023 - e) << 20
    rest = tail * word[0]!
  }
  const at = 3 * (((m * 128 + 0.5) | 0) - FIRST)
  const c = TABLE[at]!
  const mh = Math.fround(m)
  const head = mh * c - 1
  const foot = (m - mh + rest) * c
  const r = head + foot
  const lost = foot - (r - head)
  const n = e + exponent
  const base = n * LN2_HI + TABLE[at + 1]!
  const sum = base + r
  const carry = base === 0 ? 0 : r - (sum - base)
  return sum + (carry + (lost + (TABLE[at + 2]! + n * LN2_LO) + logMinus(r)))
}

/**
 * Natural logarithm, the same bits on every engine.
 *
 *     ln x = e·ln2 − ln c + ln(1 + r),   x = 2^e·m,   r = m·c − 1 (exact as a sum of two doubles), |r| < 2^−7.4
 *
 * Error below 0.51 ulp; ln 0 = −Infinity, NaN for x < 0.
 *
 * - Source: Tang, ACM Trans. Math. Softw. 16 (1990), 378. Differs: c ≈ 1/m from a table, so that r needs no division.
 */
export const log = (x: number): number => {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN
  if (x === Infinity) return x
  return x < SMALLEST_NORMAL ? logKernel(x * TWO_54, 0, -54) : logKernel(x, 0, 0)
}

/**
 * ln(1 + x) without the loss of 1 + x, the same bits on every engine; error below 0.51 ulp.
 *
 * ln1p(−1) = −Infinity, NaN for x < −1.
 */
export const log1p = (x: number): number => {
  const a = Math.abs(x)
  if (a <= 1 / 256) return a < TWO_MINUS_54 ? x : x + logMinus(x)
  if (!(x > -1)) return x === -1 ? -Infinity : NaN
  if (x > TAIL_VANISHES) return log(x)
  const u = 1 + x
  return logKernel(u, a < 1 ? x - (u - 1) : 1 - (u - x), 0)
}

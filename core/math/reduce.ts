import { piFixed, powerOfTwo } from "./fixed_point.ts"

/** The last reduced argument, hi + lo with |lo| ≤ ulp(hi)/2: a scratch pair, so that {@link reduce} allocates nothing. */
export const reduced = { hi: 0, lo: 0 }

/** Fractional bits of π that serve the largest double: 1024 for its integer part, 200 for the result. */
const PI_BITS = 1280n
let halfPi = 0n

const TWO_OVER_PI = 1 / (Number(piFixed(192n)) * powerOfTwo(-193))

/** π/2 = P1 + P2 + P3 + P4, the first three of 33 bits, so that n·P1 … n·P3 are exact for n < 2^20. */
const parts = (): readonly [number, number, number, number] => {
  const value = piFixed(256n)
  const piece = (x: bigint, bits: bigint): bigint => (x >> bits) << bits
  const p1 = piece(value, 257n - 33n)
  const p2 = piece(value - p1, 257n - 66n)
  const p3 = piece(value - p1 - p2, 257n - 99n)
  const unit = powerOfTwo(-257)
  return [Number(p1) * unit, Number(p2) * unit, Number(p3) * unit, Number(value - p1 - p2 - p3) * unit]
}
const [P1, P2, P3, P4] = parts()

const FAST_LIMIT = 1e6
/** A result nearer to zero than this lost too many bits; the exact path takes over. */
const NEAR_ZERO = 1 / 1048576

/**
 * Writes x − n·π/2 with n = round(x/(π/2)) into {@link reduced} and returns n mod 4.
 *
 * - Units: radians.
 */
export const reduce = (x: number): number => {
  if (Math.abs(x) > FAST_LIMIT) return reduceExactly(x)
  const n = Math.floor(x * TWO_OVER_PI + 0.5)
  const a = n * P1
  const h1 = x - a
  const z1 = h1 - x
  const e1 = x - (h1 - z1) - (a + z1)
  const b = n * P2
  const h2 = h1 - b
  const z2 = h2 - h1
  const e2 = h1 - (h2 - z2) - (b + z2)
  if (Math.abs(h2) < NEAR_ZERO) return reduceExactly(x)
  const tail = e1 + e2 - n * P3 - n * P4
  const hi = h2 + tail
  reduced.hi = hi
  reduced.lo = h2 - hi + tail
  return n & 3
}

/** The same for any finite x, in integers: exact, and slow. */
const reduceExactly = (x: number): number => {
  if (halfPi === 0n) halfPi = piFixed(PI_BITS) >> 1n
  let mantissa = Math.abs(x)
  let shift = 0n
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2
    shift++
  }
  const value = (BigInt(mantissa) << PI_BITS) >> shift
  let n = value / halfPi
  let remainder = value - n * halfPi
  if (2n * remainder > halfPi) {
    n++
    remainder -= halfPi
  }
  const sign = x < 0 ? -1n : 1n
  write(sign * remainder)
  return Number(BigInt.asUintN(2, sign * n))
}

const SCRATCH_BITS = 1024n
const DROP = PI_BITS - SCRATCH_BITS

/** hi is the nearest double of the fixed-point remainder and lo the nearest double of what is left. */
const write = (remainder: bigint): void => {
  const half = powerOfTwo(-512)
  const scale = (v: bigint): number => Number(v) * half * half
  const short = remainder >> DROP
  reduced.hi = scale(short)
  reduced.lo = scale(short - BigInt(Number(short)))
}

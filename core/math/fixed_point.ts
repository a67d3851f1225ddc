/**
 * Exact fixed-point arithmetic on integers, used once at load to make the tables of this folder.
 *
 * A real x is the integer round(x·2^BITS). Tables made so are the same on every engine and need no typed-in digits.
 */

/** Fractional bits; leaves more than 60 guard bits below the 106 that a table entry keeps. */
export const BITS = 192n
export const ONE = 1n << BITS

/** round(a / b) for positive b, in fixed point. */
export const ratio = (a: bigint, b: bigint): bigint => ((a << (BITS + 1n)) / b + 1n) >> 1n

const times = (a: bigint, b: bigint): bigint => (a * b) >> BITS

/** Σ_k t_k with t_0 = first and t_k = t_{k−1}·x / divisor(k), until the terms vanish. */
const series = (first: bigint, x: bigint, divisor: (k: bigint) => bigint): bigint => {
  let sum = first
  let term = first
  for (let k = 1n; term > 1n || term < -1n; k++) {
    term = times(term, x) / divisor(k)
    sum += term
  }
  return sum
}

export const expFixed = (x: bigint): bigint => series(ONE, x, (k) => k)
export const sinFixed = (x: bigint): bigint => series(x, -times(x, x), (k) => 2n * k * (2n * k + 1n))
export const cosFixed = (x: bigint): bigint => series(ONE, -times(x, x), (k) => (2n * k - 1n) * 2n * k)

/** ln((1 + z)/(1 − z)) = 2·Σ z^(2k+1)/(2k+1) with z = (a − b)/(a + b), so that it gives ln(a/b). */
export const logRatioFixed = (a: bigint, b: bigint): bigint => {
  const z = ((a - b) << BITS) / (a + b)
  const square = times(z, z)
  let sum = 0n
  let power = z
  for (let k = 1n; power > 1n || power < -1n; k += 2n) {
    sum += power / k
    power = times(power, square)
  }
  return 2n * sum
}

/** π in fixed point with `bits` fractional bits, by Machin's formula π = 16·atan(1/5) − 4·atan(1/239). */
export const piFixed = (bits: bigint): bigint => {
  const guard = bits + 32n
  const atanInverse = (n: bigint): bigint => {
    let sum = 0n
    let power = (1n << guard) / n
    for (let k = 1n; power !== 0n; k += 2n) {
      sum += k % 4n === 1n ? power / k : -(power / k)
      power /= n * n
    }
    return sum
  }
  return (16n * atanInverse(5n) - 4n * atanInverse(239n)) >> 32n
}

/** 2^exponent, exact for results in the normal range. */
export const powerOfTwo = (exponent: number): number => {
  let result = 1
  for (let k = 0; k < Math.abs(exponent); k++) result *= exponent < 0 ? 0.5 : 2
  return result
}

const UNIT = powerOfTwo(-Number(BITS))
const SCALE = powerOfTwo(Number(BITS))

/** The nearest double; `Number` rounds an integer correctly and the scaling is exact. */
export const nearest = (x: bigint): number => Number(x) * UNIT

/** x cut to `bits` significant-place bits below 2^0, that is to a multiple of 2^−bits, as a double. */
export const cut = (x: bigint, bits: number): number => {
  const drop = BITS - BigInt(bits)
  return nearest(((x + (1n << (drop - 1n))) >> drop) << drop)
}

/** The nearest double to x − hi, for a double hi. */
export const rest = (x: bigint, hi: number): number => nearest(x - BigInt(hi * SCALE))

const SPLITTER = 134217729

const word = new Float64Array(1)
const bits = new Int32Array(word.buffer)

/**
 * a·b + c with one rounding, as a processor's fused multiply-add gives it.
 *
 * The product is split into two doubles, the sums' errors are kept, and the last but one addition rounds to odd, so that
 * the final rounding is the only one.
 *
 * - Shapes: products and sums between 2^−900 and 2^900 in magnitude, or zero.
 * - Source: T. J. Dekker (1971) for the product; S. Boldo and G. Melquiond, IEEE Trans. Comput. 57(4), 2008, for the sum.
 */
export const fma = (a: number, b: number, c: number): number => {
  const high = a * b
  const aScaled = a * SPLITTER
  const a1 = aScaled - (aScaled - a)
  const a2 = a - a1
  const bScaled = b * SPLITTER
  const b1 = bScaled - (bScaled - b)
  const b2 = b - b1
  const low = a2 * b2 - (high - a1 * b1 - a2 * b1 - a1 * b2)

  const sum = high + c
  const z = sum - high
  const lost = high - (sum - z) + (c - z)
  return sum + addToOdd(lost, low)
}

/** a + b; where inexact, the neighbour with an odd last bit. */
const addToOdd = (a: number, b: number): number => {
  const sum = a + b
  const z = sum - a
  const lost = a - (sum - z) + (b - z)
  if (lost === 0) return sum
  word[0] = sum
  if ((bits[0]! & 1) === 1) return sum
  // An even significand: step to the neighbour on the side where the lost part lies.
  if (lost > 0 === sum > 0) bits[0] = bits[0]! + 1
  else {
    if (bits[0] === 0) bits[1] = bits[1]! - 1
    bits[0] = bits[0]! - 1
  }
  return word[0]!
}

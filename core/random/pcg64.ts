/**
 * PCG64: a 128-bit linear congruential generator with the XSL-RR output of 64 bits.
 *
 *     s ← a·s + c  (mod 2^128),     output = rotr64(s_hi ⊕ s_lo, s >> 122)
 *
 * Numbers of 128 bits are four 32-bit limbs, least significant first, in one Int32Array.
 * Source: M. E. O'Neill, "PCG", HMC-CS-2014-0905, section 6.3; the multiplier is NumPy's.
 */

/** Positions in {@link Words}. */
export const STATE = 0
export const INCREMENT = 4
/** 1 when {@link HALF} holds the unused upper half of a 64-bit word. */
export const HAS_HALF = 8
export const HALF = 9
/** The last output. */
export const LOW = 10
export const HIGH = 11
export const WORD_COUNT = 12

/** Everything a generator is: [state 4, increment 4, has half, half, last output low, high]. */
export type Words = Int32Array

// The multiplier's limbs as signed integers for Math.imul and as doubles for the upper halves.
const M0 = 0x9fccf645
const M1 = 0x4385df64
const M2 = 0x1fc65da4
const M3 = 0x2360ed05
const I0 = M0 | 0
const SHRINK = 1 / 4294967296
/** 1.5·2^52: added to a double below 2^51, it rounds it to an integer whose lower 32 bits are those of the sum. */
const ROUNDER = 6755399441055744

/** Where a sum's lower bits are read; writing and reading it is faster than any conversion of a double above 2^31. */
const sum = new Float64Array(1)
const sumBits = new Int32Array(sum.buffer)

/**
 * One step: the next 64 bits into words[LOW] and words[HIGH].
 *
 * The upper half of a product is found from its rounded double p and its exact lower half l: (p − l)/2^32 is within
 * 2^−18 of an integer, which is the carry.
 */
export const next64 = (words: Words): void => {
  const s0 = words[0]!
  const s1 = words[1]!
  const s2 = words[2]!
  const s3 = words[3]!
  const d0 = s0 >>> 0
  const d1 = s1 >>> 0
  const d2 = s2 >>> 0
  const c0 = words[4]!
  const c1 = words[5]!
  const c2 = words[6]!

  const r0 = (Math.imul(s0, I0) + c0) | 0
  const t0 = (d0 * M0 + (c0 >>> 0) - (r0 >>> 0)) * SHRINK + ROUNDER
  sum[0] = t0
  const r1 = (Math.imul(s0, M1) + Math.imul(s1, I0) + c1 + sumBits[0]!) | 0
  const t1 = (d0 * M1 + d1 * M0 + (c1 >>> 0) + (t0 - ROUNDER) - (r1 >>> 0)) * SHRINK + ROUNDER
  sum[0] = t1
  const r2 = (Math.imul(s0, M2) + Math.imul(s1, M1) + Math.imul(s2, I0) + c2 + sumBits[0]!) | 0
  sum[0] = (d0 * M2 + d1 * M1 + d2 * M0 + (c2 >>> 0) + (t1 - ROUNDER) - (r2 >>> 0)) * SHRINK + ROUNDER
  const r3 =
    (Math.imul(s0, M3) + Math.imul(s1, M2) + Math.imul(s2, M1) + Math.imul(s3, I0) + words[7]! + sumBits[0]!) | 0

  words[0] = r0
  words[1] = r1
  words[2] = r2
  words[3] = r3
  const low = r0 ^ r2
  const high = r1 ^ r3
  const turn = r3 >>> 26
  const a = turn < 32 ? low : high
  const b = turn < 32 ? high : low
  words[LOW] = (a >>> turn) | ((b << 1) << ~turn)
  words[HIGH] = (b >>> turn) | ((a << 1) << ~turn)
}

/** The next 32 bits, signed: half a 64-bit word, low half first; the other half serves the next call. */
export const next32 = (words: Words): number => {
  if (words[HAS_HALF] !== 0) {
    words[HAS_HALF] = 0
    return words[HALF]!
  }
  next64(words)
  words[HAS_HALF] = 1
  words[HALF] = words[HIGH]!
  return words[LOW]!
}

/** The next number in [0, 1): the upper 53 of 64 bits, times 2^−53. */
export const nextDouble = (words: Words): number => {
  next64(words)
  return ((words[HIGH]! >>> 0) * 2097152 + (words[LOW]! >>> 11)) * (1 / 9007199254740992)
}

/**
 * The constants of math.ts as vectors in memory.
 *
 * JavaScriptCore builds a vector constant anew wherever registers run out, in three instructions by way of a general
 * register; a load is one. `run` writes this table at the end of scratch once, and the kernels load from there.
 */

/** Bytes from the start of scratch; the table has 4 KiB. What else lives in scratch stays below. */
export const TABLE: usize = 252 * 1024

// Offsets in the table. Bit patterns first.
export const SIGN: usize = 0 // 0x80000000
export const MAGNITUDE: usize = 16 // 0x7fffffff
export const EXPONENT: usize = 32 // 0x7f800000
export const FRACTION: usize = 48 // 0x007fffff
export const ROOT_HALF: usize = 64 // bits of √½
export const STEP: usize = 80 // 1 << 23: times an integer, it becomes an exponent field
export const HALF: usize = 96 // 0.5 = 2⁻¹: 126 << 23
export const ONE: usize = 112 // 1.0 = 2⁰: 127 << 23
export const TWO: usize = 128
export const ZERO: usize = 144
export const INFINITE: usize = 160
export const MINUS_INFINITE: usize = 176
export const LEAST: usize = 192 // 2⁻¹²⁶, the smallest normal number

// Argument reduction: x = n·ln 2 + r.
export const LOG2E: usize = 208
/** 1.5·2²³: adding it leaves the nearest integer in the low bits of the significand. */
export const ROUNDER: usize = 224
/** ln 2 in two parts: the first has so few bits that its product with |n| < 256 is exact. */
export const LN2_HIGH: usize = 240
export const LN2_LOW: usize = 256
export const EXP_MOST: usize = 272
export const EXP_LEAST: usize = 288
export const TANH_MOST: usize = 304

/** ln 2 in one part, wrong by 2e-9. */
export const LN2: usize = 704

/** e^r = 1 + r + r²·P(r) for |r| ≤ ln 2 / 2: P from its leading coefficient down. Fit 3e-9. */
export const E: usize = 320
/** ln(1 + f) = f − f²/2 + f³·P(f) for √½ ≤ 1 + f < √2. Fit 7e-10. */
export const L: usize = 400
/** ln(1 + u) = u + u²·P(u) for 0 ≤ u ≤ 1. Fit 8e-10. */
export const S: usize = 544

// @ts-ignore: decorator
@inline
function put(table: usize, offset: usize, x: f32): void {
  v128.store(table + offset, f32x4.splat(x))
}

// @ts-ignore: decorator
@inline
function putBits(table: usize, offset: usize, x: i32): void {
  v128.store(table + offset, i32x4.splat(x))
}

/**
 * Writes the table. Coefficients: minimax fits (Lawson's iteration on Chebyshev nodes, relative error, in float64) made
 * for these kernels and rounded to float32.
 */
export function writeConstants(t: usize): void {
  putBits(t, SIGN, 0x80000000)
  putBits(t, MAGNITUDE, 0x7fffffff)
  putBits(t, EXPONENT, 0x7f800000)
  putBits(t, FRACTION, 0x007fffff)
  putBits(t, ROOT_HALF, 0x3f3504f3)
  putBits(t, STEP, 1 << 23)
  put(t, HALF, 0.5)
  put(t, ONE, 1.0)
  put(t, TWO, 2.0)
  put(t, ZERO, 0.0)
  put(t, INFINITE, Infinity)
  put(t, MINUS_INFINITE, -Infinity)
  put(t, LEAST, 1.1754943508222875e-38)
  put(t, LOG2E, 1.4426950408889634)
  put(t, ROUNDER, 12582912.0)
  put(t, LN2_HIGH, 0.693359375)
  put(t, LN2_LOW, -2.12194440054690583e-4)
  put(t, LN2, 0.6931471805599453)
  put(t, EXP_MOST, 89.0)
  put(t, EXP_LEAST, -87.6)
  put(t, TANH_MOST, 18.2)
  put(t, E, 0.0013814433477818966)
  put(t, E + 16, 0.008368796668946743)
  put(t, E + 32, 0.041668396443128586)
  put(t, E + 48, 0.1666651964187622)
  put(t, E + 64, 0.4999999403953552)
  put(t, L, 0.06746640801429749)
  put(t, L + 16, -0.11675652116537094)
  put(t, L + 32, 0.11888162046670914)
  put(t, L + 48, -0.1240558922290802)
  put(t, L + 64, 0.14219552278518677)
  put(t, L + 80, -0.1666799634695053)
  put(t, L + 96, 0.2000211924314499)
  put(t, L + 112, -0.25000008940696716)
  put(t, L + 128, 0.3333331346511841)
  put(t, S, 0.0020729515235871077)
  put(t, S + 16, -0.01363150030374527)
  put(t, S + 32, 0.04198140278458595)
  put(t, S + 48, -0.08307411521673203)
  put(t, S + 64, 0.12467125803232193)
  put(t, S + 80, -0.1612933725118637)
  put(t, S + 96, 0.19897931814193726)
  put(t, S + 112, -0.24988579750061035)
  put(t, S + 128, 0.33332690596580505)
  put(t, S + 144, -0.49999988079071045)
}

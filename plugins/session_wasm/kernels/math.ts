/**
 * exp, log, tanh, sigmoid and softplus of four float32 at once, by polynomials and rationals only: no host function,
 * so the plain build gives the same bits on every engine and processor.
 *
 * Coefficients: minimax fits (Lawson's iteration on Chebyshev nodes, relative error, in float64) made for these
 * kernels; the error of the fit stands beside each.
 */
import { madd, splat } from "./simd"

const LOG2E: f32 = 1.4426950408889634
// ln 2 in two parts: the first has so few bits that n · LN2_HIGH is exact for |n| < 256.
const LN2_HIGH: f32 = 0.693359375
const LN2_LOW: f32 = -2.12194440054690583e-4
/** 1.5 · 2²³: adding it leaves the nearest integer in the low bits of the significand. */
const ROUNDER: f32 = 12582912.0

/** Coefficients of P in e^r = 1 + r + r²·P(r), |r| ≤ ln 2 / 2; the constant term last. Fit 3e-9. */
const E4: f32 = 0.0013814433477818966
const E3: f32 = 0.008368796668946743
const E2: f32 = 0.041668396443128586
const E1: f32 = 0.1666651964187622
const E0: f32 = 0.4999999403953552

/** round(x / ln 2), plus ROUNDER: the whole number also stands in the low bits. */
// @ts-ignore: decorator
@inline
function periods(x: v128): v128 {
  return f32x4.add(f32x4.mul(x, splat(LOG2E)), splat(ROUNDER))
}

/** r = x − n·ln 2. */
// @ts-ignore: decorator
@inline
function remainder(x: v128, n: v128): v128 {
  return f32x4.sub(f32x4.sub(x, f32x4.mul(n, splat(LN2_HIGH))), f32x4.mul(n, splat(LN2_LOW)))
}

/** e^r − 1 for |r| ≤ ln 2 / 2. */
// @ts-ignore: decorator
@inline
function expm1Small(r: v128): v128 {
  let p = madd(splat(E4), r, splat(E3))
  p = madd(p, r, splat(E2))
  p = madd(p, r, splat(E1))
  p = madd(p, r, splat(E0))
  return madd(p, f32x4.mul(r, r), r)
}

/**
 * eˣ = 2ⁿ·e^r with n = round(x / ln 2). Infinity above 88.73, 0 below 2⁻¹²⁵: never a denormal.
 *
 * The factor is 2ⁿ⁻¹, as 2¹²⁸ is no float32; its exponent field is 0, so the result 0, from n = −126 down.
 */
// @ts-ignore: decorator
@inline
export function exp4(x0: v128): v128 {
  // pmin and pmax with the argument first let NaN through.
  const x = f32x4.pmax(f32x4.pmin(x0, splat(89.0)), splat(-87.6))
  const shifted = periods(x)
  const p = f32x4.add(expm1Small(remainder(x, f32x4.sub(shifted, splat(ROUNDER)))), splat(1.0))
  const half = i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(126 << 23))
  return f32x4.mul(f32x4.add(p, p), half)
}

/**
 * ln x = e·ln 2 + ln(1 + f), x = 2ᵉ(1 + f), √½ ≤ 1 + f < √2; ln(1 + f) = f − f²/2 + f³·P(f). Fit 7e-10.
 * ln 0 = −Infinity, ln(x < 0) = NaN.
 */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const small = f32x4.lt(x, splat(1.1754943508222875e-38))
  const y = v128.bitselect(f32x4.mul(x, splat(8388608.0)), x, small)
  // Exponent and significand about √½: 0x3f3504f3 = bits of √½.
  const shifted = i32x4.sub(y, i32x4.splat(0x3f3504f3))
  const exponent = i32x4.sub(i32x4.shr_s(shifted, 23), v128.and(small, i32x4.splat(23)))
  const e = f32x4.convert_i32x4_s(exponent)
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3))
  const f = f32x4.sub(m, splat(1.0))
  const f2 = f32x4.mul(f, f)
  let p = madd(splat(0.06746640801429749), f, splat(-0.11675652116537094))
  p = madd(p, f, splat(0.11888162046670914))
  p = madd(p, f, splat(-0.1240558922290802))
  p = madd(p, f, splat(0.14219552278518677))
  p = madd(p, f, splat(-0.1666799634695053))
  p = madd(p, f, splat(0.2000211924314499))
  p = madd(p, f, splat(-0.25000008940696716))
  p = madd(p, f, splat(0.3333331346511841))
  const tail = madd(e, splat(LN2_LOW), f32x4.sub(f32x4.mul(f32x4.mul(p, f), f2), f32x4.mul(splat(0.5), f2)))
  const value = f32x4.add(f32x4.mul(e, splat(LN2_HIGH)), f32x4.add(f, tail))
  // The arguments outside (0, ∞): 0 → −∞, ∞ → ∞, negative and NaN → NaN.
  const zero = f32x4.eq(x, splat(0))
  const fine = v128.and(f32x4.gt(x, splat(0)), f32x4.lt(x, splat(Infinity)))
  const odd = v128.bitselect(splat(Infinity), v128.bitselect(splat(-Infinity), splat(NaN), zero), f32x4.eq(x, splat(Infinity)))
  return v128.bitselect(value, odd, fine)
}

/**
 * tanh |x| = u / (u + 2), u = e^2|x| − 1 = 2ⁿ·(e^r − 1) + (2ⁿ − 1): no cancellation for small x, as n = 0 there.
 * ±1 from |x| = 9.1 on.
 */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const a = f32x4.abs(x)
  const y = f32x4.pmin(f32x4.add(a, a), splat(18.2))
  const shifted = periods(y)
  const q = expm1Small(remainder(y, f32x4.sub(shifted, splat(ROUNDER))))
  const scale = i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(127 << 23))
  const u = madd(scale, q, f32x4.sub(scale, splat(1.0)))
  const t = f32x4.div(u, f32x4.add(u, splat(2.0)))
  return v128.or(t, v128.and(x, i32x4.splat(0x80000000)))
}

/** 1/(1 + e⁻ˣ). */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(splat(1.0), f32x4.add(splat(1.0), exp4(f32x4.neg(x))))
}

/** max(x, 0) + ln(1 + e^−|x|), with ln(1 + u) = u + u²·P(u) on [0, 1]. Fit 8e-10. */
// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  const u = exp4(f32x4.neg(f32x4.abs(x)))
  let p = madd(splat(0.0020729515235871077), u, splat(-0.01363150030374527))
  p = madd(p, u, splat(0.04198140278458595))
  p = madd(p, u, splat(-0.08307411521673203))
  p = madd(p, u, splat(0.12467125803232193))
  p = madd(p, u, splat(-0.1612933725118637))
  p = madd(p, u, splat(0.19897931814193726))
  p = madd(p, u, splat(-0.24988579750061035))
  p = madd(p, u, splat(0.33332690596580505))
  p = madd(p, u, splat(-0.49999988079071045))
  return f32x4.add(f32x4.pmax(x, splat(0)), madd(f32x4.mul(p, u), u, u))
}

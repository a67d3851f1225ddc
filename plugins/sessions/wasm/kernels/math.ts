/**
 * exp, log, tanh, sigmoid and softplus of four float32 at once, by polynomials only: no host function, so the plain
 * build gives the same bits on every engine and processor. `t` is the table of constants.ts.
 *
 * Polynomials are summed in pairs of terms (Estrin): what limits these loops is how long one chain of operations takes,
 * not how many there are.
 */
import {
  E, EXP_LEAST, EXP_MOST, FRACTION, HALF, INFINITE, L, LEAST, LN2, LN2_HIGH, LN2_LOW, LOG2E, MAGNITUDE, MINUS_INFINITE, ONE,
  ROOT_HALF, ROUNDER, S, SIGN, STEP, TANH_MOST, TWO, ZERO
} from "./constants"
import { ld, madd } from "./simd"

/** round(x / ln 2), plus ROUNDER: the whole number stands in the low bits. */
// @ts-ignore: decorator
@inline
function periods(x: v128, t: usize): v128 {
  return madd(x, ld(t, LOG2E), ld(t, ROUNDER))
}

/** e^r − 1 for |r| ≤ ln 2 / 2. */
// @ts-ignore: decorator
@inline
function expm1Rest(r: v128, t: usize): v128 {
  const r2 = f32x4.mul(r, r)
  const high = madd(ld(t, E), r2, madd(ld(t, E + 16), r, ld(t, E + 32)))
  const p = madd(high, r2, madd(ld(t, E + 48), r, ld(t, E + 64)))
  return madd(p, r2, r)
}

/** 2ⁿ·unit, unit a power of two. The multiplication moves n from the low bits into the exponent (as 1 << 23 does). */
// @ts-ignore: decorator
@inline
function power(shifted: v128, unit: v128, t: usize): v128 {
  return i32x4.add(i32x4.mul(shifted, ld(t, STEP)), unit)
}

/**
 * eˣ = 2ⁿ·e^r with n = round(x / ln 2). Infinity above 88.73, 0 below 2⁻¹²⁵: never a denormal.
 *
 * The factor is 2ⁿ⁻¹, as 2¹²⁸ is no float32; its exponent field is 0, so the result 0, at n = −126.
 */
// @ts-ignore: decorator
@inline
export function exp4(x0: v128, t: usize): v128 {
  // pmin and pmax with the argument first let NaN through.
  const x = f32x4.pmax(f32x4.pmin(x0, ld(t, EXP_MOST)), ld(t, EXP_LEAST))
  const shifted = periods(x, t)
  const n = f32x4.sub(shifted, ld(t, ROUNDER))
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, ld(t, LN2_HIGH))), f32x4.mul(n, ld(t, LN2_LOW)))
  const p = f32x4.add(expm1Rest(r, t), ld(t, ONE))
  return f32x4.mul(f32x4.add(p, p), power(shifted, ld(t, HALF), t))
}

/** ln x = e·ln 2 + ln(1 + f), x = 2ᵉ(1 + f). −Infinity below 2⁻¹²⁶, NaN below 0. */
// @ts-ignore: decorator
@inline
export function log4(x: v128, t: usize): v128 {
  const shifted = i32x4.sub(x, ld(t, ROOT_HALF))
  const e = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23))
  const f = f32x4.sub(i32x4.add(v128.and(shifted, ld(t, FRACTION)), ld(t, ROOT_HALF)), ld(t, ONE))
  const f2 = f32x4.mul(f, f)
  const f4 = f32x4.mul(f2, f2)
  const middle = madd(madd(ld(t, L + 16), f, ld(t, L + 32)), f2, madd(ld(t, L + 48), f, ld(t, L + 64)))
  const last = madd(madd(ld(t, L + 80), f, ld(t, L + 96)), f2, madd(ld(t, L + 112), f, ld(t, L + 128)))
  const p = madd(madd(ld(t, L), f4, middle), f4, last)
  const tail = madd(e, ld(t, LN2_LOW), f32x4.mul(f2, f32x4.sub(f32x4.mul(p, f), ld(t, HALF))))
  const value = f32x4.add(f32x4.mul(e, ld(t, LN2_HIGH)), f32x4.add(f, tail))
  // Outside (0, ∞) an infinity is added, or all bits are set: NaN.
  const low = v128.and(f32x4.lt(x, ld(t, LEAST)), ld(t, MINUS_INFINITE))
  const high = v128.and(f32x4.eq(x, ld(t, INFINITE)), ld(t, INFINITE))
  return v128.or(f32x4.add(value, v128.or(low, high)), v128.not(f32x4.ge(x, ld(t, ZERO))))
}

/**
 * tanh |x| = u / (u + 2), u = e^2|x| − 1 = 2ⁿ·(e^r − 1) + (2ⁿ − 1): no cancellation for small x, as n = 0 there.
 * ±1 from |x| = 9.1 on. One part of ln 2 is enough: where n·ln 2 is rounded, tanh is flat.
 */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128, t: usize): v128 {
  const a = v128.and(x, ld(t, MAGNITUDE))
  const y = f32x4.pmin(f32x4.add(a, a), ld(t, TANH_MOST))
  const shifted = periods(y, t)
  const r = f32x4.sub(y, f32x4.mul(f32x4.sub(shifted, ld(t, ROUNDER)), ld(t, LN2)))
  const scale = power(shifted, ld(t, ONE), t)
  const u = madd(scale, expm1Rest(r, t), f32x4.sub(scale, ld(t, ONE)))
  return v128.or(f32x4.div(u, f32x4.add(u, ld(t, TWO))), v128.and(x, ld(t, SIGN)))
}

/** 1/(1 + e⁻ˣ), 0 below 2⁻¹²⁶. */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128, t: usize): v128 {
  const s = f32x4.div(ld(t, ONE), f32x4.add(ld(t, ONE), exp4(v128.xor(x, ld(t, SIGN)), t)))
  return v128.andnot(s, f32x4.lt(s, ld(t, LEAST)))
}

/** max(x, 0) + ln(1 + e^−|x|). */
// @ts-ignore: decorator
@inline
export function softplus4(x: v128, t: usize): v128 {
  const u = exp4(v128.or(x, ld(t, SIGN)), t)
  const u2 = f32x4.mul(u, u)
  const u4 = f32x4.mul(u2, u2)
  const middle = madd(madd(ld(t, S + 32), u, ld(t, S + 48)), u2, madd(ld(t, S + 64), u, ld(t, S + 80)))
  const low = madd(madd(ld(t, S + 96), u, ld(t, S + 112)), u2, madd(ld(t, S + 128), u, ld(t, S + 144)))
  const p = madd(madd(madd(ld(t, S), u, ld(t, S + 16)), u4, middle), u4, low)
  return f32x4.add(f32x4.pmax(x, ld(t, ZERO)), madd(p, u2, u))
}

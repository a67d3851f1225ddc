/* exp, log, tanh, sigmoid and softplus of a vector of float32, by polynomials only.
 *
 * The formulas and coefficients are those of the WebAssembly kernels (minimax fits made for them). Polynomials are summed
 * in pairs of terms (Estrin): what limits these loops is how long one chain of operations takes. Denormals are left to
 * the flush-to-zero mode a plan runs in.
 *
 * Largest errors, over a sweep of every 1009th float32, in units in the last place: exp 0.99, log 0.82, tanh 2.44,
 * sigmoid 2.07, softplus 1.95. Exponentials below 2⁻¹²⁵ and sigmoids below 2⁻¹²⁶ are 0, the logarithm of a denormal is -∞.
 */
#ifndef PGX_MATH_H
#define PGX_MATH_H

#include "vector.h"

/* 1.5·2²³: adding it leaves the nearest integer in the low bits of the significand. */
#define PGX_ROUNDER 12582912.0f
#define PGX_LOG2E 1.44269504f
/* ln 2 in two parts: the first has so few bits that its product with |n| < 256 is exact. */
#define PGX_LN2_HIGH 0.693359375f
#define PGX_LN2_LOW -2.12194440e-4f
#define PGX_LEAST 1.17549435e-38f

/* e^r - 1 for |r| <= ln 2 / 2: r + r²·P(r). Fit 3e-9. */
PGX_INLINE pgx_f32 pgx_expm1_rest(pgx_f32 r) {
  const pgx_f32 square = r * r;
  const pgx_f32 high = 0.0013814433477818966f * square + (0.008368796668946743f * r + 0.041668396443128586f);
  const pgx_f32 p = high * square + (0.1666651964187622f * r + 0.4999999403953552f);
  return p * square + r;
}

/* 2ⁿ·unit, unit a power of two, n in the low bits of `shifted`. */
PGX_INLINE pgx_f32 pgx_power(pgx_f32 shifted, float unit) {
  return pgx_from_bits((pgx_bits(shifted) << 23) + pgx_bits(pgx_splat(unit)));
}

/* x no further than [low, high]; NaN stays. */
PGX_INLINE pgx_f32 pgx_clamp(pgx_f32 x, float low, float high) {
  const pgx_f32 least = pgx_splat(low), most = pgx_splat(high);
  x = pgx_select(x > most, most, x);
  return pgx_select(x < least, least, x);
}

/* eˣ = 2ⁿ·e^r with n = round(x / ln 2). Infinity above 88.73, 0 below 2⁻¹²⁵.
 * The factor is 2ⁿ⁻¹, as 2¹²⁸ is no float32; its exponent field is 0, so the result 0, at n = -126. */
PGX_INLINE pgx_f32 pgx_exp(pgx_f32 x) {
  x = pgx_clamp(x, -87.6f, 89.0f);
  const pgx_f32 shifted = x * PGX_LOG2E + PGX_ROUNDER;
  const pgx_f32 n = shifted - PGX_ROUNDER;
  const pgx_f32 r = (x - n * PGX_LN2_HIGH) - n * PGX_LN2_LOW;
  const pgx_f32 p = pgx_expm1_rest(r) + 1.0f;
  return (p + p) * pgx_power(shifted, 0.5f);
}

/* ln x = e·ln 2 + ln(1 + f), x = 2ᵉ(1 + f), 1 + f in [√½, √2). -Infinity below 2⁻¹²⁶, NaN below 0. Fit 7e-10. */
PGX_INLINE pgx_f32 pgx_log(pgx_f32 x) {
  const int32_t root_half = 0x3f3504f3;
  const pgx_i32 shifted = pgx_bits(x) - root_half;
  const pgx_f32 e = __builtin_convertvector(shifted >> 23, pgx_f32);
  const pgx_f32 f = pgx_from_bits((shifted & 0x007fffff) + root_half) - 1.0f;
  const pgx_f32 f2 = f * f;
  const pgx_f32 f4 = f2 * f2;
  const pgx_f32 first = 0.06746640801429749f * f4;
  const pgx_f32 middle =
      (-0.11675652116537094f * f + 0.11888162046670914f) * f2 + (-0.1240558922290802f * f + 0.14219552278518677f);
  const pgx_f32 last =
      (-0.1666799634695053f * f + 0.2000211924314499f) * f2 + (-0.25000008940696716f * f + 0.3333331346511841f);
  const pgx_f32 p = (first + middle) * f4 + last;
  const pgx_f32 tail = e * PGX_LN2_LOW + f2 * (p * f - 0.5f);
  const pgx_f32 value = e * PGX_LN2_HIGH + (f + tail);
  /* Outside (0, ∞) an infinity is added, or all bits are set: NaN. */
  const pgx_f32 infinite = pgx_splat(__builtin_inff());
  const pgx_i32 low = (x < PGX_LEAST) & pgx_bits(-infinite);
  const pgx_i32 high = (x == infinite) & pgx_bits(infinite);
  return pgx_from_bits(pgx_bits(value + pgx_from_bits(low | high)) | ~(x >= 0.0f));
}

/* tanh |x| = u / (u + 2), u = e^2|x| - 1 = 2ⁿ·(e^r - 1) + (2ⁿ - 1): no cancellation for small x, as n = 0 there.
 * ±1 from |x| = 9.1 on. One part of ln 2 is enough: where n·ln 2 is rounded, tanh is flat. */
PGX_INLINE pgx_f32 pgx_tanh(pgx_f32 x) {
  const pgx_i32 sign = pgx_bits(x) & INT32_MIN;
  const pgx_f32 a = pgx_from_bits(pgx_bits(x) & INT32_MAX);
  const pgx_f32 most = pgx_splat(18.2f);
  pgx_f32 y = a + a;
  y = pgx_select(y > most, most, y);
  const pgx_f32 shifted = y * PGX_LOG2E + PGX_ROUNDER;
  const pgx_f32 r = y - (shifted - PGX_ROUNDER) * 0.6931471805599453f;
  const pgx_f32 scale = pgx_power(shifted, 1.0f);
  const pgx_f32 u = scale * pgx_expm1_rest(r) + (scale - 1.0f);
  return pgx_from_bits(pgx_bits(u / (u + 2.0f)) | sign);
}

/* 1/(1 + e⁻ˣ). */
PGX_INLINE pgx_f32 pgx_sigmoid(pgx_f32 x) {
  const pgx_f32 value = 1.0f / (1.0f + pgx_exp(-x));
  return pgx_select(value < PGX_LEAST, pgx_splat(0.0f), value);
}

/* max(x, 0) + ln(1 + e^-|x|); ln(1 + u) = u + u²·P(u) for 0 <= u <= 1. Fit 8e-10. */
PGX_INLINE pgx_f32 pgx_softplus(pgx_f32 x) {
  const pgx_f32 u = pgx_exp(pgx_from_bits(pgx_bits(x) | INT32_MIN));
  const pgx_f32 u2 = u * u;
  const pgx_f32 u4 = u2 * u2;
  const pgx_f32 first = 0.0020729515235871077f * u - 0.01363150030374527f;
  const pgx_f32 middle =
      (0.04198140278458595f * u - 0.08307411521673203f) * u2 + (0.12467125803232193f * u - 0.1612933725118637f);
  const pgx_f32 low =
      (0.19897931814193726f * u - 0.24988579750061035f) * u2 + (0.33332690596580505f * u - 0.49999988079071045f);
  const pgx_f32 p = (first * u4 + middle) * u4 + low;
  return pgx_select(x < 0.0f, pgx_splat(0.0f), x) + (p * u2 + u);
}

#endif

/* What a fused elementwise loop is made of, beyond the operators C has for vectors. */
#ifndef PGX_MAP_H
#define PGX_MAP_H

#include "vector.h"

/* Where part `part` of `parts` of `count` pieces of work begins; it ends where the next begins. */
PGX_INLINE int64_t pgx_share(int64_t count, int32_t part, int32_t parts) { return count * part / parts; }

/* Puts the vector that starts at number `at` of `count` where it belongs; the last one may be shorter. */
PGX_INLINE void pgx_put(float *to, int64_t at, int64_t count, pgx_f32 value) {
  if (count % PGX_LANES == 0 || at + PGX_LANES <= count)
    pgx_store(to + at, value);
  else
    pgx_store_part(to + at, value, count % PGX_LANES);
}

/* ±1, and x itself where it is neither positive nor negative (±0, NaN). */
PGX_INLINE pgx_f32 pgx_sign(pgx_f32 x) {
  const pgx_f32 one = pgx_from_bits((pgx_bits(x) & INT32_MIN) | pgx_bits(pgx_splat(1.0f)));
  return pgx_select((x > 0.0f) | (x < 0.0f), one, x);
}

PGX_INLINE pgx_f32 pgx_abs(pgx_f32 x) { return pgx_from_bits(pgx_bits(x) & INT32_MAX); }

/* By lanes: compilers make it one instruction. */
PGX_INLINE pgx_f32 pgx_sqrt(pgx_f32 x) {
  float lanes[PGX_LANES] __attribute__((aligned(PGX_WIDTH)));
  *(pgx_f32 *)lanes = x;
  for (int i = 0; i < PGX_LANES; i++) lanes[i] = __builtin_sqrtf(lanes[i]);
  return *(pgx_f32 *)lanes;
}

/* The larger; NaN where an operand is; +0 before -0. */
PGX_INLINE pgx_f32 pgx_max(pgx_f32 a, pgx_f32 b) {
  const pgx_f32 larger = pgx_select((a > b) | (a != a), a, b);
  return pgx_select(a == b, pgx_from_bits(pgx_bits(a) & pgx_bits(b)), larger);
}

/* The smaller; NaN where an operand is; -0 before +0. */
PGX_INLINE pgx_f32 pgx_min(pgx_f32 a, pgx_f32 b) {
  const pgx_f32 smaller = pgx_select((a < b) | (a != a), a, b);
  return pgx_select(a == b, pgx_from_bits(pgx_bits(a) | pgx_bits(b)), smaller);
}

/* 1 where a comparison holds, else 0. */
PGX_INLINE pgx_f32 pgx_truth(pgx_i32 mask) { return pgx_from_bits(mask & pgx_bits(pgx_splat(1.0f))); }

/* a != 0 ? b : c */
PGX_INLINE pgx_f32 pgx_choose(pgx_f32 a, pgx_f32 b, pgx_f32 c) { return pgx_select(a == 0.0f, c, b); }

#endif

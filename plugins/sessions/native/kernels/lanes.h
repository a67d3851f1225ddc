/* Vectors whose lanes mean different things: rows shorter than a vector, and the ends of rows.
 *
 * In a map over short rows one vector spans several of them, so row and column operands are spread by permutations. A
 * lane's place is counted from the start of the row that the vector's first lane lies in.
 */
#ifndef PGX_LANES_H
#define PGX_LANES_H

#include "vector.h"

/* The first `count` lanes of x, `rest` in the others. */
PGX_INLINE pgx_f32 pgx_head(pgx_f32 x, int64_t count, float rest) {
  return pgx_select(pgx_lanes_i32() < (int32_t)count, x, pgx_splat(rest));
}

/* Lane i is lane index[i] of x. */
PGX_INLINE pgx_f32 pgx_permute(pgx_f32 x, pgx_i32 index) {
#ifdef __clang__
  pgx_f32 out = x;
  for (int i = 0; i < PGX_LANES; i++) out[i] = x[index[i]];
  return out;
#else
  return __builtin_shuffle(x, index);
#endif
}

/* How many rows of `cols` numbers below the first lane's row each lane lies, `phase` being the first lane's column. */
PGX_INLINE pgx_i32 pgx_down(int32_t phase, int32_t cols) {
  const pgx_f32 place = __builtin_convertvector(pgx_lanes_i32() + phase, pgx_f32) + 0.5f;
  return __builtin_convertvector(place * (1.0f / (float)cols), pgx_i32);
}

/* The column of each lane. */
PGX_INLINE pgx_i32 pgx_along(int32_t phase, int32_t cols, pgx_i32 down) { return pgx_lanes_i32() + phase - down * cols; }

/* x[along], x of `cols` numbers. */
PGX_INLINE pgx_f32 pgx_cycle(const float *x, int32_t cols, pgx_i32 along) {
  if (cols <= PGX_LANES) return pgx_permute(pgx_load(x), along);
  pgx_f32 out = pgx_splat(0.0f);
  for (int i = 0; i < PGX_LANES; i++) out[i] = x[along[i]];
  return out;
}

#endif

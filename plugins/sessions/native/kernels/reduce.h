/* REDUCE: sum or maximum over the middle axis of [outer, r, inner], in an order that only the sizes decide.
 *
 * Sums are made in blocks of about √r numbers a lane and the blocks' sums are added: the error grows as √r. The loops are
 * functions of their own, shared by all sizes: inlined into each use they would take most of a plan's compile time.
 * Reads, and does not use, up to a vector past the end.
 */
#ifndef PGX_REDUCE_H
#define PGX_REDUCE_H

#include "gemm_turn.h"
#include "lanes.h"

enum { PGX_SUM, PGX_MOST };

PGX_INLINE float pgx_neutral(int kind) { return kind == PGX_SUM ? 0.0f : -__builtin_inff(); }

/* A NaN stays: nothing is larger. */
PGX_INLINE pgx_f32 pgx_join(int kind, pgx_f32 a, pgx_f32 b) {
  return kind == PGX_SUM ? a + b : pgx_select((b > a) | (b != b), b, a);
}

PGX_INLINE float pgx_join_one(int kind, float a, float b) {
  return kind == PGX_SUM ? a + b : ((b > a) | (b != b)) ? b : a;
}

/* All lanes joined, halves with halves. */
PGX_INLINE float pgx_join_lanes(int kind, pgx_f32 x) {
  for (int step = PGX_LANES / 2; step > 0; step /= 2) x = pgx_join(kind, x, pgx_permute(x, pgx_lanes_i32() ^ step));
  return x[0];
}

/* Lane l of the result joins the lanes of vector l: what pgx_join_lanes gives for each, in the same order. */
#define PGX_FOLD(d)                                                                                  \
  PGX_UNROLL for (int i = 0; i < (d); i++)                                                           \
      square[i] = pgx_join(kind, PGX_PICK(square[i], square[i + (d)], PGX_PICK_ALL(PGX_WITHOUT, d)), \
                           PGX_PICK(square[i], square[i + (d)], PGX_PICK_ALL(PGX_WITH, d)));

PGX_INLINE pgx_f32 pgx_join_square(int kind, pgx_f32 square[PGX_LANES]) {
#if PGX_LANES == 16
  PGX_FOLD(8)
#endif
#if PGX_LANES >= 8
  PGX_FOLD(4)
#endif
  PGX_FOLD(2)
  PGX_FOLD(1)
  return square[0];
}

/* One row, its lanes not yet joined. */
PGX_INLINE pgx_f32 pgx_row_of(int kind, const float *x, int64_t r) {
  if (r <= PGX_LANES) return pgx_head(pgx_load(x), r, pgx_neutral(kind));
  pgx_f32 a = pgx_load(x);
  int64_t i = PGX_LANES;
  for (; i + PGX_LANES <= r; i += PGX_LANES) a = pgx_join(kind, a, pgx_load(x + i));
  return i < r ? pgx_join(kind, a, pgx_head(pgx_load(x + i), r - i, pgx_neutral(kind))) : a;
}

/* The same for a long row: four vectors side by side. */
PGX_INLINE pgx_f32 pgx_long_row_of(int kind, const float *x, int64_t r, int64_t block) {
  const int64_t most = 4 * PGX_LANES * block;
  pgx_f32 total = pgx_splat(pgx_neutral(kind));
  for (int64_t i = 0; i < r;) {
    const int64_t end = r - i < most ? r : i + most;
    pgx_f32 a = pgx_splat(pgx_neutral(kind)), b = a, c = a, d = a;
    for (; i + 4 * PGX_LANES <= end; i += 4 * PGX_LANES) {
      a = pgx_join(kind, a, pgx_load(x + i));
      b = pgx_join(kind, b, pgx_load(x + i + PGX_LANES));
      c = pgx_join(kind, c, pgx_load(x + i + 2 * PGX_LANES));
      d = pgx_join(kind, d, pgx_load(x + i + 3 * PGX_LANES));
    }
    if (i < end) {
      a = pgx_join(kind, a, pgx_row_of(kind, x + i, end - i));
      i = end;
    }
    total = pgx_join(kind, total, pgx_join(kind, pgx_join(kind, a, b), pgx_join(kind, c, d)));
  }
  return total;
}

/* to[o] = the row o of r numbers, o in [first, last): of short rows as many at once as a vector has lanes. */
PGX_INLINE void pgx_rows(int kind, const float *restrict from, float *restrict to, int64_t first, int64_t last,
                         int64_t r, int64_t block) {
  if (r > 8 * PGX_LANES) {
    for (int64_t o = first; o < last; o++) to[o] = pgx_join_lanes(kind, pgx_long_row_of(kind, from + o * r, r, block));
    return;
  }
  int64_t o = first;
  for (; o + PGX_LANES <= last; o += PGX_LANES) {
    pgx_f32 square[PGX_LANES];
    for (int l = 0; l < PGX_LANES; l++) square[l] = pgx_row_of(kind, from + (o + l) * r, r);
    pgx_store(to + o, pgx_join_square(kind, square));
  }
  for (; o < last; o++) to[o] = pgx_join_lanes(kind, pgx_row_of(kind, from + o * r, r));
}

/* Rows so short that many of them make one vector: left to the compiler, which puts rows side by side. */
PGX_INLINE void pgx_short_rows(int kind, const float *restrict from, float *restrict to, int64_t first, int64_t last,
                                 int64_t r) {
  for (int64_t o = first; o < last; o++) {
    float value = r == 0 ? pgx_neutral(kind) : from[o * r];
    for (int64_t j = 1; j < r; j++) value = pgx_join_one(kind, value, from[o * r + j]);
    to[o] = value;
  }
}

/* `vectors` vectors side by side, down r rows `step` apart; even and odd rows apart, then together. */
PGX_INLINE void pgx_stripe(int kind, int vectors, const float *restrict from, float *restrict to, int64_t r,
                                  int64_t step, int64_t block, int64_t count) {
  pgx_f32 total[4], even[4], odd[4];
  PGX_UNROLL for (int v = 0; v < vectors; v++) total[v] = pgx_splat(pgx_neutral(kind));
  for (int64_t i = 0; i < r;) {
    const int64_t end = r - i < block ? r : i + block;
    PGX_UNROLL for (int v = 0; v < vectors; v++) even[v] = odd[v] = pgx_splat(pgx_neutral(kind));
    for (; i + 2 <= end; i += 2) {
      PGX_UNROLL for (int v = 0; v < vectors; v++) {
        even[v] = pgx_join(kind, even[v], pgx_load(from + i * step + v * PGX_LANES));
        odd[v] = pgx_join(kind, odd[v], pgx_load(from + (i + 1) * step + v * PGX_LANES));
      }
    }
    if (i < end) {
      PGX_UNROLL for (int v = 0; v < vectors; v++) even[v] = pgx_join(kind, even[v], pgx_load(from + i * step + v * PGX_LANES));
      i = end;
    }
    PGX_UNROLL for (int v = 0; v < vectors; v++) total[v] = pgx_join(kind, total[v], pgx_join(kind, even[v], odd[v]));
  }
  PGX_UNROLL for (int v = 0; v < vectors; v++) {
    if (count >= (v + 1) * PGX_LANES)
      pgx_store(to + v * PGX_LANES, total[v]);
    else
      pgx_store_part(to, total[v], count);
  }
}

/* to[j] = the column j of r rows of `inner` numbers, j in [first, last). */
PGX_INLINE void pgx_columns(int kind, const float *restrict from, float *restrict to, int64_t r, int64_t inner,
                                   int64_t first, int64_t last, int64_t block) {
  int64_t j = first;
  for (; j + 4 * PGX_LANES <= last; j += 4 * PGX_LANES)
    pgx_stripe(kind, 4, from + j, to + j, r, inner, block, 4 * PGX_LANES);
  for (; j < last; j += PGX_LANES)
    pgx_stripe(kind, 1, from + j, to + j, r, inner, block, last - j < PGX_LANES ? last - j : PGX_LANES);
}

/* Columns of rows of few numbers: `inner` vectors hold PGX_LANES whole rows; what lies `inner` apart is joined last. */
PGX_INLINE void pgx_narrow(int kind, const float *restrict from, float *restrict to, int64_t r, int64_t inner,
                                  int64_t block) {
  float whole[16 * PGX_LANES] __attribute__((aligned(PGX_WIDTH)));
  const int64_t n = r * inner, period = inner * PGX_LANES;
  int64_t i = 0;
  for (int64_t j = 0; j < inner; j++) to[j] = pgx_neutral(kind);
  if (n >= period) {
    pgx_f32 total[16];
    for (int64_t v = 0; v < inner; v++) total[v] = pgx_splat(pgx_neutral(kind));
    while (i + period <= n) {
      const int64_t end = n - i < block * period ? n : i + block * period;
      pgx_f32 part[16];
      for (int64_t v = 0; v < inner; v++) part[v] = pgx_splat(pgx_neutral(kind));
      for (; i + period <= end; i += period)
        for (int64_t v = 0; v < inner; v++) part[v] = pgx_join(kind, part[v], pgx_load(from + i + v * PGX_LANES));
      for (int64_t v = 0; v < inner; v++) total[v] = pgx_join(kind, total[v], part[v]);
    }
    for (int64_t v = 0; v < inner; v++) *(pgx_f32 *)(whole + v * PGX_LANES) = total[v];
    for (int64_t row = 0; row < PGX_LANES; row++)
      for (int64_t j = 0; j < inner; j++) to[j] = pgx_join_one(kind, to[j], whole[row * inner + j]);
  }
  for (; i < n; i += inner)
    for (int64_t j = 0; j < inner; j++) to[j] = pgx_join_one(kind, to[j], from[i + j]);
}

#define PGX_REDUCE(name, kind)                                                                                       \
  PGX_APART void name##_rows(const float *from, float *to, int64_t first, int64_t last, int64_t r, int64_t block) {  \
    pgx_rows(kind, from, to, first, last, r, block);                                                                 \
  }                                                                                                                  \
  PGX_APART void name##_columns(const float *from, float *to, int64_t r, int64_t inner, int64_t first, int64_t last, \
                                int64_t block) {                                                                     \
    pgx_columns(kind, from, to, r, inner, first, last, block);                                                       \
  }                                                                                                                  \
  PGX_APART void name##_narrow(const float *from, float *to, int64_t r, int64_t inner, int64_t block) {              \
    pgx_narrow(kind, from, to, r, inner, block);                                                                     \
  }                                                                                                                  \
  PGX_INLINE void name##_short(const float *from, float *to, int64_t first, int64_t last, int64_t r) {               \
    pgx_short_rows(kind, from, to, first, last, r);                                                                  \
  }
PGX_REDUCE(pgx_sum, PGX_SUM)
PGX_REDUCE(pgx_most, PGX_MOST)

#endif

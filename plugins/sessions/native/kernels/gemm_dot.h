/* Products with few columns, as dot products of rows that are contiguous in k.
 *
 * A row of C shorter than a vector would leave most lanes of the register tile idle. Here the lanes run along k:
 * PGX_LANES numbers of C at once, in rows x columns, whose sums are folded into one vector of totals at the end. 4 x 4
 * load 8 vectors for 16 multiply-adds, 8 x 2 load 10, 16 x 1 load 17.
 */
#ifndef PGX_GEMM_DOT_H
#define PGX_GEMM_DOT_H

#include "gemm_turn.h"

/* c[i*ci + j*cj] = sum over p < k of x[i*xi + p] * y[j*yj + p] for i in [row0, row1), k >= PGX_LANES; with more, added to
 * what is there. */
struct pgx_dots {
  int64_t k;
  const float *x, *y;
  int64_t xi, yj;
  float *c;
  int64_t ci, cj;
  int more;
};

PGX_INLINE void pgx_accumulate(pgx_f32 *sum, pgx_f32 left, pgx_f32 right) { *sum = pgx_fma(left, right, *sum); }

/* Columns [0, columns) of y, a power of two <= PGX_LANES. */
PGX_INLINE void pgx_dots(const int columns, const struct pgx_dots *dots, int64_t row0, int64_t row1) {
  const int rows = PGX_LANES / columns;
  const int64_t k = dots->k, whole = k / PGX_LANES * PGX_LANES;
  for (int64_t row = row0; row < row1; row += rows) {
    const float *x[PGX_LANES], *y[PGX_LANES];
    pgx_f32 sum[PGX_LANES];
    /* Rows beyond the last one repeat it. */
    PGX_UNROLL for (int i = 0; i < rows; i++) x[i] = dots->x + (row + i < row1 ? row + i : row1 - 1) * dots->xi;
    PGX_UNROLL for (int j = 0; j < columns; j++) y[j] = dots->y + j * dots->yj;
    PGX_UNROLL for (int i = 0; i < PGX_LANES; i++) sum[i] = (pgx_f32){0};
    for (int64_t p = 0; p < whole; p += PGX_LANES) {
      pgx_f32 right[PGX_LANES];
      PGX_UNROLL for (int j = 0; j < columns; j++) right[j] = pgx_load_once(y[j] + p);
      PGX_UNROLL for (int i = 0; i < rows; i++) {
        const pgx_f32 left = columns == 1 ? pgx_load(x[i] + p) : pgx_load_once(x[i] + p);
        PGX_UNROLL for (int j = 0; j < columns; j++) pgx_accumulate(sum + i * columns + j, left, right[j]);
      }
    }
    if (whole < k) {
      /* The last vectors of the rows, without the lanes that are counted already. */
      const int64_t p = k - PGX_LANES;
      const pgx_i32 mask = pgx_lanes_i32() >= (int32_t)(whole - p);
      pgx_f32 right[PGX_LANES];
      PGX_UNROLL for (int j = 0; j < columns; j++) right[j] = pgx_where(mask, pgx_load(y[j] + p));
      PGX_UNROLL for (int i = 0; i < rows; i++) {
        const pgx_f32 left = pgx_where(mask, pgx_load(x[i] + p));
        PGX_UNROLL for (int j = 0; j < columns; j++) pgx_accumulate(sum + i * columns + j, left, right[j]);
      }
    }
    const pgx_f32 total = pgx_fold_square(sum);
    float *c = dots->c + row * dots->ci;
    if (dots->cj == 1 && dots->ci == columns && row + rows <= row1) {
      pgx_store(c, dots->more ? pgx_load(c) + total : total);
    } else {
      for (int i = 0; i < rows && row + i < row1; i++)
        for (int j = 0; j < columns; j++) {
          float *to = c + i * dots->ci + j * dots->cj;
          *to = dots->more ? *to + total[i * columns + j] : total[i * columns + j];
        }
    }
  }
}

#define PGX_DOTS(columns)                                                                      \
  PGX_APART void pgx_dots_##columns(const struct pgx_dots *dots, int64_t row0, int64_t row1) { \
    pgx_dots(columns, dots, row0, row1);                                                       \
  }
PGX_DOTS(1)
PGX_DOTS(2)
PGX_DOTS(4)
#endif

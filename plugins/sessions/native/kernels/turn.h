/* Transposing COPY of large matrices: whole squares in registers, the edges number by number. */
#ifndef PGX_TURN_H
#define PGX_TURN_H

#include "gemm_turn.h"
#include "move.h"

/* to[j, i] = from[i, j] for i < m, j < n, rows `from_step` and `to_step` apart. */
PGX_APART void pgx_turn(const float *restrict from, int64_t from_step, float *restrict to, int64_t to_step, int64_t m,
                        int64_t n) {
  const int64_t rows = m - m % PGX_LANES, columns = n - n % PGX_LANES;
  for (int64_t i = 0; i < rows; i += PGX_LANES) {
    const float *row = from + i * from_step;
    for (int64_t j = 0; j < columns; j += PGX_LANES) pgx_turn_square(to + j * to_step + i, to_step, row + j, from_step);
    pgx_transpose(row + columns, from_step, to + columns * to_step + i, to_step, PGX_LANES, n - columns);
  }
  pgx_transpose(from + rows * from_step, from_step, to + rows, to_step, m - rows, n);
}

#endif

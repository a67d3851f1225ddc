/* Instructions that move numbers and compute little: FILL, GATHER, SCATTER, IOTA and the transposing COPY. */
#ifndef PGX_MOVE_H
#define PGX_MOVE_H

#include <stdint.h>
#include <string.h>

#define PGX_MOVE static inline __attribute__((unused))

PGX_MOVE void pgx_fill(float *to, int64_t n, float value) {
  for (int64_t i = 0; i < n; i++) to[i] = value;
}

/* The row that a float32 index names, or -1 when it is not a whole number in [0, n). */
PGX_MOVE int64_t pgx_row(float index, int64_t n) {
  if (!(index >= 0.0f) || !(index < (float)n)) return -1;
  const int64_t i = (int64_t)index;
  return i < n && (float)i == index ? i : -1;
}

/* to[i, :] = from[index[i], :] for i in [first, last); NaN where the index is out of range. */
PGX_MOVE void pgx_gather(const float *restrict from, const float *restrict index, float *restrict to, int64_t first,
                         int64_t last, int64_t n, int64_t width) {
  for (int64_t i = first; i < last; i++) {
    const int64_t at = pgx_row(index[i], n);
    if (at < 0)
      pgx_fill(to + i * width, width, __builtin_nanf(""));
    else
      memcpy(to + i * width, from + at * width, (size_t)width * sizeof(float));
  }
}

/* to [n, width] = 0, then to[index[i], :] += from[i, :] in the order of i; indices out of range are left out. */
PGX_MOVE void pgx_scatter(const float *restrict from, const float *restrict index, float *restrict to, int64_t m,
                          int64_t n, int64_t width) {
  memset(to, 0, (size_t)(n * width) * sizeof(float));
  for (int64_t i = 0; i < m; i++) {
    const int64_t at = pgx_row(index[i], n);
    if (at < 0) continue;
    for (int64_t j = 0; j < width; j++) to[at * width + j] += from[i * width + j];
  }
}

/* to[i] = i. */
PGX_MOVE void pgx_iota(float *to, int64_t n) {
  for (int64_t i = 0; i < n; i++) to[i] = (float)i;
}

/* to[j, i] = from[i, j] for i < m, j < n, rows `from_step` and `to_step` apart: blocks that stay in the nearest cache. */
PGX_MOVE void pgx_transpose(const float *restrict from, int64_t from_step, float *restrict to, int64_t to_step,
                            int64_t m, int64_t n) {
  enum { BLOCK = 16 };
  for (int64_t i0 = 0; i0 < m; i0 += BLOCK) {
    const int64_t i1 = i0 + BLOCK < m ? i0 + BLOCK : m;
    for (int64_t j0 = 0; j0 < n; j0 += BLOCK) {
      const int64_t j1 = j0 + BLOCK < n ? j0 + BLOCK : n;
      for (int64_t j = j0; j < j1; j++)
        for (int64_t i = i0; i < i1; i++) to[j * to_step + i] = from[i * from_step + j];
    }
  }
}

#endif

/* Products so small that gemm.h would take longer to compile than they will ever run, and those that add to C.
 *
 * c[i, j] (= or +=) sum over p of a[i*ai + p*ap] * b[p*bp + j*bj], a vector of j at a time; every number is summed in rising
 * order of p, blocks of PGX_SMALL_DEPTH apart. B is copied, PGX_LANES columns at once, unless its rows are contiguous.
 */
#ifndef PGX_GEMM_SMALL_H
#define PGX_GEMM_SMALL_H

#include "vector.h"

#define PGX_SMALL_DEPTH 128

PGX_APART void pgx_gemm_small(int64_t m, int64_t n, int64_t k, const float *a, int64_t ai, int64_t ap, const float *b,
                              int64_t bp, int64_t bj, float *c, int add) {
  float turned[PGX_SMALL_DEPTH * PGX_LANES] __attribute__((aligned(PGX_WIDTH)));
  if (k == 0 && !add) memset(c, 0, (size_t)(m * n) * sizeof(float));
  for (int64_t first = 0; first < k; first += PGX_SMALL_DEPTH, add = 1) {
    const int64_t depth = k - first < PGX_SMALL_DEPTH ? k - first : PGX_SMALL_DEPTH;
    for (int64_t j = 0; j < n; j += PGX_LANES) {
      const int64_t width = n - j < PGX_LANES ? n - j : PGX_LANES;
      const int whole = bj == 1 && width == PGX_LANES;
      const float *left = a + first * ap, *right = b + first * bp + j * bj;
      if (!whole) {
        memset(turned, 0, (size_t)depth * sizeof(pgx_f32));
        for (int64_t p = 0; p < depth; p++)
          for (int64_t q = 0; q < width; q++) turned[p * PGX_LANES + q] = right[p * bp + q * bj];
        right = turned;
      }
      const int64_t step = whole ? bp : PGX_LANES;
      for (int64_t i = 0; i < m; i++) {
        float *to = c + i * n + j;
        pgx_f32 sum = pgx_splat(0.0f);
        for (int64_t p = 0; p < depth; p++) sum += left[i * ai + p * ap] * pgx_load(right + p * step);
        if (width == PGX_LANES)
          pgx_store(to, add ? pgx_load(to) + sum : sum);
        else
          pgx_store_part(to, add ? pgx_load_part(to, width) + sum : sum, width);
      }
    }
  }
}

#endif

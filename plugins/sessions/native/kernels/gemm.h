/* C = op(A) op(B), float32, row-major and contiguous, on the rows [row0, row1) of C.
 *
 *   pgx_gemm_nn   A [m, k], B [k, n]        pgx_gemm_nt   A [m, k], B [n, k]
 *   pgx_gemm_tn   A [k, m], B [k, n]        pgx_gemm_tt   A [k, m], B [n, k]
 *
 * C is overwritten and overlaps neither A nor B. Nothing outside the tensors is read or written, nor is a row of C that
 * was not asked for. The numbers do not depend on how the rows are divided: m, n, k and the form alone decide in which
 * order a number of C is summed. Takes up to 320 KiB of stack.
 */
#ifndef PGX_GEMM_H
#define PGX_GEMM_H

#include "vector.h"

struct pgx_gemm {
  int64_t m, n, k;
  const float *a;
  int64_t ai, ap; /* from one row of op(A) to the next, from one step of k to the next */
  const float *b;
  int64_t bp, bj;
  float *c;
};

/* In gemm.c, which all libraries share as one compiled object. */
__attribute__((visibility("hidden"))) void pgx_gemm(const struct pgx_gemm *g, int64_t row0, int64_t row1);

#define PGX_GEMM(form, ai, ap, bp, bj)                                                                       \
  PGX_INLINE void pgx_gemm_##form(int64_t m, int64_t n, int64_t k, const float *a, const float *b, float *c, \
                                  int64_t row0, int64_t row1) {                                              \
    const struct pgx_gemm gemm = {m, n, k, a, ai, ap, b, bp, bj, c};                                         \
    pgx_gemm(&gemm, row0, row1);                                                                             \
  }
PGX_GEMM(nn, k, 1, n, 1)
PGX_GEMM(tn, 1, m, n, 1)
PGX_GEMM(nt, k, 1, 1, k)
PGX_GEMM(tt, 1, m, 1, k)
#endif

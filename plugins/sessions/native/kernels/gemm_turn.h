/* Squares of PGX_LANES x PGX_LANES numbers transposed, or summed along their rows, in registers.
 *
 * Both take log2(PGX_LANES) rounds. The round of distance d pairs the vectors whose numbers differ in bit d only, and
 * gives one vector of the lanes without bit d of both, one of the lanes with it. Keeping both transposes the square;
 * keeping their sum halves the number of vectors, until lane l of the last one is the sum of all lanes of vector l.
 */
#ifndef PGX_GEMM_TURN_H
#define PGX_GEMM_TURN_H

#include "vector.h"

/* Lanes picked by number out of two vectors. GCC before 12 has the second form only. */
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define PGX_PICK(x, y, ...) __builtin_shufflevector(x, y, __VA_ARGS__)
#endif
#endif
#ifndef PGX_PICK
#define PGX_PICK(x, y, ...) __builtin_shuffle(x, y, (pgx_i32){__VA_ARGS__})
#endif

#define PGX_PICK_4(of, d, l) of(d, l), of(d, (l) + 1), of(d, (l) + 2), of(d, (l) + 3)
#if PGX_LANES == 16
#define PGX_PICK_ALL(of, d) PGX_PICK_4(of, d, 0), PGX_PICK_4(of, d, 4), PGX_PICK_4(of, d, 8), PGX_PICK_4(of, d, 12)
#elif PGX_LANES == 8
#define PGX_PICK_ALL(of, d) PGX_PICK_4(of, d, 0), PGX_PICK_4(of, d, 4)
#else
#define PGX_PICK_ALL(of, d) PGX_PICK_4(of, d, 0)
#endif
#define PGX_WITHOUT(d, l) ((l) & (d) ? PGX_LANES + (l) - (d) : (l))
#define PGX_WITH(d, l) ((l) & (d) ? PGX_LANES + (l) : (l) + (d))

#define PGX_ROUND(d)                                                                          \
  PGX_UNROLL for (int i = 0; i < count; i++) {                                                \
    if (i & (d) || i + (d) >= count) continue;                                                \
    const pgx_f32 without = PGX_PICK(square[i], square[i + (d)], PGX_PICK_ALL(PGX_WITHOUT, d)); \
    const pgx_f32 with = PGX_PICK(square[i], square[i + (d)], PGX_PICK_ALL(PGX_WITH, d));     \
    square[i] = fold ? without + with : without;                                              \
    if (!fold) square[i + (d)] = with;                                                        \
  }                                                                                           \
  if (fold) count = (d);

PGX_INLINE void pgx_rounds(pgx_f32 square[PGX_LANES], const int fold) {
  int count = PGX_LANES;
#if PGX_LANES == 16
  PGX_ROUND(8)
#endif
#if PGX_LANES >= 8
  PGX_ROUND(4)
#endif
  PGX_ROUND(2)
  PGX_ROUND(1)
}

/* to[p*width + j] = from[j*stride + p]: one square transposed. */
PGX_INLINE void pgx_turn_square(float *to, int64_t width, const float *from, int64_t stride) {
  pgx_f32 square[PGX_LANES];
  PGX_UNROLL for (int j = 0; j < PGX_LANES; j++) square[j] = pgx_load(from + j * stride);
  pgx_rounds(square, 0);
  PGX_UNROLL for (int p = 0; p < PGX_LANES; p++) pgx_store(to + p * width, square[p]);
}

/* Lane l of the result is the sum of the lanes of vector l. */
PGX_INLINE pgx_f32 pgx_fold_square(pgx_f32 square[PGX_LANES]) {
  pgx_rounds(square, 1);
  return square[0];
}
#endif

/* The register tile: the sums of PGX_ROWS x PGX_VECTORS vectors of C stay in registers while k runs.
 *
 * Each step of k loads PGX_VECTORS vectors of B and multiplies them by one number of A in each row, so PGX_ROWS +
 * PGX_VECTORS loads feed PGX_ROWS * PGX_VECTORS multiply-adds. They need as many registers for the sums, PGX_VECTORS
 * for B and one for A:
 *
 *   32 registers (AVX-512, NEON)   8 x 3: 24 + 3 + 1 = 28. 11 loads for 24 multiply-adds.
 *   16 registers (AVX, SSE)        6 x 2: 12 + 2 + 1 = 15. 8 loads for 12 multiply-adds; 4 x 3 would spare no register.
 *
 * 12 or more sums also hide the latency of two pipelines of 4 to 5 cycles each. Fewer rows than a tile are done two and
 * one at a time: more shapes gain nothing, as loading B is then what takes the time.
 *
 * Every number of C is one chain of multiply-adds over k in rising order, whatever the tile it is computed in. So tiles
 * may overlap: what a tile computes a second time has the same bits.
 */
#ifndef PGX_GEMM_TILE_H
#define PGX_GEMM_TILE_H

#include "vector.h"

#if PGX_WIDTH == 64 || defined(__aarch64__)
#define PGX_ROWS 8
#define PGX_VECTORS 3
#else
#define PGX_ROWS 6
#define PGX_VECTORS 2
#endif

/* Steps of k from which on a tile asks for memory ahead of its use: a shorter one is over before it comes. */
#define PGX_AHEAD 64

/* c[i*ldc + j] = sum over p < k of a[i*ai + p*ap] * b[p*ldb + j], one panel of columns wide; or += where add is set,
 * except in the first `done` < PGX_LANES columns. Where `fresh` is set no panel before this one has read A. */
struct pgx_panel {
  int64_t k;
  const float *a;
  int64_t ai, ap;
  const float *b;
  int64_t ldb;
  float *c;
  int64_t ldc;
  int add, done, fresh;
};

/* Asks for the lines of C that the tile will write, and for the next tile's rows of A. Rows lie hundreds of bytes apart,
 * which the processor does not foresee, and a line from beyond the second cache takes about as long as a short tile. */
PGX_INLINE void pgx_tile_ahead(const int rows, const int vectors, const struct pgx_panel *panel, int64_t row,
                               int next) {
  PGX_UNROLL for (int i = 0; i < rows; i++) {
    PGX_UNROLL for (int j = 0; j < vectors; j++) pgx_will_write(panel->c + (row + i) * panel->ldc + j * PGX_LANES);
  }
  if (!next || !panel->fresh || panel->ap != 1) return;
  for (int i = 0; i < rows; i++) {
    const float *later = panel->a + (row + rows + i) * panel->ai;
    for (int64_t p = 0; p < panel->k; p += PGX_LINE) pgx_will_read(later + p);
  }
}

/* Rows [row0, row1) of a panel, row1 >= rows. The last tile ends at row1, and leaves alone the rows that are done. */
PGX_INLINE void pgx_tiles(const int rows, const int vectors, const struct pgx_panel *panel, int64_t row0,
                          int64_t row1) {
  const int64_t k = panel->k, ai = panel->ai, ap = panel->ap, ldb = panel->ldb, ldc = panel->ldc;
  const int add = panel->add;
  const pgx_i32 open = pgx_lanes_i32() >= panel->done;
  for (int64_t next = row0; next < row1; next += rows) {
    const int64_t row = next + rows <= row1 ? next : row1 - rows;
    /* Two pointers into A: seven multiples of ai would not leave enough registers for all else. */
    const int half = (rows + 1) / 2;
    const float *a = panel->a + row * ai, *lower = a + half * ai, *b = panel->b;
    if (k >= PGX_AHEAD) pgx_tile_ahead(rows, vectors, panel, row, row + 2 * rows <= row1);
    pgx_f32 sum[PGX_ROWS][PGX_VECTORS];
    PGX_UNROLL for (int i = 0; i < rows; i++) {
      PGX_UNROLL for (int j = 0; j < vectors; j++) sum[i][j] = (pgx_f32){0};
    }
    PGX_FOUR for (int64_t p = 0; p < k; p++, a += ap, lower += ap, b += ldb) {
      pgx_f32 right[PGX_VECTORS];
      PGX_UNROLL for (int j = 0; j < vectors; j++) right[j] = pgx_load_once(b + j * PGX_LANES);
      PGX_UNROLL for (int i = 0; i < rows; i++) {
        const pgx_f32 left = pgx_splat(i < half ? a[i * ai] : lower[(i - half) * ai]);
        PGX_UNROLL for (int j = 0; j < vectors; j++) sum[i][j] = pgx_fma(left, right[j], sum[i][j]);
      }
    }
    float *c = panel->c + row * ldc;
    if (add || row < next) {
      PGX_UNROLL for (int i = 0; i < rows; i++) {
        if (row + i < next) continue; /* perhaps another thread's */
        if (add) {
          sum[i][0] = pgx_where(open, sum[i][0]);
          PGX_UNROLL for (int j = 0; j < vectors; j++) sum[i][j] += pgx_load(c + i * ldc + j * PGX_LANES);
        }
        PGX_UNROLL for (int j = 0; j < vectors; j++) pgx_store(c + i * ldc + j * PGX_LANES, sum[i][j]);
      }
    } else {
      PGX_UNROLL for (int i = 0; i < rows; i++) {
        PGX_UNROLL for (int j = 0; j < vectors; j++) pgx_store(c + i * ldc + j * PGX_LANES, sum[i][j]);
      }
    }
  }
}

#define PGX_TILES(rows, vectors)                                                                           \
  PGX_APART void pgx_tiles_##rows##x##vectors(const struct pgx_panel *panel, int64_t row0, int64_t row1) { \
    pgx_tiles(rows, vectors, panel, row0, row1);                                                           \
  }
PGX_TILES(1, 1)
PGX_TILES(1, 2)
PGX_TILES(2, 1)
PGX_TILES(2, 2)
#if PGX_ROWS == 8
PGX_TILES(1, 3)
PGX_TILES(2, 3)
PGX_TILES(8, 1)
PGX_TILES(8, 2)
PGX_TILES(8, 3)
#else
PGX_TILES(6, 1)
PGX_TILES(6, 2)
#endif
#endif

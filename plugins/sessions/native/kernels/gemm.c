/* Matrix products: which kernel a product is given to, and in which blocks. */
#include "gemm.h"
#include "gemm_dot.h"
#include "gemm_tile.h"

/* Steps of k between two additions to C. A panel of B, 256 x 48 x 4 bytes = 48 KiB, comes from the second cache, which
 * gives a tile more than the 192 bytes it wants every 12 to 24 cycles; a tile's rows of A, 8 KiB, stay in the first. */
#define PGX_DEPTH 256
/* Rows over which the panels pass before the next ones: their 256 columns of A stay in the second cache. Of the processors
 * with AVX-512 it has 1 MiB and more, of others from 256 KiB on, a part of which B wants. Copying a panel pays off over more rows. */
#if PGX_LANES == 16
#define PGX_BLOCK 512
#define PGX_PACKED_BLOCK 512
#else
#define PGX_BLOCK 96
#define PGX_PACKED_BLOCK 288
#endif
/* The same where A is stored [k, m], and turned: in its own form a tile would take a line of cache a step of k for its few
 * columns, as much as the panel of B beside it. Each block copies B anew: from PGX_LEFT_COPY rows on that pays off. */
#if PGX_LANES == 16
#define PGX_LEFT_BLOCK 208
#else
#define PGX_LEFT_BLOCK 96
#endif
#define PGX_LEFT_COPY 48
/* From one turned row to the next: not a power of two, so that rows lie in different sets of the first cache. */
#define PGX_LEFT_STRIDE (PGX_DEPTH + 16)
/* Columns of A and of C from which on turning is worth it: short rows of A share lines, few columns of C read it too seldom. */
#define PGX_LEFT_LEAST 65
#define PGX_LEFT_COLUMNS 32
/* Numbers of a B that is copied panel by panel: far beyond the second cache, rows that lie apart come slowly. */
#define PGX_LARGE 262144
/* Columns of a full panel. */
#define PGX_PANEL (PGX_VECTORS * PGX_LANES)

static int64_t pgx_least(int64_t a, int64_t b) { return a < b ? a : b; }

/* Vectors of the next panel where left of n >= PGX_LANES columns are to do: the last four are 2 + 2, not 3 + 1. */
static int64_t pgx_panel_vectors(int64_t left, int64_t n) {
  const int64_t vectors = (left + PGX_LANES - 1) / PGX_LANES;
  const int64_t wanted = vectors == PGX_VECTORS + 1 ? (vectors + 1) / 2 : pgx_least(vectors, PGX_VECTORS);
  return pgx_least(wanted, n / PGX_LANES);
}

static void pgx_tiles_any(int64_t vectors, const struct pgx_panel *panel, int64_t row0, int64_t row1) {
  typedef void (*tiles)(const struct pgx_panel *, int64_t, int64_t);
#if PGX_ROWS == 8
  static const tiles all[3][3] = {{pgx_tiles_1x1, pgx_tiles_1x2, pgx_tiles_1x3},
                                  {pgx_tiles_2x1, pgx_tiles_2x2, pgx_tiles_2x3},
                                  {pgx_tiles_8x1, pgx_tiles_8x2, pgx_tiles_8x3}};
#else
  static const tiles all[3][2] = {
      {pgx_tiles_1x1, pgx_tiles_1x2}, {pgx_tiles_2x1, pgx_tiles_2x2}, {pgx_tiles_6x1, pgx_tiles_6x2}};
#endif
  all[row1 >= PGX_ROWS ? 2 : row1 >= 2 ? 1 : 0][vectors - 1](panel, row0, row1);
}

/* to[p*width + j] = b[p*bp + j*bj], width a multiple of PGX_LANES. */
static void pgx_pack(float *to, int64_t width, const float *b, int64_t bp, int64_t bj, int64_t depth) {
  if (bj == 1) {
    for (int64_t p = 0; p < depth; p++)
      for (int64_t j = 0; j < width; j += PGX_LANES) pgx_store(to + p * width + j, pgx_load(b + p * bp + j));
  } else if (bp == 1 && depth >= PGX_LANES) {
    for (int64_t j = 0; j < width; j += PGX_LANES)
      for (int64_t next = 0; next < depth; next += PGX_LANES) {
        const int64_t p = pgx_least(next, depth - PGX_LANES);
        pgx_turn_square(to + p * width + j, width, b + p + j * bj, bj);
      }
  } else {
    for (int64_t p = 0; p < depth; p++)
      for (int64_t j = 0; j < width; j++) to[p * width + j] = b[p * bp + j * bj];
  }
}

/* to[i*PGX_LEFT_STRIDE + q] = a[q*ap + i] for i < rows, q < depth, both >= PGX_LANES. */
static void pgx_turn(float *to, const float *a, int64_t ap, int64_t rows, int64_t depth) {
  for (int64_t i = 0; i < rows; i += PGX_LANES)
    for (int64_t q = 0; q < depth; q += PGX_LANES) {
      const int64_t row = pgx_least(i, rows - PGX_LANES), step = pgx_least(q, depth - PGX_LANES);
      pgx_turn_square(to + row * PGX_LEFT_STRIDE + step, PGX_LEFT_STRIDE, a + step * ap + row, ap);
    }
}

/* The steps [first, last) of k, panel by panel, the last one up to column n. What it computes a second time has the same
 * bits, and is not added a second time. */
PGX_APART void pgx_panels(const struct pgx_gemm *g, int64_t row0, int64_t row1, int64_t first, int64_t last, int pack,
                          int turn) {
  const int64_t block = turn ? PGX_LEFT_BLOCK : pack ? PGX_PACKED_BLOCK : PGX_BLOCK;
  float packed[PGX_DEPTH * PGX_PANEL] __attribute__((aligned(64)));
  float left[PGX_LEFT_BLOCK * PGX_LEFT_STRIDE] __attribute__((aligned(64)));
  for (int64_t row = row0; row < row1; row += block) {
    const int64_t end = pgx_least(row + block, row1);
    for (int64_t p = first; p < last; p += PGX_DEPTH) {
      const int64_t depth = pgx_least(PGX_DEPTH, last - p);
      const int turns = turn && end - row >= PGX_LANES && depth >= PGX_LANES;
      if (turns) pgx_turn(left, g->a + p * g->ap + row, g->ap, end - row, depth);
      for (int64_t next = 0; next < g->n;) {
        const int64_t vectors = pgx_panel_vectors(g->n - next, g->n), width = vectors * PGX_LANES;
        const int64_t column = pgx_least(next, g->n - width);
        struct pgx_panel panel = {depth, g->a + p * g->ap, g->ai, g->ap, g->b + p * g->bp + column * g->bj, g->bp,
                                  g->c + column, g->n, p > 0, (int)(next - column), next == 0 && !turns};
        if (pack) {
          pgx_pack(packed, width, panel.b, g->bp, g->bj, depth);
          panel.b = packed;
          panel.ldb = width;
        }
        if (turns) {
          panel.a = left;
          panel.ai = PGX_LEFT_STRIDE;
          panel.ap = 1;
          panel.c += row * g->n;
        }
        pgx_tiles_any(vectors, &panel, turns ? 0 : row, turns ? end - row : end);
        next = column + width;
      }
    }
  }
}

/* n >= PGX_LANES. Where A is turned all rows take the same few steps of k before the next: B, of as many rows, stays in the
 * second cache for all of them. It is copied unless there are few. */
PGX_INLINE void pgx_gemm_panels(const struct pgx_gemm *g, int64_t row0, int64_t row1, int pack) {
  const int turn = g->ai == 1 && g->ap >= PGX_LEFT_LEAST && g->n >= PGX_LEFT_COLUMNS;
  const int64_t slice = turn ? PGX_DEPTH : g->k;
  for (int64_t p = 0; p < g->k; p += slice)
    pgx_panels(g, row0, row1, p, pgx_least(p + slice, g->k), pack || (turn && row1 - row0 >= PGX_LEFT_COPY), turn);
}

/* n < PGX_LANES <= m, A stored [k, m]: the same for C transposed, whose rows are long. Reading A takes the time, so all
 * of its 256 rows are read before the next. */
#define PGX_TURNED 8192
PGX_APART void pgx_gemm_turned(const struct pgx_gemm *g, int64_t row0, int64_t row1) {
  float turned[PGX_TURNED] __attribute__((aligned(64)));
  const int64_t n = g->n, most = PGX_TURNED / n / PGX_LANES * PGX_LANES;
  for (int64_t next = row0; next < row1;) {
    const int64_t wanted = (row1 - next + PGX_LANES - 1) / PGX_LANES * PGX_LANES;
    const int64_t length = pgx_least(pgx_least(wanted, most), g->m), row = pgx_least(next, g->m - length);
    for (int64_t p = 0; p < g->k; p += PGX_DEPTH)
      for (int64_t done = 0; done < length;) {
        const int64_t vectors = pgx_panel_vectors(length - done, length), width = vectors * PGX_LANES;
        const int64_t column = pgx_least(done, length - width);
        const struct pgx_panel panel = {pgx_least(PGX_DEPTH, g->k - p), g->b + p * g->bp, g->bj, g->bp,
                                        g->a + p * g->ap + row + column, g->ap, turned + column, length, p > 0,
                                        (int)(done - column), 0};
        pgx_tiles_any(vectors, &panel, 0, n);
        done = column + width;
      }
    for (; next < row1 && next < row + length; next++)
      for (int64_t j = 0; j < n; j++) g->c[next * n + j] = turned[j * length + next - row];
  }
}

/* to[p*PGX_LANES + j] = b[p*bp + j*bj], zeros from column n on, for p in [first, first + depth) of k. */
static void pgx_pad(float *to, const struct pgx_gemm *g, int64_t first, int64_t depth) {
  const int64_t n = g->n;
  for (int64_t p = first; p < first + depth; p++, to += PGX_LANES) {
    const float *b = g->b + p * g->bp;
    if (g->bj != 1) {
      for (int64_t j = 0; j < PGX_LANES; j++) to[j] = j < n ? b[j * g->bj] : 0;
    } else if ((g->k - p) * n >= PGX_LANES) {
      pgx_store(to, pgx_where(pgx_lanes_i32() < (int32_t)n, pgx_load(b)));
    } else {
      pgx_store(to, pgx_load_part(b, n));
    }
  }
}

/* n < PGX_LANES: B and C with zeros up to a whole vector. */
#define PGX_PADDED_ROWS 256
PGX_APART void pgx_gemm_padded(const struct pgx_gemm *g, int64_t row0, int64_t row1) {
  float right[PGX_DEPTH * PGX_LANES] __attribute__((aligned(64)));
  float out[PGX_PADDED_ROWS * PGX_LANES] __attribute__((aligned(64)));
  for (int64_t row = row0; row < row1; row += PGX_PADDED_ROWS) {
    const int64_t rows = pgx_least(PGX_PADDED_ROWS, row1 - row), n = g->n;
    for (int64_t p = 0; p < g->k; p += PGX_DEPTH) {
      const int64_t depth = pgx_least(PGX_DEPTH, g->k - p);
      pgx_pad(right, g, p, depth);
      const struct pgx_panel panel = {
          depth, g->a + row * g->ai + p * g->ap, g->ai, g->ap, right, PGX_LANES, out, PGX_LANES, p > 0, 0, 1};
      pgx_tiles_any(1, &panel, 0, rows);
    }
    for (int64_t i = 0; i < rows; i++) {
      const pgx_f32 sum = pgx_load(out + i * PGX_LANES);
      /* What goes beyond a row is overwritten by the next one. */
      if ((rows - i) * n >= PGX_LANES) pgx_store(g->c + (row + i) * n, sum);
      else pgx_store_part(g->c + (row + i) * n, sum, n);
    }
  }
}

/* Few columns: dot products with up to four at once, turned first unless they are contiguous in k (yp = 1). */
#define PGX_DOT_DEPTH 2048
static void pgx_dots_any(struct pgx_dots dots, int64_t yp, int64_t n, int64_t row0, int64_t row1) {
  float turned[4 * PGX_DOT_DEPTH];
  const float *y = dots.y;
  const int64_t yj = dots.yj;
  if (yp != 1) dots.yj = dots.k;
  while (n > 0) {
    const int64_t columns = n >= 4 ? 4 : n >= 2 ? 2 : 1;
    if (yp == 1) {
      dots.y = y;
    } else {
      dots.y = turned;
      for (int64_t j = 0; j < columns; j++)
        for (int64_t p = 0; p < dots.k; p++) turned[j * dots.k + p] = y[p * yp + j * yj];
    }
    (columns == 4 ? pgx_dots_4 : columns == 2 ? pgx_dots_2 : pgx_dots_1)(&dots, row0, row1);
    y += columns * yj;
    dots.c += columns * dots.cj;
    n -= columns;
  }
}

/* Steps of k between two additions to C where rows are long: 16 rows of them, 512 KiB, stay in the second cache while four
 * columns after four others pass over them. */
#define PGX_DOT_BLOCK 8192
PGX_APART void pgx_gemm_dots(struct pgx_dots dots, int64_t yp, int64_t n, int64_t row0, int64_t row1) {
  int64_t left = dots.k;
  while (left > 0) {
    dots.k = left < PGX_DOT_BLOCK + PGX_LANES ? left : PGX_DOT_BLOCK;
    pgx_dots_any(dots, yp, n, row0, row1);
    dots.x += dots.k;
    dots.y += dots.k;
    dots.more = 1;
    left -= dots.k;
  }
}

void pgx_gemm(const struct pgx_gemm *g, int64_t row0, int64_t row1) {
  const int64_t m = g->m, n = g->n, k = g->k;
  if (row0 >= row1 || n <= 0) return;
  if (k <= 0) {
    for (int64_t i = row0 * n; i < row1 * n; i++) g->c[i] = 0;
    return;
  }
  const int pack = g->bj != 1 || (n * k > PGX_LARGE && row1 - row0 >= 64);
  const int long_rows = k >= 4 * PGX_LANES;
  const int short_rows = g->bp == 1 ? n < PGX_LANES : n <= PGX_LANES / 2 && k <= PGX_DOT_DEPTH;
  if (long_rows && short_rows && g->ap == 1) {
    const struct pgx_dots dots = {k, g->a, g->b, g->ai, g->bj, g->c, n, 1, 0};
    pgx_gemm_dots(dots, g->bp, n, row0, row1);
  } else if (long_rows && m <= 4 && g->bp == 1 && (g->ap == 1 || k <= PGX_DOT_DEPTH)) {
    const struct pgx_dots dots = {k, g->b, g->a + row0 * g->ai, g->bj, g->ai, g->c + row0 * n, 1, n, 0};
    pgx_gemm_dots(dots, g->ap, row1 - row0, 0, n);
  } else if (n >= PGX_LANES) {
    pgx_gemm_panels(g, row0, row1, pack);
  } else if (m >= PGX_LANES && g->ai == 1) {
    pgx_gemm_turned(g, row0, row1);
  } else {
    pgx_gemm_padded(g, row0, row1);
  }
}

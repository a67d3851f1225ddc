/* Vectors of PGX_WIDTH bytes by the vector extensions GCC and Clang share.
 *
 * The width is that of the widest registers of the machine the library is compiled on: 64 bytes with AVX-512, 32 with
 * AVX, 16 otherwise (SSE2, NEON); -DPGX_WIDTH=16 asks for less. The same source serves all of them.
 */
#ifndef PGX_VECTOR_H
#define PGX_VECTOR_H

#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
#define PGX_WIDEST 64
#elif defined(__AVX__)
#define PGX_WIDEST 32
#else
#define PGX_WIDEST 16
#endif
#if !defined(PGX_WIDTH) || PGX_WIDTH > PGX_WIDEST
#undef PGX_WIDTH
#define PGX_WIDTH PGX_WIDEST
#endif

/* Numbers in one vector. */
#define PGX_LANES (PGX_WIDTH / 4)

/* Arguments and results are always inlined, so that no calling convention for wide vectors is ever involved. */
#define PGX_INLINE static inline __attribute__((always_inline, unused))

/* A function that is called. Not cloned: a copy for each call with constant sizes would only cost time to compile. */
#if defined(__clang__)
#define PGX_APART static __attribute__((noinline, unused))
#else
#define PGX_APART static __attribute__((noinline, noclone, unused))
#endif

/* PGX_UNROLL: before a loop of few, constant turns over an array of vectors: unrolled, the array lives in registers.
 * PGX_FOUR: before a loop of many turns, four of which share what it takes to count them. */
#if defined(__clang__)
#define PGX_UNROLL _Pragma("clang loop unroll(full)")
#define PGX_FOUR _Pragma("clang loop unroll_count(4)")
#else
#define PGX_UNROLL _Pragma("GCC unroll 16")
#define PGX_FOUR _Pragma("GCC unroll 4")
#endif

typedef float pgx_f32 __attribute__((vector_size(PGX_WIDTH)));
typedef int32_t pgx_i32 __attribute__((vector_size(PGX_WIDTH)));
typedef uint32_t pgx_u32 __attribute__((vector_size(PGX_WIDTH)));

/* The same at any address, and allowed to alias numbers of other types. */
typedef float pgx_f32u __attribute__((vector_size(PGX_WIDTH), aligned(4), may_alias));
typedef int32_t pgx_i32u __attribute__((vector_size(PGX_WIDTH), aligned(4), may_alias));
typedef uint32_t pgx_u32u __attribute__((vector_size(PGX_WIDTH), aligned(4), may_alias));

PGX_INLINE pgx_f32 pgx_load(const float *from) { return *(const pgx_f32u *)from; }
PGX_INLINE void pgx_store(float *to, pgx_f32 value) { *(pgx_f32u *)to = value; }

/* The same, in a register for all its uses: GCC would rather load it again for each. */
PGX_INLINE pgx_f32 pgx_load_once(const float *from) {
  pgx_f32 value = *(const pgx_f32u *)from;
#if defined(__clang__)
#elif defined(__AVX512F__)
  __asm__("" : "+v"(value));
#elif defined(__SSE2__)
  __asm__("" : "+x"(value));
#elif defined(__aarch64__)
  __asm__("" : "+w"(value));
#endif
  return value;
}

/* Numbers of a line of cache. */
#define PGX_LINE 16
/* Ask for a line that is read or written soon; the address may be any. */
PGX_INLINE void pgx_will_read(const float *at) { __builtin_prefetch(at, 0, 3); }
PGX_INLINE void pgx_will_write(const float *at) { __builtin_prefetch(at, 1, 3); }

/* Less zero, as plus zero would turn -0 into 0: the compiler sees that nothing is left to do. */
PGX_INLINE pgx_f32 pgx_splat(float value) { return value - (pgx_f32){0}; }

/* a * b + c, rounded once where the machine can. -ffp-contract=fast alone does not promise it: GCC, tuned for some
 * machines, leaves a lone chain of such sums in a loop apart, and the same sum would differ from loop to loop. */
PGX_INLINE pgx_f32 pgx_fma(pgx_f32 a, pgx_f32 b, pgx_f32 c) {
#if defined(__clang__) || !defined(__FMA__)
  return a * b + c;
#elif PGX_WIDTH == 64
  return __builtin_ia32_vfmaddps512_mask(a, b, c, -1, 4);
#elif PGX_WIDTH == 32
  return __builtin_ia32_vfmaddps256(a, b, c);
#else
  return __builtin_ia32_vfmaddps(a, b, c);
#endif
}

PGX_INLINE pgx_i32 pgx_load_i32(const int32_t *from) { return *(const pgx_i32u *)from; }
PGX_INLINE void pgx_store_i32(int32_t *to, pgx_i32 value) { *(pgx_i32u *)to = value; }
PGX_INLINE pgx_i32 pgx_splat_i32(int32_t value) { return (pgx_i32){0} + value; }

/* The bits of a vector read as another kind of number. */
PGX_INLINE pgx_i32 pgx_bits(pgx_f32 value) { return (pgx_i32)value; }
PGX_INLINE pgx_f32 pgx_from_bits(pgx_i32 value) { return (pgx_f32)value; }

/* mask ? a : b lane by lane, mask all ones or all zeros in a lane as comparisons give it. */
PGX_INLINE pgx_f32 pgx_select(pgx_i32 mask, pgx_f32 a, pgx_f32 b) {
  return (pgx_f32)((mask & (pgx_i32)a) | (~mask & (pgx_i32)b));
}

/* mask ? a : 0 */
PGX_INLINE pgx_f32 pgx_where(pgx_i32 mask, pgx_f32 a) { return (pgx_f32)(mask & (pgx_i32)a); }

/* 0, 1, 2, ... */
PGX_INLINE pgx_i32 pgx_lanes_i32(void) {
#if PGX_LANES == 16
  return (pgx_i32){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#elif PGX_LANES == 8
  return (pgx_i32){0, 1, 2, 3, 4, 5, 6, 7};
#else
  return (pgx_i32){0, 1, 2, 3};
#endif
}

/* The first count < PGX_LANES numbers, zeros after them: nothing beyond them is touched. */
#if defined(__has_builtin)
#if PGX_WIDTH == 64 && defined(__AVX512F__)
#define PGX_MASKS __has_builtin(__builtin_ia32_loadups512_mask)
#elif PGX_WIDTH == 32 && defined(__AVX__)
#define PGX_MASKS __has_builtin(__builtin_ia32_maskloadps256)
#endif
#endif
#ifndef PGX_MASKS
#define PGX_MASKS 0
#endif

#if PGX_MASKS && PGX_WIDTH == 64
PGX_INLINE pgx_f32 pgx_load_part(const float *from, int64_t count) {
  return __builtin_ia32_loadups512_mask(from, (pgx_f32){0}, (unsigned short)((1u << count) - 1));
}
PGX_INLINE void pgx_store_part(float *to, pgx_f32 value, int64_t count) {
  __builtin_ia32_storeups512_mask(to, value, (unsigned short)((1u << count) - 1));
}
#elif PGX_MASKS
PGX_INLINE pgx_f32 pgx_load_part(const float *from, int64_t count) {
  return __builtin_ia32_maskloadps256((const pgx_f32 *)from, pgx_lanes_i32() < (int32_t)count);
}
PGX_INLINE void pgx_store_part(float *to, pgx_f32 value, int64_t count) {
  __builtin_ia32_maskstoreps256((pgx_f32 *)to, pgx_lanes_i32() < (int32_t)count, value);
}
#else
PGX_INLINE pgx_f32 pgx_load_part(const float *from, int64_t count) {
  float whole[PGX_LANES] __attribute__((aligned(PGX_WIDTH))) = {0};
  memcpy(whole, from, (size_t)count * sizeof(float));
  return *(const pgx_f32 *)whole;
}
PGX_INLINE void pgx_store_part(float *to, pgx_f32 value, int64_t count) {
  memcpy(to, &value, (size_t)count * sizeof(float));
}
#endif

/* The sum of all lanes, upper halves added to lower ones: the same order on every machine of one width. Unions cut the
 * vectors, as GCC before 12 has no __builtin_shufflevector. */
typedef float pgx_f32x8 __attribute__((vector_size(32)));
typedef float pgx_f32x4 __attribute__((vector_size(16)));

PGX_INLINE float pgx_total_4(pgx_f32x4 value) {
  return (value[0] + value[2]) + (value[1] + value[3]);
}

PGX_INLINE float pgx_total_8(pgx_f32x8 value) {
  union {
    pgx_f32x8 whole;
    pgx_f32x4 half[2];
  } cut = {value};
  return pgx_total_4(cut.half[0] + cut.half[1]);
}

PGX_INLINE float pgx_total(pgx_f32 value) {
#if PGX_LANES == 16
  union {
    pgx_f32 whole;
    pgx_f32x8 half[2];
  } cut = {value};
  return pgx_total_8(cut.half[0] + cut.half[1]);
#elif PGX_LANES == 8
  return pgx_total_8(value);
#else
  return pgx_total_4(value);
#endif
}

#endif

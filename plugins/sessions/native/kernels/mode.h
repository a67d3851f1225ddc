/* Numbers below 2^-126 count as zero while a plan runs.
 *
 * A processor takes a hundred cycles and more for an operation on a denormal number, and dying gradients are full of
 * them. The mode belongs to a thread, so it is set when a plan is entered and set back when it is left: JavaScript's
 * own numbers keep theirs. Where a processor's mode is unknown nothing is done.
 */
#ifndef PGX_MODE_H
#define PGX_MODE_H

#include <stdint.h>

typedef uint64_t pgx_mode;

#if defined(__SSE2__)

/* MXCSR: results flushed (bit 15), operands too (bit 6). */
static inline pgx_mode pgx_mode_enter(void) {
  const unsigned int old = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(old | 0x8040);
  return old;
}

static inline void pgx_mode_leave(pgx_mode old) { __builtin_ia32_ldmxcsr((unsigned int)old); }

#elif defined(__aarch64__)

/* FPCR: results and operands flushed (bit 24). */
static inline pgx_mode pgx_mode_enter(void) {
  pgx_mode old;
  __asm__ volatile("mrs %0, fpcr" : "=r"(old));
  __asm__ volatile("msr fpcr, %0" : : "r"(old | (1 << 24)) : "memory");
  return old;
}

static inline void pgx_mode_leave(pgx_mode old) { __asm__ volatile("msr fpcr, %0" : : "r"(old) : "memory"); }

#else

static inline pgx_mode pgx_mode_enter(void) { return 0; }
static inline void pgx_mode_leave(pgx_mode old) { (void)old; }

#endif
#endif

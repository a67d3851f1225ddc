/* Threads that share the large instructions of a plan with the thread that runs it.
 *
 * The threads are made at the first instruction that asks for them and kept: they watch for the next one for a moment,
 * as instructions follow each other closely, then sleep. The instruction is cut into more parts than there are threads,
 * and whoever is free takes the next, the caller too: a thread that wakes late, or lost its core, holds nobody up. One
 * instruction is shared at a time. A second caller finding the threads taken does its work alone, with the same
 * numbers, as no number may depend on how an instruction is cut.
 */
#ifndef PGX_THREADS_H
#define PGX_THREADS_H

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "mode.h"

#define PGX_THREADS_MOST 256
/* Parts for each thread: two even out what the machine gives each core, more would pack a matrix more often. */
#define PGX_PARTS_EACH 2
/* How long to watch before going to sleep: about as long as it takes to be woken. */
#define PGX_WATCH_NS 50000
/* For a thread of the pool; a product takes up to 160 KiB of it. */
#define PGX_STACK (1 << 20)

typedef void (*pgx_work)(void *context, int32_t part, int32_t parts);

static struct {
  int taken; /* by a caller */
  /* Generation (32 bits), parts (16), parts handed out (16): one word, so that a late thread cannot take a part of an
   * instruction that is over. */
  uint64_t ticket;
  pgx_work work; /* these two are written only when all parts are done */
  void *context;
  int32_t done; /* parts */
  int32_t sleepers, count;
  int ending;
  pid_t owner;
  pthread_t threads[PGX_THREADS_MOST];
  pthread_mutex_t lock; /* of the two conditions */
  pthread_cond_t begun, finished;
} pgx_pool = {
    .lock = PTHREAD_MUTEX_INITIALIZER, .begun = PTHREAD_COND_INITIALIZER, .finished = PTHREAD_COND_INITIALIZER};

static int pgx_parts_left(void) {
  const uint64_t ticket = __atomic_load_n(&pgx_pool.ticket, __ATOMIC_SEQ_CST);
  return (ticket & 0xffff) < (ticket >> 16 & 0xffff);
}

static int pgx_parts_done(void) {
  const uint64_t ticket = __atomic_load_n(&pgx_pool.ticket, __ATOMIC_RELAXED);
  return __atomic_load_n(&pgx_pool.done, __ATOMIC_SEQ_CST) == (int32_t)(ticket >> 16 & 0xffff);
}

static int pgx_ending(void) { return __atomic_load_n(&pgx_pool.ending, __ATOMIC_SEQ_CST); }

/* Takes parts and does them until none is left. */
static void pgx_do_parts(void) {
  uint64_t ticket = __atomic_load_n(&pgx_pool.ticket, __ATOMIC_ACQUIRE);
  for (;;) {
    const int32_t part = ticket & 0xffff, parts = ticket >> 16 & 0xffff;
    if (part >= parts) return;
    if (!__atomic_compare_exchange_n(&pgx_pool.ticket, &ticket, ticket + 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
      continue;
    pgx_pool.work(pgx_pool.context, part, parts);
    if (__atomic_add_fetch(&pgx_pool.done, 1, __ATOMIC_SEQ_CST) == parts) {
      pthread_mutex_lock(&pgx_pool.lock);
      pthread_cond_signal(&pgx_pool.finished);
      pthread_mutex_unlock(&pgx_pool.lock);
    }
    ticket = __atomic_load_n(&pgx_pool.ticket, __ATOMIC_ACQUIRE);
  }
}

static int64_t pgx_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Watches for a while; whether it came true. */
static int pgx_watch(int (*event)(void)) {
  for (const int64_t end = pgx_nanoseconds() + PGX_WATCH_NS; pgx_nanoseconds() < end;)
    for (int i = 0; i < 16; i++) {
      if (event()) return 1;
#if defined(__SSE2__)
      __builtin_ia32_pause();
#elif defined(__aarch64__)
      __asm__ volatile("isb" : : : "memory");
#endif
    }
  return event();
}

static void *pgx_thread(void *unused) {
  (void)unused;
  pgx_mode_enter(); /* as every plan does */
  while (!pgx_ending()) {
    pgx_do_parts();
    if (pgx_watch(pgx_parts_left)) continue;
    pthread_mutex_lock(&pgx_pool.lock);
    __atomic_add_fetch(&pgx_pool.sleepers, 1, __ATOMIC_SEQ_CST);
    while (!pgx_parts_left() && !pgx_ending()) pthread_cond_wait(&pgx_pool.begun, &pgx_pool.lock);
    __atomic_sub_fetch(&pgx_pool.sleepers, 1, __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(&pgx_pool.lock);
  }
  return 0;
}

/* Makes threads up to `count`, or as many as the system grants. Signals stay with the threads of the program. */
static void pgx_make_threads(int32_t count) {
  if (pgx_pool.count >= count) return;
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, PGX_STACK);
  pgx_pool.owner = getpid();
  while (pgx_pool.count < count &&
         pthread_create(&pgx_pool.threads[pgx_pool.count], &attributes, pgx_thread, 0) == 0)
    pgx_pool.count++;
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &old, 0);
}

/* Wakes the sleepers: the lock makes sure that none of them is between its last look and its sleep. */
static void pgx_wake(void) {
  pthread_mutex_lock(&pgx_pool.lock);
  pthread_cond_broadcast(&pgx_pool.begun);
  pthread_mutex_unlock(&pgx_pool.lock);
}

/* work(context, part, parts) for all parts, by up to `threads` threads; returns when all are done. */
static inline void pgx_parallel(int32_t threads, pgx_work work, void *context) {
  if (threads <= 1 || pgx_ending() || __atomic_exchange_n(&pgx_pool.taken, 1, __ATOMIC_ACQUIRE)) {
    work(context, 0, 1);
    return;
  }
  if (threads > PGX_THREADS_MOST) threads = PGX_THREADS_MOST;
  pgx_make_threads(threads - 1);
  pgx_pool.work = work;
  pgx_pool.context = context;
  __atomic_store_n(&pgx_pool.done, 0, __ATOMIC_RELAXED);
  const uint64_t generation = (pgx_pool.ticket >> 32) + 1;
  const uint64_t ticket = generation << 32 | (uint64_t)(threads * PGX_PARTS_EACH) << 16;
  __atomic_store_n(&pgx_pool.ticket, ticket, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&pgx_pool.sleepers, __ATOMIC_SEQ_CST) > 0) pgx_wake();
  pgx_do_parts();
  if (!pgx_watch(pgx_parts_done)) {
    pthread_mutex_lock(&pgx_pool.lock);
    while (!pgx_parts_done()) pthread_cond_wait(&pgx_pool.finished, &pgx_pool.lock);
    pthread_mutex_unlock(&pgx_pool.lock);
  }
  __atomic_store_n(&pgx_pool.taken, 0, __ATOMIC_RELEASE);
}

/* When the library is unloaded or the program exits. A forked child has none of the threads. */
__attribute__((destructor)) static void pgx_end_threads(void) {
  __atomic_store_n(&pgx_pool.ending, 1, __ATOMIC_SEQ_CST);
  if (pgx_pool.count == 0 || pgx_pool.owner != getpid()) return;
  pgx_wake();
  for (int32_t i = 0; i < pgx_pool.count; i++) pthread_join(pgx_pool.threads[i], 0);
}
#endif

/*
 * Ends the process a while after a signal, whatever it is doing: a handler of JavaScript only runs when the thread comes
 * back to its event loop, and a long computation or a plugin's loop does not.
 *
 * Compiled in memory by the runtime's own compiler, without headers or libraries: functions come as pointers. All that the
 * handlers call may be called in a signal handler (POSIX, "async-signal-safe").
 */
typedef void (*handler)(int);
struct moment { long seconds, fraction; };
struct timer { struct moment interval, value; };

static handler (*c_signal)(int, handler);
static void (*c_exit)(int);
static long (*c_write)(int, const void *, unsigned long);
static int (*c_setitimer)(int, const struct timer *, struct timer *);
static int (*c_clock_gettime)(int, struct moment *);

static volatile int came = 0;
static long first = 0;
static long grace = 0;
static handler before[65];
/* Last words: to standard output and to standard error. */
static const char *last[3];
static volatile int length[3];
/* What may block: 0 nothing, 1 something that nobody was told of, 2 something that ends the process next. */
static volatile int stage = 0;
static long rest = 0;
/* What is told of it first, and what is written to standard output and standard error at the end. */
static const char *said[3];
static int size[3];

static void set(long wait) {
  struct timer once = {{0, 0}, {wait / 1000, 1000 * (wait % 1000)}};
  c_setitimer(0, &once, 0);
}

static long milliseconds(void) {
  struct moment now = {0, 0};
  c_clock_gettime(1, &now);
  return 1000 * now.seconds + now.fraction / 1000000;
}

static void end(int unused) {
  for (int file = 1; file <= 2; file++) {
    int n = length[file];
    length[file] = 0;
    if (n > 0) c_write(file, last[file], n);
  }
  c_exit(128 + came);
}

static void tick(int signal) {
  if (came != 0) end(signal);
  if (stage == 1) {
    stage = 2;
    c_write(2, said[0], size[0]);
    set(rest);
  } else if (stage == 2) {
    for (int file = 1; file <= 2; file++)
      if (size[file] > 0) c_write(file, said[file], size[file]);
    c_exit(1);
  }
}

static void on(int signal) {
  long now = milliseconds();
  if (came != 0) {
    /* A terminal and a launcher may both pass one on; a person takes longer. */
    if (now - first > 250) end(0);
    return;
  }
  came = signal;
  first = now;
  if (before[signal]) before[signal](signal);
  set(grace);
}

void prepare(void *s, void *e, void *w, void *t, void *c, int wait) {
  c_signal = s;
  c_exit = e;
  c_write = w;
  c_setitimer = t;
  c_clock_gettime = c;
  grace = wait;
  c_signal(14, tick);
}

void guard(int signal) {
  handler old = c_signal(signal, on);
  before[signal] = old == (handler)0 || old == (handler)1 || old == on ? 0 : old;
}

/* What is written to a file when the process is ended here; nothing, once all is said. */
void words(int file, const char *text, int n) {
  length[file] = 0;
  last[file] = text;
  length[file] = n;
}

/* What is written of something that may block: 0 first, 1 and 2 to these files at the end. */
void say(int which, const char *text, int n) {
  said[which] = text;
  size[which] = n;
}

/* Tells of it after so many milliseconds, at once known where that is 0, and ends the process so many later. */
void block(int first, int then) {
  stage = first > 0 ? 1 : 2;
  rest = then;
  if (came == 0) set(first > 0 ? first : then);
  if (came != 0) set(grace);
}

/* It came back. */
void unblock(void) {
  stage = 0;
  if (came == 0) set(0);
  if (came != 0) set(grace);
}

int blocked(void) { return stage; }

int signalled(void) { return came; }

/** Ends this process a while after a signal, also in the middle of a computation that never comes back to its event loop. */
import { createRequire } from "node:module"
import { fileURLToPath, URL } from "node:url"
import { Worker } from "node:worker_threads"
import { Predicate } from "effect"
import { openLibc, type Signature } from "../foreign.ts"
import { type Blocking, type GuardData, TELLING, type ToThread } from "./guard_thread.ts"
import { SIGNALS, type SignalName } from "./signals.ts"

export interface Guard {
  /** The signal that came, 0 before; known also where no handler of JavaScript could run yet. */
  readonly came: () => number
  /** What is written to standard output (1) or standard error (2) where the process is ended here. */
  readonly lastWords: (file: 1 | 2, text: string) => void
  /** Watches what may never let another handler run; undefined: it came back. */
  readonly block: (what: Blocking | undefined) => void
  /** Whether that was told of. */
  readonly hasTold: () => boolean
}

let installed: Guard | undefined

/** The signal that came to this process, where it is guarded: for who waits and has no event loop meanwhile. */
export const signalCame = (): number => installed?.came() ?? 0

/** What is to be done at a signal. */
export interface Watch {
  readonly signals: readonly SignalName[]
  /** Milliseconds after the first one in which the process ends, whatever it computes. */
  readonly milliseconds: number
  /** Lets handlers of JavaScript listen. */
  readonly listen: () => void
}

/**
 * Listens for signals, and guards against computations that let no handler run: some time after a signal, or at the
 * second, the process ends with 128 + its number.
 *
 * Under Bun on Linux a signal handler of its own does that, under Deno a thread; elsewhere the launcher (bin/launch.js).
 */
export const guard = async (watch: Watch): Promise<Guard> => {
  try {
    if ("deno" in process.versions) installed = await byThread(watch)
    watch.listen()
    if ("bun" in process.versions && process.platform === "linux") installed = byHandler(watch)
  } catch {
    // No compiler in this build of the runtime, or no permission: signals are handled between computations.
  }
  return installed ?? { came: () => 0, lastWords: () => {}, block: () => {}, hasTold: () => false }
}

/** Has the process end where what begins now blocks it for too long, if it is guarded; undefined: it came back. */
export const block = (what: Blocking | undefined): void => installed?.block(what)

/** Whether what blocks, or did, was told of. */
export const hasTold = (): boolean => installed?.hasTold() ?? false

interface Symbols {
  readonly [name: string]: ((...args: readonly unknown[]) => unknown) & { readonly ptr?: number | bigint }
}
type Signatures = Readonly<Record<string, { readonly args: readonly string[]; readonly returns: string }>>

/** What is used of `bun:ffi`. */
interface BunFfi {
  readonly cc: (options: { readonly source: string; readonly flags: string; readonly symbols: Signatures }) => {
    readonly symbols: Symbols
  }
}

const isBunFfi = (x: unknown): x is BunFfi => Predicate.isObject(x) && Predicate.isFunction(x.cc)

/** The C library's functions that guard.c calls, in the order in which it takes them. */
const CALLS: Readonly<Record<string, Signature>> = {
  signal: { takes: ["i32", "pointer"], gives: "pointer" },
  _exit: { takes: ["i32"], gives: "void" },
  write: { takes: ["i32", "pointer", "usize"], gives: "i64" },
  setitimer: { takes: ["i32", "pointer", "pointer"], gives: "i32" },
  clock_gettime: { takes: ["i32", "pointer"], gives: "i32" }
}

/** Kept as long as the process: the handler lives in them. */
const kept: unknown[] = []

/** The handler is the runtime's, which it calls, with a timer. */
const byHandler = ({ signals, milliseconds }: Watch): Guard | undefined => {
  const ffi: unknown = createRequire(import.meta.url)("bun:ffi")
  if (!isBunFfi(ffi)) return undefined
  const libc = openLibc<Symbols>(CALLS)
  const pointers = Object.keys(CALLS).map((name) => libc?.symbols[name]?.ptr)
  if (pointers.some((p) => p === undefined)) return undefined
  const compiled = ffi.cc({
    source: fileURLToPath(new URL("./guard.c", import.meta.url)),
    flags: "-nostdlib",
    symbols: {
      prepare: { args: ["ptr", "ptr", "ptr", "ptr", "ptr", "int"], returns: "void" },
      guard: { args: ["int"], returns: "void" },
      words: { args: ["int", "ptr", "int"], returns: "void" },
      say: { args: ["int", "ptr", "int"], returns: "void" },
      block: { args: ["int", "int"], returns: "void" },
      unblock: { args: [], returns: "void" },
      blocked: { args: [], returns: "int" },
      signalled: { args: [], returns: "int" }
    }
  })
  kept.push(libc, compiled)
  const { prepare, guard: install, words, say, block, unblock, blocked, signalled } = compiled.symbols
  prepare?.(...pointers, milliseconds)
  for (const name of signals) install?.(SIGNALS[name])
  const write = (to: typeof words, which: number, text: string): void => {
    const bytes = new TextEncoder().encode(text)
    kept.push(bytes)
    to?.(which, bytes.length > 0 ? bytes : null, bytes.length)
  }
  return {
    came: () => Number(signalled?.() ?? 0),
    lastWords: (file, text) => write(words, file, text),
    block: (what) => {
      unblock?.()
      if (what === undefined) return
      const { remark, out, error, first, rest } = what
      for (const [which, text] of [remark, out, error].entries()) write(say, which, text)
      block?.(first, rest)
    },
    hasTold: () => Number(blocked?.() ?? 0) === TELLING
  }
}

/** Signals go to the thread that listened first, so this one must. */
const byThread = async ({ signals, milliseconds }: Watch): Promise<Guard> => {
  const shared = new Int32Array(new SharedArrayBuffer(8))
  const data: GuardData = { signals: signals.map((name) => [name, SIGNALS[name]]), milliseconds, shared }
  const worker = new Worker(new URL("./guard_thread.ts", import.meta.url), { workerData: data })
  await new Promise((resolve) => worker.on("message", resolve).on("error", resolve).on("exit", resolve))
  worker.unref()
  return {
    came: () => Atomics.load(shared, 0),
    lastWords: (file, text) => worker.postMessage({ file, text } satisfies ToThread),
    block: (blocking) => {
      Atomics.store(shared, 1, 0)
      worker.postMessage({ blocking } satisfies ToThread)
    },
    hasTold: () => Atomics.load(shared, 1) === TELLING
  }
}

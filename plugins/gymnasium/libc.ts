/**
 * Functions of the C library that neither runtime offers: a named pipe, waiting for one with a time limit, and how a child
 * ended, while nothing here waits for an event.
 */
import { constants } from "node:os"
import * as Either from "fp-ts/lib/Either.js"
import { openLibc } from "../io/foreign.ts"
import { type Fault, fault } from "./failure.ts"

export interface Libc {
  /** `poll(2)` on one file: whether it can be read or written, or has been closed, within so many milliseconds. */
  readonly poll: (file: number, event: "read" | "write", milliseconds: number) => boolean
  /** The same for reading one of two files. */
  readonly pollEither: (one: number, other: number, milliseconds: number) => boolean
  /** `mkfifo(3)`, for this user only. */
  readonly mkfifo: (path: string) => boolean
  /** How a child of this process has ended; nothing while it lives, or where that was told to someone else. */
  readonly ended: (pid: number) => string | undefined
}

/**
 * The C library, by the runtime's foreign functions; opened once.
 *
 * - Errors: `no-platform` on Windows, under Node, and under Deno without `--allow-ffi`.
 */
export const libc = (): Either.Either<Fault, Libc> => (opened ??= open())
let opened: Either.Either<Fault, Libc> | undefined

type Poll = (fds: Uint8Array, count: number, milliseconds: number) => number
type Mkfifo = (path: Uint8Array, mode: number) => number
type Waitid = (kind: number, pid: number, info: Uint8Array, options: number) => number
interface Symbols {
  readonly poll: Poll
  readonly mkfifo: Mkfifo
  readonly waitid: Waitid
}

const SIGNATURES = {
  poll: { takes: ["buffer", "usize", "i32"], gives: "i32" },
  mkfifo: { takes: ["buffer", "u32"], gives: "i32" },
  waitid: { takes: ["i32", "u32", "buffer", "i32"], gives: "i32" }
} as const

const open = (): Either.Either<Fault, Libc> => {
  const refused = (got: string) =>
    Either.left(fault("no-platform", "Linux or macOS under Bun or Deno (--allow-ffi, --allow-run)", got))
  if (process.platform === "win32") return refused("Windows")
  try {
    const library = openLibc<Symbols>(SIGNATURES)
    return library === undefined
      ? refused(`${process.release.name} ${process.version}`)
      : Either.right(libcOf(library.symbols))
  } catch (cause) {
    return refused(`no C library (${cause instanceof Error ? cause.message : String(cause)})`)
  }
}

/** Milliseconds that a 32-bit integer holds. */
const LONGEST = 2 ** 31 - 1

const EVENTS = { read: 1, write: 4 }

/** `waitid(2)`: that one child, if it has ended, which stays to be waited for; where its status stands in what is told. */
const WAIT =
  process.platform === "darwin" ? { options: 4 + 1 + 0x20, status: 20 } : { options: 4 + 1 + 0x1000000, status: 24 }
const BY_PID = 1
const EXITED = 1

const signalName = (n: number): string =>
  Object.entries(constants.signals).find(([, number]) => number === n)?.[0] ?? `signal ${n}`

const libcOf = ({ poll, mkfifo, waitid }: Symbols): Libc => {
  const info = new Uint8Array(128)
  const entries = new Uint8Array(16)
  const view = new DataView(entries.buffer)
  const wait = (count: number, milliseconds: number): boolean => {
    let ready = poll(entries, count, Math.min(milliseconds, LONGEST))
    // A signal interrupts it, the end of another child for one; that is no time limit.
    for (const end = performance.now() + milliseconds; ready < 0; ) {
      const left = end - performance.now()
      if (left <= 0) return false
      ready = poll(entries, count, Math.ceil(left))
    }
    return ready > 0
  }
  const put = (place: number, file: number, event: "read" | "write"): void => {
    view.setInt32(8 * place, file, true)
    view.setInt32(8 * place + 4, EVENTS[event], true)
  }
  return {
    poll: (file, event, milliseconds) => {
      put(0, file, event)
      return wait(1, milliseconds)
    },
    pollEither: (one, other, milliseconds) => {
      put(0, one, "read")
      put(1, other, "read")
      return wait(2, milliseconds)
    },
    mkfifo: (path) => mkfifo(new TextEncoder().encode(`${path}\0`), 0o600) === 0,
    ended: (pid) => {
      info.fill(0)
      const told = new DataView(info.buffer)
      if (waitid(BY_PID, pid, info, WAIT.options) !== 0 || told.getInt32(0, true) === 0) return undefined
      const status = told.getInt32(WAIT.status, true)
      return told.getInt32(8, true) === EXITED ? `with exit code ${status}` : `by ${signalName(status)}`
    }
  }
}

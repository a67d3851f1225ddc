/**
 * Another process at the other ends of two named pipes, asked and answered synchronously.
 *
 * A message is four 32-bit words (mark, kind, bytes that follow, batch) and these bytes. The shell opens the pipes as the
 * program's standard input and output, so a program that cannot start closes them: nothing here waits for an event.
 */
import { spawn } from "node:child_process"
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Either from "fp-ts/lib/Either.js"
import { signalCame, writeAside } from "../io/ending/mod.ts"
import type { Variables } from "../io/user.ts"
import { type Fault, fault, PREFIX } from "./failure.ts"
import { type Libc, libc } from "./libc.ts"
import { makePrints } from "./prints.ts"

export const HEADER_BYTES = 16
/** What each message begins with. */
const MARK_BYTES = new TextEncoder().encode("PGEX")

/** Kinds of messages. */
export const kinds = { call: 0, reset: 1, step: 2, failed: 255 } as const

export interface Answer {
  readonly kind: number
  /** Bytes after the header, at `buffer[HEADER_BYTES …]`; good until the next answer. */
  readonly size: number
  readonly buffer: Uint8Array<ArrayBuffer>
}

export interface Channel {
  /** Sends a whole message, header included, which is written here. */
  readonly send: (kind: number, batch: number, message: Uint8Array) => Either.Either<Fault, void>
  /**
   * The next message, for which `patience` times as long is waited. After a fault there is none: the process has been
   * ended.
   */
  readonly receive: (patience?: number) => Either.Either<Fault, Answer>
  /** What stopped it. */
  readonly fault: () => Fault | undefined
  /** The last lines that the process wrote to its standard error. */
  readonly words: () => string
  /** Tells the process to close its environments and to end. */
  readonly leave: () => void
  /** Ends the process and what it has started; of one that was told to end it waits a while for that. */
  readonly end: () => void
}

/** A program to start. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  /** Longest wait for an answer of a patience of 1. */
  readonly seconds: number
  /** What the program finds in its environment. */
  readonly variables: Variables
}

/**
 * Starts a program. It ends with this process: then its standard input is closed.
 *
 * - Errors: `no-platform`; others come with the first answer.
 */
export const startChannel = (command: Command): Either.Either<Fault, Channel> =>
  Either.chain((c: Libc) => {
    try {
      return startOn(c, command)
    } catch (cause) {
      const got = cause instanceof Error ? cause.message : String(cause)
      return Either.left(fault("no-platform", "named pipes in the folder for temporary files", got))
    }
  })(libc())

const startOn = (c: Libc, { file, args, seconds, variables }: Command): Either.Either<Fault, Channel> => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-"))
  const [requests, answers, errors] = [join(folder, "requests"), join(folder, "answers"), join(folder, "errors")]
  if (!(c.mkfifo(requests) && c.mkfifo(answers) && c.mkfifo(errors))) {
    rmSync(folder, { recursive: true })
    return Either.left(fault("no-platform", "named pipes in the folder for temporary files", `none in ${tmpdir()}`))
  }
  // Open for reading too: else opening would wait for the other side. Its end is told by the pipe of answers.
  const to = openSync(requests, constants.O_RDWR | constants.O_NONBLOCK)
  const from = openSync(answers, constants.O_RDONLY | constants.O_NONBLOCK)
  const heard = openSync(errors, constants.O_RDONLY | constants.O_NONBLOCK)
  const script = 'exec "$0" "$@" <"$PGEX_REQUESTS" >"$PGEX_ANSWERS" 2>"$PGEX_ERRORS"'
  const child = spawn("/bin/sh", ["-c", script, file, ...args], {
    // A group of its own: an interrupted terminal ends this process, and that ends it.
    detached: true,
    stdio: "ignore",
    env: {
      ...variables,
      PGEX_REQUESTS: requests,
      PGEX_ANSWERS: answers,
      PGEX_ERRORS: errors,
      PGEX_PARENT: String(process.pid)
    }
  })
  child.on("error", () => {}) // the shell not starting shows as a time limit
  child.unref()

  let broken: Fault | undefined
  let named = true
  let left = false
  let closed = false
  let silent = false
  let buffer = new Uint8Array(new ArrayBuffer(1 << 16))
  let have = 0

  const prints = makePrints((line) => writeAside(`${PREFIX} ${line}`))
  const piece = new Uint8Array(1 << 16)
  /** Takes what it has printed, so that it can print more; false where there is nothing. */
  const listen = (): boolean => {
    const got = attempt(() => readSync(heard, piece, 0, piece.length, null))
    if (got === undefined || got <= 0) return false
    prints.take(piece.subarray(0, got))
    return true
  }
  const leave = (): void => {
    if (left) return
    left = true
    closeSync(to)
    broken ??= fault("closed", "an open batch", "one whose process was ended")
  }
  const end = (): void => {
    if (closed) return
    closed = true
    const grace = !left ? 0 : signalCame() === 0 ? GRACE : HASTE
    leave()
    // It ends by itself once it has tidied up: then its pipe of answers is closed.
    for (const until = performance.now() + grace; performance.now() < until; ) {
      listen()
      if (c.poll(from, "read", SLICE / 2) && attempt(() => readSync(from, piece, 0, piece.length, null)) === 0) break
    }
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL")
    } catch {
      // It has ended already.
    }
    while (listen());
    for (const fd of [from, heard]) closeSync(fd)
    prints.end()
    forget()
  }
  /** Both sides have the pipes open: their names are not needed any more. */
  const forget = (): void => {
    if (named) rmSync(folder, { recursive: true, force: true })
    named = false
  }
  const fail = (reason: Fault["reason"], want: string, got: string, fix = ""): Either.Either<Fault, never> => {
    if (broken === undefined) {
      while (listen());
      prints.drop()
      broken = fault(reason, want, got, fix, prints.words())
      end()
    }
    return Either.left(broken)
  }
  const name = [file, ...args.slice(0, 1)].join(" ")
  const hung = (limit = seconds) =>
    fail(
      "hung",
      `an answer within ${limit} s`,
      "none",
      "look at what it does, or give it longer by PGEX_PYTHON_SECONDS"
    )

  /** The pipe is closed a moment before the process can be asked how it ended. */
  const itsEnd = (): string => {
    for (let tries = 0; tries < 20; tries++) {
      const how = child.pid === undefined ? undefined : c.ended(child.pid)
      if (how !== undefined) return `its end ${how}`
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
    return "its end"
  }
  /** A signal is about to end this process: the other one has until then. */
  const stopped = (): Either.Either<Fault, never> => {
    broken ??= fault("closed", "an answer", "a signal that ends this process")
    leave()
    return Either.left(broken)
  }
  /** Whether an answer came in time; nothing where a signal did. What is printed meanwhile is taken. */
  const wait = (milliseconds: number): boolean | undefined => {
    for (const end = performance.now() + milliseconds; ; ) {
      const rest = end - performance.now()
      const slice = Math.max(0, Math.min(SLICE, rest))
      // A pipe that nobody writes any more is ready at once, and always.
      const ready = silent ? c.poll(from, "read", slice) : c.pollEither(from, heard, slice)
      if (ready) {
        if (!silent) silent = !listen() && c.poll(heard, "read", 0)
        if (c.poll(from, "read", 0)) return true
      } else prints.show()
      if (signalCame() !== 0) return undefined
      if (rest <= 0) return false
    }
  }

  const send: Channel["send"] = (kind, batch, message) => {
    if (broken !== undefined) return Either.left(broken)
    if (signalCame() !== 0) return stopped()
    const view = new DataView(message.buffer, message.byteOffset)
    message.set(MARK_BYTES)
    view.setUint32(4, kind, true)
    view.setUint32(8, message.byteLength - HEADER_BYTES, true)
    view.setUint32(12, batch, true)
    for (let at = 0; at < message.byteLength; ) {
      const written = attempt(() => writeSync(to, message, at, Math.min(PIECE, message.byteLength - at)))
      if (written === undefined) return fail("ended", `${name} to go on`, "a closed pipe")
      at += Math.max(0, written)
      if (at >= message.byteLength) break
      for (let waited = 0; !c.poll(to, "write", SLICE); waited += SLICE) {
        // A full pipe: the process reads, or has gone, or is out of time.
        listen()
        if (c.poll(from, "read", 0)) return fail("ended", `${name} to go on`, itsEnd())
        if (signalCame() !== 0) return stopped()
        if (waited > 1000 * seconds) return hung()
      }
    }
    return Either.right(undefined)
  }

  const receive: Channel["receive"] = (patience = 1) => {
    if (broken !== undefined) return Either.left(broken)
    const limit = patience * seconds
    have = 0
    let want = HEADER_BYTES
    while (have < want) {
      const came = wait(1000 * limit)
      if (came !== true) return came === false ? hung(limit) : stopped()
      const got = attempt(() => readSync(from, buffer, have, buffer.byteLength - have, null))
      if (got === AGAIN) continue
      if (got === 0 || got === undefined) return fail("ended", `${name} to go on`, itsEnd())
      have += got
      if (!MARK_BYTES.every((byte, i) => i >= have || buffer[i] === byte)) {
        const said = JSON.stringify(new TextDecoder().decode(buffer.subarray(0, Math.min(have, 60))))
        return fail("lied", "answers on its standard output", `${said} there`, "print to standard error")
      }
      if (want === HEADER_BYTES && have >= HEADER_BYTES) {
        want = HEADER_BYTES + new DataView(buffer.buffer).getUint32(8, true)
        if (want > MOST_BYTES) return fail("lied", `at most ${MOST_BYTES} bytes`, `an answer of ${want}`)
        if (want > buffer.byteLength) {
          const larger = new Uint8Array(new ArrayBuffer(2 * want))
          larger.set(buffer.subarray(0, have))
          buffer = larger
        }
      }
    }
    if (have > want) return fail("lied", `an answer of ${want} bytes`, `${have} bytes`, "one answer a request")
    forget()
    silent = false
    const kind = new DataView(buffer.buffer).getUint32(4, true)
    if (kind === kinds.failed) {
      while (listen());
      prints.drop()
    } else prints.show()
    return Either.right({ kind, size: want - HEADER_BYTES, buffer })
  }

  return Either.right({
    send,
    receive,
    fault: () => broken,
    words: prints.words,
    leave,
    end
  })
}

/** Milliseconds that a process may take to close its environments; and where a signal ends this one. */
const GRACE = 2000
const HASTE = 350

/** Bytes that go into a pipe with room at once or not at all (POSIX): Deno tells not how much of more went over. */
const PIECE = process.platform === "linux" ? 4096 : 512

/** Milliseconds of waiting at a time. */
const SLICE = 100

/** An answer of so many bytes is not meant. */
const MOST_BYTES = 2 ** 30

const AGAIN = -1

/** How much went over; −1 where it is to be tried again, nothing where the pipe is closed. */
const attempt = (transfer: () => number): number | undefined => {
  try {
    return transfer()
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined
    return code === "EAGAIN" || code === "EINTR" ? AGAIN : undefined
  }
}

/** Standard output and standard error, written at once and to the end: nothing is lost where the process ends next. */
import { writeSync } from "node:fs"
import { Predicate } from "effect"
import { type Failure, failureOf, isFailure } from "../../../core/failure/mod.ts"

interface Reader {
  /** Whoever read it has gone, on purpose most likely (`pgex … | head`). */
  readonly closed: boolean
}

/** Standard output takes no more. */
export type OutputError = Failure<"OutputError"> & Reader

const outputError = failureOf<"OutputError", Reader>("OutputError")

export const isOutputError = (x: unknown): x is OutputError => isFailure(x, "OutputError")

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "a full disk",
  EDQUOT: "a full quota",
  EPIPE: "a closed pipe",
  EBADF: "a closed one",
  EIO: "an error of the device"
}

let begun = false
let deaf = false

/** Whether something was written to standard output. */
export const hasPrinted = (): boolean => begun

/**
 * Writes to standard output.
 *
 * - Errors: throws `OutputError` where not all of it could be written.
 */
export const writeOutput = (text: string): void => {
  begun = true
  const code = writeAll(1, text)
  if (code === undefined) return
  const got = reasons[code] ?? code
  const want = "a standard output that takes all of it"
  throw outputError({ doing: "print the result", want, got, closed: code === "EPIPE" })
}

/** Writes to standard error; where nobody reads it any more, nothing happens. */
export const writeRemark = (text: string): void => {
  if (!deaf) deaf = writeAll(2, text) !== undefined
}

let display: ((line: string) => void) | undefined

/** Has lines pass by a display that redraws its own, as long as it does; undefined ends that. */
export const throughDisplay = (say: ((line: string) => void) | undefined): void => {
  display = say
}

/** Writes a line to standard error that has nothing to do with what is going on. */
export const writeAside = (line: string): void => {
  if (display === undefined) writeRemark(`${line}\n`)
  else display(line)
}

/** Milliseconds between tries at a pipe that is full, and may not be waited for otherwise. */
const PATIENCE = 5

/** Writes all; the operating system's code where it refuses. */
const writeAll = (file: number, text: string): string | undefined => {
  const bytes = new TextEncoder().encode(text)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(file, bytes, at, bytes.length - at)
    } catch (e) {
      const code = codeOf(e)
      if (code !== "EAGAIN" && code !== "EINTR") return code
      if (code === "EAGAIN") Atomics.wait(sleeper, 0, 0, PATIENCE)
    }
  }
  return undefined
}

const sleeper = new Int32Array(new SharedArrayBuffer(4))

const codeOf = (e: unknown): string => {
  if (!Predicate.isObject(e)) return "an error"
  if (typeof e.code === "string") return e.code
  return e.name === "BrokenPipe" ? "EPIPE" : e.name === "WouldBlock" ? "EAGAIN" : String(e.message)
}

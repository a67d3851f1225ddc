/**
 * Memory that a process shares with this one: a file that is nowhere but in memory, which it writes and this one reads.
 *
 * Large answers come that way, four times as fast as through a pipe; the pipe still says when.
 */
import { randomUUID } from "node:crypto"
import { closeSync, constants, openSync, readSync, unlinkSync, writeSync } from "node:fs"
import { join } from "node:path"

export interface Shared {
  /** Where the process finds it. */
  readonly path: string
  /** Takes its name away: who has it open keeps it, and it goes with them. */
  readonly forget: () => void
  /** Fills the beginning of an array from its beginning; whether there was so much. */
  readonly read: (into: Uint8Array, bytes: number) => boolean
  readonly close: () => void
}

/** Answers from this size on, in bytes; below, a pipe takes as long. */
export const SHARED_FROM = 32_768

const FOLDER = "/dev/shm"

/** Memory of so many bytes; nothing where the system has no such files, or not so much memory for them. */
export const makeShared = (bytes: number): Shared | undefined => {
  const path = join(FOLDER, `pgex-${randomUUID()}`)
  let file: number
  try {
    file = openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, 0o600)
  } catch {
    return undefined
  }
  const close = (): void => closeSync(file)
  try {
    // Written once: memory that is only promised would end the process when it runs out.
    const zeros = new Uint8Array(Math.min(bytes, 1 << 20))
    for (let at = 0; at < bytes; ) at += writeSync(file, zeros, 0, Math.min(zeros.length, bytes - at), at)
  } catch {
    unlinkSync(path)
    close()
    return undefined
  }
  return {
    path,
    forget: () => unlinkSync(path),
    read: (into, bytes) => {
      for (let at = 0; at < bytes; ) {
        const got = readSync(file, into, at, bytes - at, at)
        if (got === 0) return false
        at += got
      }
      return true
    },
    close
  }
}

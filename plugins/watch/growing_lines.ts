/** The lines of a file that grows, each read once. */
import { open, stat } from "node:fs/promises"
import { join } from "node:path"
import { leavesBy } from "../io/confined.ts"
import { codeOf } from "../io/disk.ts"

/** As many bytes are read at a time. */
const CHUNK = 2 ** 20

/** More than this of one file is not read: it is no run's. */
const LARGEST = 2 ** 31 - 1

/** Longer lines are no lines of a run. */
const LONGEST = 10_000

export interface GrowingLines {
  /** Whether lines that were told before are no longer there: another file has its place. */
  readonly begin: () => void
  readonly line: (text: string) => void
}

/**
 * A reader of what was added since it was called before; whether anything was. What is not there, is no file, or a link that leads
 * out of the folder, has no lines.
 */
export const growingLines = (folder: string, name: string, { begin, line }: GrowingLines): (() => Promise<boolean>) => {
  const path = join(folder, name)
  let seen = { file: "", size: 0 }
  let rest: Buffer = Buffer.alloc(0)
  const tell = (bytes: Buffer): void => {
    let from = 0
    for (let end = bytes.indexOf(10); end >= 0; from = end + 1, end = bytes.indexOf(10, from))
      if (end - from <= LONGEST) line(bytes.toString("utf8", from, end))
    rest = bytes.length - from > LONGEST ? Buffer.alloc(0) : bytes.subarray(from)
  }
  return async () => {
    // Looked at first: to open a pipe would wait for whoever writes it.
    const there = await stat(path).catch(absent)
    if (there?.isFile() !== true) return false
    const file = await open(path, "r").catch(absent)
    if (file === undefined) return false
    try {
      const { size, ino, dev } = await file.stat()
      if (size > LARGEST) return false
      const now = `${dev} ${ino}`
      if (now !== seen.file && (await leavesBy(folder, name)) !== undefined) return false
      if (now !== seen.file || size < seen.size) {
        begin()
        rest = Buffer.alloc(0)
        seen = { file: now, size: 0 }
      }
      if (size === seen.size) return false
      while (seen.size < size) {
        const chunk = Buffer.alloc(Math.min(CHUNK, size - seen.size))
        const { bytesRead } = await file.read(chunk, 0, chunk.length, seen.size)
        if (bytesRead === 0) break
        seen = { file: now, size: seen.size + bytesRead }
        tell(rest.length === 0 ? chunk.subarray(0, bytesRead) : Buffer.concat([rest, chunk.subarray(0, bytesRead)]))
      }
      return true
    } finally {
      await file.close()
    }
  }
}

const absent = (cause: unknown): undefined => {
  if (!["ENOENT", "EACCES", "ENOTDIR", "ENXIO"].includes(codeOf(cause) ?? "")) throw cause
}

/** A file of a run's rows, whatever its form: it grows with the run, and is the same run's when that goes on. */
import { appendFile, readFile, stat } from "node:fs/promises"
import { dirname } from "node:path"
import * as E from "fp-ts/lib/Either.js"
import type { EventRow } from "../../core/service/run_store.ts"
import { codeOf, makeFolder, replaceFile, syncEntry } from "../io/disk.ts"
import type { LoggedRun, Logging } from "../loading/mod.ts"

/** When a row is written, and of which run it is. */
export interface Writing {
  readonly run: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** A row as it stands in a file. */
export interface FileRow {
  /** Where it begins, in bytes, and where it ends. */
  readonly from: number
  readonly to: number
  /** When it was written, in milliseconds since 1970. */
  readonly at: number
  /** As {@link RowFormat.same} has it. */
  readonly same: string
  /** Of the stage, or of what is below it. */
  readonly isOf: (stage: string) => boolean
}

/** A form that rows are written in. */
export interface RowFormat {
  /** What a file begins with; `again` where it takes the place of one that others may be reading. */
  readonly head: (writing: Writing, again: boolean) => Uint8Array
  readonly encode: (row: EventRow, writing: Writing) => Uint8Array
  /** What the file says of a row, as a text: two rows with one text are one row. */
  readonly same: (row: EventRow) => string
  /** The whole rows of a file; a last one that is cut short is none. Errors: what was found that `run` did not write. */
  readonly decode: (bytes: Uint8Array, run: string) => E.Either<string, readonly FileRow[]>
}

/** Where it is written. */
export interface RowPlace {
  readonly path: string
  readonly format: RowFormat
  /** Writes these bytes in the place of the file, and gives the path of what is there now: the same one, by default. */
  readonly replace?: (path: string, bytes: Uint8Array) => Promise<string>
}

/**
 * Opens it: a file that is there must be this run's, and goes on. Throws a sentence where it is something else, and what
 * the operating system throws.
 */
export const rowFile = async (
  { path: asked, format, replace = replaced }: RowPlace,
  { name: run, startedAt }: Pick<LoggedRun, "name" | "startedAt">
): Promise<Logging> => {
  let path = asked
  const writing = (): Writing => ({ run, now: Date.now() })
  const parts = (rows: readonly EventRow[]): readonly Uint8Array[] => {
    const at = writing()
    return rows.map((row) => format.encode(row, at))
  }
  const read = async () => {
    const found = await stat(path)
    // From a device no row can be taken back, and who opens a pipe waits for its other end.
    if (!found.isFile()) {
      const got = found.isDirectory() ? "a folder" : "a pipe or a device"
      throw new Error(`Cannot log into ${path}: want a file, got ${got}`)
    }
    const bytes = await readFile(path)
    const rows = E.chain(since)(format.decode(bytes, run))
    if (E.isRight(rows)) return { bytes, rows: rows.right }
    throw new Error(`Cannot log into ${path}: want no file, or one that run ${run} logged into, got ${rows.left}`)
  }
  /** Names are those of directories, which two runs may have alike; but none has logged before it began. */
  const since = (rows: readonly FileRow[]): E.Either<string, readonly FileRow[]> => {
    const before = rows.find(({ at }) => startedAt !== undefined && at < startedAt)
    if (before === undefined) return E.right(rows)
    return E.left(`rows of ${new Date(before.at).toISOString()}, when this run had not begun`)
  }
  const anew = async (rows: readonly Uint8Array[], again: boolean): Promise<void> => {
    path = await replace(path, Buffer.concat([format.head(writing(), again), ...rows]))
  }
  const append = (rows: readonly EventRow[]): Promise<void> =>
    rows.length === 0 ? Promise.resolve() : appendFile(path, Buffer.concat(parts(rows)))

  await makeFolder(dirname(path))
  const there = await read().catch((cause) => {
    if (codeOf(cause) === "ENOENT") return undefined
    throw cause
  })
  if (there === undefined || there.bytes.length === 0) await anew([], false)
  // What a crash cut short is not to be built upon.
  else if ((there.rows.at(-1)?.to ?? format.head(writing(), false).length) !== there.bytes.length)
    await anew(
      there.rows.map((r) => there.bytes.subarray(r.from, r.to)),
      true
    )
  let last: Promise<void> = Promise.resolve()
  /** What came between the file's being read and its being replaced would be lost. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    last = last.catch(() => undefined).then(work)
    return last
  }
  const relog = async (stage: string, rows: readonly EventRow[]): Promise<void> => {
    const { bytes, rows: all } = await read()
    const own = all.filter((r) => r.isOf(stage))
    const isPrefix = own.length <= rows.length && own.every((r, i) => r.same === format.same(rows[i]!))
    if (isPrefix) return append(rows.slice(own.length))
    // Trainings end in any order: that of the file says nothing, and whoever reads it need not begin anew.
    const there = new Set(own.map((r) => r.same))
    const isAll = own.length === rows.length && there.size === rows.length
    if (isAll && rows.every((row) => there.has(format.same(row)))) return
    const written = new Map(own.map((r) => [r.same, bytes.subarray(r.from, r.to)]))
    const at = writing()
    const others = all.filter((r) => !r.isOf(stage)).map((r) => bytes.subarray(r.from, r.to))
    const now = rows.map((row) => written.get(format.same(row)) ?? format.encode(row, at))
    await anew([...others, ...now], true)
  }
  return {
    log: (rows) => inTurn(() => append(rows)),
    relog: (stage, rows) => inTurn(() => relog(stage, rows)),
    close: () => inTurn(() => syncEntry(path))
  }
}

const replaced = async (path: string, bytes: Uint8Array): Promise<string> => {
  await replaceFile(path, bytes)
  return path
}

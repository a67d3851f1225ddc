/** Rows of a Parquet file; vectors are lists, or columns NAME_0, NAME_1, … */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib"
import type { ColumnMetaData, Compressors, FileMetaData } from "hyparquet"
import { argumentError } from "../../../core/failure/mod.ts"
import type { Floats } from "../../../core/random/mod.ts"
import { clipped } from "../../../core/text/printable.ts"
import { shown } from "../../../core/text/shown.ts"
import type { RowChunk, RowColumn, RowSource } from "../../../pipeline/mod.ts"
import { optional } from "./optional.ts"
import { passOver } from "./stored.ts"

/** A column, and which of the file's are its numbers. */
interface ParquetColumn extends RowColumn {
  readonly parts: readonly string[]
}

/** Rows of a chunk. */
const ROWS = 4096

/** Numbers that are held at a time: a column of a row group is unpacked as a whole, so that the more are held, the fewer times. */
const HELD = 2 ** 25

/** Values of lists in a row group, at most: they become lists of JavaScript's, all of a group at once. */
const MOST_IN_LISTS = 2 ** 24

/** The source of a file. What is refused is thrown. */
export const parquetRows = async (path: string): Promise<RowSource> => {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetReadObjects } = await optional(
    "hyparquet",
    path,
    () => import("hyparquet")
  )
  const failed = (cause: unknown) => refuse(path, cause)
  const open = async () => {
    const file = await asyncBufferFromFile(path)
    const metadata = await parquetMetadataAsync(file).catch(failed)
    return { file, metadata, compressors }
  }
  const opened = await open()
  const ends = groupEnds(opened.metadata)
  const lists = opened.metadata.row_groups.flatMap((group) => group.columns.map((c) => valuesInList(c.meta_data)))
  const most = lists.reduce((a, b) => Math.max(a, b), 0)
  if (most > MOST_IN_LISTS) {
    const want = `at most ${MOST_IN_LISTS} values of lists in a row group`
    const fix = "write smaller groups (row_group_size=100_000), or a column for each number: NAME_0, NAME_1, …"
    throw argumentError({ doing: `read ${path}`, want, got: `${most}`, fix })
  }
  const [sample = {}] = await parquetReadObjects({
    ...opened,
    columns: [...topLevel(opened.metadata)],
    rowStart: 0,
    rowEnd: 1
  }).catch(failed)
  const columns = columnsOf(sample)
  async function* chunks(wanted: readonly ParquetColumn[]): AsyncGenerator<RowChunk> {
    const again = await open()
    for (const { from, to } of slices(ends, wanted)) {
      const held = wanted.map((column) => makeHeld(path, column, from, to))
      for (const { column, take } of held) {
        for (const [i, part] of column.parts.entries()) {
          await parquetRead({
            ...again,
            columns: [part],
            rowStart: from,
            rowEnd: to,
            // What it throws where it calls this goes nowhere: `done` tells it.
            onChunk: ({ columnData, rowStart }) => take(i, columnData, rowStart)
          }).catch(failed)
        }
      }
      const done = held.map((h) => h.done())
      for (let at = 0; at < to - from; at += ROWS) yield chunkOf(done, at, Math.min(ROWS, to - from - at))
    }
  }
  return {
    name: path,
    columns: columns.map(({ parts: _, ...column }) => column),
    read: (names) => passOver(path, () => chunks(columns.filter((c) => names.includes(c.name))))
  }
}

/** Pages as they are packed; what they hold unpacked is told beside them. Snappy is the library's own. */
const compressors: Compressors = {
  GZIP: (bytes, size) => gunzipSync(bytes, { maxOutputLength: Math.max(1, size) }),
  BROTLI: (bytes, size) => brotliDecompressSync(bytes, { maxOutputLength: Math.max(1, size) }),
  ZSTD: (bytes, size) => zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, size) })
}

const valuesInList = (column: ColumnMetaData | undefined): number =>
  column === undefined || column.path_in_schema.length < 2 ? 0 : Number(column.num_values)

/** Where each row group ends. */
const groupEnds = ({ row_groups }: FileMetaData): readonly number[] => {
  let rows = 0
  return row_groups.map((group) => {
    rows += Number(group.num_rows)
    return rows
  })
}

/** Rows that are held together: a row group, or a part of one that is too large. */
function* slices(ends: readonly number[], columns: readonly ParquetColumn[]) {
  const width = columns.reduce((sum, c) => sum + c.width, 0)
  const most = Math.max(ROWS, Math.floor(HELD / Math.max(1, width)))
  let from = 0
  for (const end of ends) {
    for (; from < end; from = Math.min(end, from + most)) yield { from, to: Math.min(end, from + most) }
  }
}

/** A column of some rows, as far as its parts are read. */
const makeHeld = (path: string, column: ParquetColumn, from: number, to: number) => {
  const { name, width, parts, text } = column
  const count = to - from
  const texts = new Array<string>(text === true ? count : 0)
  const numbers = new Float64Array(text === true ? 0 : count * width)
  const each = width / parts.length
  let [cells, odd] = [0, ""]
  const put = (row: number, part: number, value: unknown): void => {
    if (text === true) {
      texts[row] = String(value)
      return
    }
    const values = Array.isArray(value) ? value.flat(4) : undefined
    if ((values?.length ?? 1) !== each && odd === "") odd = `${shown(value)} in row ${from + row}`
    const at = row * width + part * each
    if (values === undefined) numbers[at] = numberIn(value)
    else for (let i = 0; i < Math.min(each, values.length); i++) numbers[at + i] = numberIn(values[i])
  }
  return {
    column,
    take: (part: number, data: ArrayLike<unknown>, start: number): void => {
      const [first, end] = [Math.max(from, start), Math.min(to, start + data.length)]
      for (let row = first; row < end; row++) put(row - from, part, data[row - start])
      cells += Math.max(0, end - first)
    },
    done: () => {
      const wrong = (want: string, got: string) => argumentError({ doing: `read ${path}`, want, got })
      if (odd !== "") throw wrong(`${width} numbers of ${clipped(name)} a row`, odd)
      const whole = count * parts.length
      if (cells !== whole) throw wrong(`${whole} values of ${clipped(name)} in rows ${from} to ${to - 1}`, `${cells}`)
      return { column, texts, numbers }
    }
  }
}

type Held = ReturnType<ReturnType<typeof makeHeld>["done"]>

const chunkOf = (held: readonly Held[], at: number, count: number): RowChunk => {
  const numbers: Record<string, Floats> = {}
  const texts: Record<string, readonly string[]> = {}
  for (const { column, ...all } of held) {
    const { name, width, text } = column
    if (text === true) texts[name] = all.texts.slice(at, at + count)
    else numbers[name] = all.numbers.subarray(at * width, (at + count) * width)
  }
  return { count, numbers, texts }
}

const refuse = (path: string, cause: unknown): never => {
  const got = cause instanceof Error ? cause.message : String(cause)
  const codec = got.includes("compression codec")
  const want = codec ? "pages compressed by zstd, snappy, gzip or brotli" : "a whole Parquet file"
  throw argumentError({
    doing: `read ${path}`,
    want,
    got: clipped(got),
    fix: codec ? 'write it with compression="zstd"' : ""
  })
}

/** Columns as the schema's root has them. */
const topLevel = ({ schema }: FileMetaData): readonly string[] => {
  const [root, ...rest] = schema
  const names: string[] = []
  for (let i = 0; i < rest.length && names.length < (root?.num_children ?? 0); i++) {
    names.push(rest[i]!.name)
    // Over what belongs to it.
    for (let left = rest[i]!.num_children ?? 0; left > 0; left--) {
      i++
      left += rest[i]?.num_children ?? 0
    }
  }
  return names
}

const columnsOf = (sample: Readonly<Record<string, unknown>>): readonly ParquetColumn[] => {
  const vectors = new Map<string, string[]>()
  const whole: ParquetColumn[] = []
  for (const [name, value] of Object.entries(sample)) {
    const [, stem, place] = /^(.+?)_(\d{1,5})$/.exec(name) ?? []
    if (stem !== undefined && !Array.isArray(value)) {
      const parts = vectors.get(stem) ?? []
      parts[Number(place)] = name
      vectors.set(stem, parts)
    } else if (typeof value === "string") whole.push({ name, width: 1, parts: [name], text: true })
    else whole.push({ name, width: Array.isArray(value) ? value.flat(4).length : 1, parts: [name] })
  }
  for (const [name, sparse] of vectors) {
    const parts = Array.from(sparse)
    if (!parts.some((p) => p === undefined)) whole.push({ name, width: parts.length, parts })
  }
  return whole
}

/** Nothing is NaN, as data frames have it. */
const numberIn = (x: unknown): number => {
  if (typeof x === "number") return x
  return typeof x === "bigint" || typeof x === "boolean" ? Number(x) : Number.NaN
}

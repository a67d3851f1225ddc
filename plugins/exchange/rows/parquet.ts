/** Rows of a Parquet file; vectors are lists, or columns NAME_0, NAME_1, … */
import type { AsyncBuffer, FileMetaData } from "hyparquet"
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

/** Rows that are read at a time: lists become objects, which take much more room than their numbers. */
const ROWS = 4096

/** The source of a file. What is refused is thrown. */
export const parquetRows = async (path: string): Promise<RowSource> => {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await optional(
    "hyparquet",
    path,
    () => import("hyparquet")
  )
  const open = async () => {
    const file = await asyncBufferFromFile(path)
    return { file, metadata: await parquetMetadataAsync(file).catch((cause: unknown) => refuse(path, cause)) }
  }
  type Opened = { readonly file: AsyncBuffer; readonly metadata: FileMetaData }
  const part = ({ file, metadata }: Opened, names: readonly string[], from: number, to: number) =>
    parquetReadObjects({ file, metadata, columns: [...names], rowStart: from, rowEnd: to }).catch((cause: unknown) =>
      refuse(path, cause)
    )
  const opened = await open()
  const [sample = {}] = await part(opened, topLevel(opened.metadata), 0, 1)
  const columns = columnsOf(sample)
  async function* chunks(wanted: readonly ParquetColumn[]): AsyncGenerator<RowChunk> {
    const again = await open()
    const rows = Number(again.metadata.num_rows)
    const names = wanted.flatMap((c) => c.parts)
    for (let from = 0; from < rows; from += ROWS) {
      const some = await part(again, names, from, Math.min(rows, from + ROWS))
      yield chunkOf(path, some, wanted, from)
    }
  }
  return {
    name: path,
    columns: columns.map(({ parts: _, ...column }) => column),
    read: (names) => passOver(path, () => chunks(columns.filter((c) => names.includes(c.name))))
  }
}

const refuse = (path: string, cause: unknown): never => {
  const got = cause instanceof Error ? cause.message : String(cause)
  throw argumentError({ doing: `read ${path}`, want: "a whole Parquet file", got: clipped(got) })
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

const chunkOf = (
  path: string,
  rows: readonly Readonly<Record<string, unknown>>[],
  columns: readonly ParquetColumn[],
  from: number
): RowChunk => {
  const numbers: Record<string, Floats> = {}
  const texts: Record<string, readonly string[]> = {}
  for (const { name, width, parts, text } of columns) {
    if (text === true) {
      texts[name] = rows.map((row) => String(row[name]))
      continue
    }
    const into = new Float64Array(rows.length * width)
    for (const [r, row] of rows.entries()) {
      const values = parts.flatMap((part) => flat(row[part]))
      if (values.length !== width) {
        const want = `${width} numbers of ${clipped(name)} in row ${from + r}`
        throw argumentError({ doing: `read ${path}`, want, got: shown(row[parts[0]!]) })
      }
      for (let i = 0; i < width; i++) into[r * width + i] = numberIn(values[i])
    }
    numbers[name] = into
  }
  return { count: rows.length, numbers, texts }
}

const flat = (x: unknown): readonly unknown[] => (Array.isArray(x) ? x.flat(4) : [x])

/** Nothing is NaN, as data frames have it. */
const numberIn = (x: unknown): number => {
  if (typeof x === "number") return x
  return typeof x === "bigint" || typeof x === "boolean" ? Number(x) : Number.NaN
}

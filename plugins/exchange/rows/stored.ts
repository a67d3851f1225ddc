/** Columns that stand in files as arrays, each by itself, as NumPy and safetensors write them. */
import { type FileHandle, open } from "node:fs/promises"
import { Stream } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, argumentError, cannot, isFailure } from "../../../core/failure/mod.ts"
import type { Floats } from "../../../core/random/mod.ts"
import { type FileError, fileError } from "../../../core/service/file_error.ts"
import { clipped } from "../../../core/text/printable.ts"
import type { RowChunk, RowColumn, RowSource } from "../../../pipeline/mod.ts"
import { type Dtype, decode, floatsOf } from "../../io/matrix/mod.ts"
import { type ByteReader, byteReader, type FilePart } from "./bytes.ts"

/** Texts of one length: so many signs, of one byte or as code points of four. */
export interface TextType {
  readonly size: 1 | 4
  readonly signs: number
}

/** An array `[rows, …]` in a file. */
export interface StoredColumn extends RowColumn {
  readonly path: string
  readonly part: FilePart
  readonly rows: number
  readonly type: Dtype | TextType
  readonly big: boolean
}

/** Bytes that are read at a time, of all columns together. */
const CHUNK = 2 ** 20

/** Bytes of one column in a row, at most: a million numbers. */
const LONGEST_ROW = 2 ** 23

/**
 * The rows of such columns.
 *
 * - Errors: `ArgumentError` for no column, for columns of different length, for one without numbers, or with more than fit a row.
 */
export const storedRows = (name: string, columns: readonly StoredColumn[]): E.Either<ArgumentError, RowSource> => {
  const [first] = columns
  if (first === undefined) return cannot(`read ${name}`, "arrays with a row for each transition", "none")
  const other = columns.find((c) => c.rows !== first.rows)
  if (other !== undefined) {
    const want = `${first.rows} rows of each column, as ${clipped(first.name)} has`
    return cannot(`read ${name}`, want, `${other.rows} of ${clipped(other.name)}`)
  }
  // A header may tell anything; what it tells decides how much is held.
  const odd = columns.find((c) => !(bytesOfRow(c) > 0 && bytesOfRow(c) <= LONGEST_ROW))
  if (odd !== undefined) {
    const want = `1 to ${LONGEST_ROW} bytes of ${clipped(odd.name)} a row`
    return cannot(`read ${name}`, want, `${bytesOfRow(odd)}`)
  }
  return E.right({
    name,
    columns: columns.map(({ name: own, width, text }) => ({ name: own, width, ...(text === true ? { text } : {}) })),
    read: (names) =>
      passOver(name, () =>
        rowsOf(
          columns.filter((c) => names.includes(c.name)),
          first.rows
        )
      )
  })
}

/** A pass as a stream: what the operating system refuses is told with the file's name. */
export const passOver = (
  name: string,
  chunks: () => AsyncIterable<RowChunk>
): Stream.Stream<RowChunk, ArgumentError | FileError> =>
  Stream.suspend(() =>
    Stream.fromAsyncIterable(chunks(), (cause) =>
      isFailure(cause, "ArgumentError") ? cause : fileError("read", name, cause)
    )
  )

const bytesOfRow = ({ type, width }: StoredColumn): number => type.size * ("signs" in type ? type.signs : width)

/** Errors are thrown: `passOver` tells them. */
async function* rowsOf(columns: readonly StoredColumn[], rows: number): AsyncGenerator<RowChunk> {
  const files = new Map<string, FileHandle>()
  const readers: ByteReader[] = []
  try {
    for (const { path, part } of columns) {
      const file = files.get(path) ?? (await open(path, "r"))
      files.set(path, file)
      readers.push(byteReader(file, part))
    }
    const each = columns.reduce((sum, c) => sum + bytesOfRow(c), 0)
    const most = Math.max(1, Math.floor(CHUNK / Math.max(1, each)))
    for (let from = 0; from < rows; from += most) {
      const count = Math.min(most, rows - from)
      const numbers: Record<string, Floats> = {}
      const texts: Record<string, readonly string[]> = {}
      for (const [i, column] of columns.entries()) {
        const { name, width, type, big, path } = column
        const wanted = count * bytesOfRow(column)
        const bytes = await readers[i]!.take(wanted)
        if (bytes.length < wanted) {
          const want = `${rows} rows of ${clipped(name)}`
          throw argumentError({ doing: `read ${path}`, want, got: "a file that ends before" })
        }
        if ("signs" in type) texts[name] = textsIn(bytes, count, type, big)
        else numbers[name] = floatsOf(decode(type, bytes, count * width, big))
      }
      yield { count, numbers, texts }
    }
  } finally {
    for (const reader of readers) reader.close()
    for (const file of files.values()) await file.close()
  }
}

/** NumPy's texts, padded with zeros. */
const textsIn = (bytes: Uint8Array, count: number, { size, signs }: TextType, big: boolean): readonly string[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: count }, (_, row) => {
    let text = ""
    for (let i = 0; i < signs; i++) {
      const at = (row * signs + i) * size
      const sign = size === 4 ? view.getUint32(at, !big) : view.getUint8(at)
      if (sign === 0) break
      text += sign <= 0x10ffff ? String.fromCodePoint(sign) : "\uFFFD"
    }
    return text
  })
}

/** Rows of a `.csv` file: a header, then a line for each transition. Vectors are columns NAME_0, NAME_1, … What is refused is thrown. */
import { createReadStream } from "node:fs"
import * as E from "fp-ts/lib/Either.js"
import { argumentError } from "../../../core/failure/mod.ts"
import type { Floats } from "../../../core/random/mod.ts"
import { clipped } from "../../../core/text/printable.ts"
import { shown } from "../../../core/text/shown.ts"
import type { RowChunk, RowColumn, RowSource } from "../../../pipeline/mod.ts"
import { numberOf, records } from "../../io/matrix/mod.ts"
import { passOver } from "./stored.ts"

/** A column, and which cells of a line are its numbers. */
interface CsvColumn extends RowColumn {
  readonly cells: readonly number[]
}

/** Rows of a chunk, at most, and numbers: of wide rows there are fewer. */
const [ROWS, NUMBERS] = [4096, 2 ** 20]
const MOST_CELLS = 100_000
/** Longest line that is read, in characters. */
const LONGEST_LINE = 2 ** 22

/** The source of a file. */
export const csvRows = async (path: string): Promise<RowSource> => {
  const lines = linesOf(path)
  const { value } = await lines.next()
  await lines.return(undefined)
  const first = (value ?? "").replace(/^\uFEFF/, "")
  const separator = ["\t", ";", ","].find((s) => first.includes(s)) ?? ","
  const columns = columnsOf(cellsOf(first, separator))
  const read = (names: readonly string[]): AsyncIterable<RowChunk> =>
    chunksOf(
      path,
      columns.filter((c) => names.includes(c.name)),
      separator
    )
  return {
    name: path,
    columns: columns.map(({ cells: _, ...column }) => column),
    read: (names) => passOver(path, () => read(names))
  }
}

async function* linesOf(path: string): AsyncGenerator<string, undefined> {
  const file = createReadStream(path)
  // Without this a file that cannot be opened would end as an empty one.
  await new Promise<void>((opened, failed) => void file.once("open", () => opened()).once("error", failed))
  const decoder = new TextDecoder()
  let rest = ""
  const pieces: AsyncIterable<Uint8Array> = file
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n")
    rest = lines.pop() ?? ""
    for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line
    if (rest.length > LONGEST_LINE) {
      const want = `lines of at most ${LONGEST_LINE} characters`
      throw argumentError({ doing: `read ${path}`, want, got: "a longer one" })
    }
  }
  rest += decoder.decode()
  if (rest !== "") yield rest.endsWith("\r") ? rest.slice(0, -1) : rest
  return undefined
}

/** The cells of one line; quotes are for those that need them. */
const cellsOf = (line: string, separator: string): readonly string[] => {
  if (!line.includes('"')) return line.split(separator)
  const [record] = [...records(line, separator, MOST_CELLS)]
  return record !== undefined && E.isRight(record) ? record.right.cells : [line]
}

/** Names that end with a number are components of a vector; tasks are texts. */
const columnsOf = (header: readonly string[]): readonly CsvColumn[] => {
  const vectors = new Map<string, number[]>()
  for (const [cell, raw] of header.entries()) {
    const name = raw.trim()
    const [, stem, place] = /^(.+?)(?:_|\.|\[)(\d{1,5})\]?$/.exec(name) ?? []
    const own = stem ?? name
    const cells = vectors.get(own) ?? []
    cells[Number(place ?? 0)] = cell
    vectors.set(own, cells)
  }
  return [...vectors].flatMap(([name, sparse]): readonly CsvColumn[] => {
    const cells = Array.from(sparse)
    if (cells.some((c) => c === undefined)) return []
    const column = { name, width: cells.length, cells }
    return [/^task/.test(name) && cells.length === 1 ? { ...column, text: true } : column]
  })
}

async function* chunksOf(path: string, columns: readonly CsvColumn[], separator: string): AsyncGenerator<RowChunk> {
  let [line, count] = [0, 0]
  const rows = Math.max(1, Math.min(ROWS, Math.floor(NUMBERS / columns.reduce((sum, c) => sum + c.width, 1))))
  let chunk = emptyChunk(columns, rows)
  for await (const text of linesOf(path)) {
    line++
    if (line === 1 || text === "") continue
    const cells = cellsOf(text, separator)
    for (const column of columns) {
      const { name, width } = column
      const into = chunk.numbers[name]
      if (into === undefined) chunk.texts[name]!.push((cells[column.cells[0]!] ?? "").trim())
      else
        for (let i = 0; i < width; i++) into[count * width + i] = valueAt(cells, column, i, { separator, path, line })
    }
    if (++count < rows) continue
    yield { count, ...chunk }
    chunk = emptyChunk(columns, rows)
    count = 0
  }
  if (count === 0) return
  const { numbers, texts } = chunk
  const part = columns.flatMap(({ name, width }) => {
    const values = numbers[name]
    return values === undefined ? [] : [[name, values.subarray(0, count * width)] as const]
  })
  yield { count, numbers: Object.fromEntries(part), texts }
}

/** Where a cell stands, for messages. */
interface Place {
  readonly separator: string
  readonly path: string
  readonly line: number
}

/** A number, a truth value as pandas writes it, or NaN of an empty cell. */
const valueAt = (cells: readonly string[], column: CsvColumn, i: number, { separator, path, line }: Place): number => {
  const cell = cells[column.cells[i]!]?.trim()
  if (cell === "") return Number.NaN
  if (cell !== undefined && /^(?:true|false)$/i.test(cell)) return cell.length === 4 ? 1 : 0
  const value = cell === undefined ? undefined : numberOf(cell, separator !== ",")
  if (value !== undefined) return value
  const want = `a number for ${clipped(column.name)} on line ${line}`
  throw argumentError({ doing: `read ${path}`, want, got: cell === undefined ? `${cells.length} cells` : shown(cell) })
}

/** Arrays with room for so many rows. */
const emptyChunk = (columns: readonly CsvColumn[], rows: number) => {
  const numbers: Record<string, Floats> = {}
  const texts: Record<string, string[]> = {}
  for (const { name, width, text } of columns) {
    if (text === true) texts[name] = []
    else numbers[name] = new Float64Array(rows * width)
  }
  return { numbers, texts }
}

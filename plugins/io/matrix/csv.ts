/** Matrices as separated text: with or without a header, with or without row names, quotes around cells. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, argumentError } from "../../../core/failure/mod.ts"
import { shown } from "../../../core/text/shown.ts"
import { decimalSigns, numberOf } from "./csv_number.ts"
import { type Flaw, records, type Separator } from "./csv_records.ts"
import { MOST_TASKS, type NamedMatrix } from "./matrix.ts"
import { paired, type Table } from "./table.ts"

/**
 * Reads a numeric table.
 *
 * The separator is that of a first line `sep=…`, else the first of tab, semicolon, comma that the first line holds outside
 * quotes, else white space. Where it is no comma, numbers may have decimal commas.
 *
 * A header is a first line with an empty first cell, with a cell behind it that is no number, or with one before numbers
 * only; also one line more than there are columns, if its numbers differ (columns that are called by numbers). Row names
 * are a first column without numbers, or whatever stands in the first column under an empty cell, under a text that no
 * other row begins with, or before a header one cell short; also one column more than there are lines, if its numbers
 * differ. Rows and columns are paired by name. Lines that are empty or begin with `#` are skipped.
 *
 * - Errors: `ArgumentError` naming line and column of a cell that is no number, lines of unequal length, decimal signs
 *   that are not certain, names that occur twice or only once, and more than {@link MOST_TASKS} rows or columns.
 */
export const readCsv = (text: string, name: string): E.Either<ArgumentError, NamedMatrix> =>
  pipe(
    linesOf(text.replace(/^\uFEFF/, "")),
    E.chain(tableOf),
    E.mapLeft(({ want, got }) => argumentError({ doing: `read ${name}`, want, got })),
    E.chain((table) => paired(table, name))
  )

/** A line below the first: its numbers (NaN in front of them, if that is a name) and its first cell. */
interface Line {
  readonly line: number
  readonly name: string
  readonly named: boolean
  readonly numbers: Float64Array
}

/** The first line as text, as it may be a header, and the others as numbers. */
interface Lines {
  readonly first: readonly string[]
  readonly firstLine: number
  readonly commas: boolean
  readonly body: readonly Line[]
}

const flaw = (want: string, got: string): E.Either<Flaw, never> => E.left({ want, got })

const linesOf = (text: string): E.Either<Flaw, Lines> => {
  const { separator, start } = separatorOf(text)
  const commas = separator !== ","
  const signs = decimalSigns()
  let first: { readonly cells: readonly string[]; readonly line: number } | undefined
  const body: Line[] = []
  for (const record of records(text.slice(start), separator, MOST_TASKS + 1)) {
    if (E.isLeft(record)) return record
    const { cells, line, remark } = record.right
    if (remark && !(first?.cells.includes(cells[0] ?? "") ?? false)) continue
    if (first === undefined) first = { cells, line }
    else {
      const read = lineOf(cells, line, commas, signs.see)
      if (E.isLeft(read)) return read
      body.push(read.right)
      if (body.length > MOST_TASKS) return flaw(`at most ${MOST_TASKS} rows`, "more")
    }
  }
  if (first === undefined) return flaw("a matrix", "no line with numbers")
  for (const cell of first.cells) if (numberOf(cell, commas) !== undefined) signs.see(cell, first.line)
  const sign = signs.flaw()
  return sign === undefined ? E.right({ first: first.cells, firstLine: first.line, commas, body }) : E.left(sign)
}

/** The first cell may be a name, all others must be numbers. */
const lineOf = (
  cells: readonly string[],
  line: number,
  commas: boolean,
  see: (cell: string, line: number) => void
): E.Either<Flaw, Line> => {
  const numbers = new Float64Array(cells.length)
  for (let c = 0; c < cells.length; c++) {
    const cell = cells[c]!
    const value = numberOf(cell, commas)
    if (value === undefined && (c > 0 || cells.length === 1)) return noNumber(cell, line, c, commas)
    numbers[c] = value ?? Number.NaN
    if (value !== undefined) see(cell, line)
  }
  const name = cells[0] ?? ""
  return E.right({ line, name, named: numberOf(name, commas) === undefined, numbers })
}

const noNumber = (cell: string, line: number, column: number, commas: boolean): E.Either<Flaw, never> => {
  const comma = !commas && numberOf(cell, true) !== undefined
  const hint = comma ? ", where commas separate cells: use semicolons or tabs between them, or decimal points" : ""
  return flaw(`a number on line ${line}, column ${column + 1}`, `${cell === "" ? "an empty cell" : shown(cell)}${hint}`)
}

const tableOf = (lines: Lines): E.Either<Flaw, Table> => {
  const { first, firstLine, commas, body } = lines
  const width = body[0]?.numbers.length ?? first.length
  const other = body.find((l) => l.numbers.length !== width)
  if (other !== undefined) return flaw(`${width} cells on each line`, `${other.numbers.length} on line ${other.line}`)
  const header = isHeader(lines, width)
  if (first.length !== width && !(header && first.length === width - 1)) {
    const what = header ? "cells in the header, as below it" : "cells on each line"
    return header
      ? flaw(`${width} ${what}`, `${first.length} on line ${firstLine}`)
      : flaw(`${first.length} ${what}`, `${width} on line ${body[0]?.line}`)
  }
  const all: readonly Line[] = header ? body : [plainLine(first, firstLine, commas), ...body]
  const named = hasRowNames(lines, all, header)
  const unnamed = all.find((l) => l.named)
  if (!named && unnamed !== undefined) return noNumber(unnamed.name, unnamed.line, 0, commas)
  const skip = named ? 1 : 0
  const odd = header ? -1 : first.findIndex((cell, c) => c >= skip && numberOf(cell, commas) === undefined)
  if (odd >= 0) return noNumber(first[odd] ?? "", firstLine, odd, commas)
  return E.right({
    rows: all.map((l) => l.numbers.subarray(skip)),
    rowNames: named ? all.map((l) => l.name) : undefined,
    columnNames: header ? first.slice(first.length === width ? skip : 0) : undefined
  })
}

const plainLine = (cells: readonly string[], line: number, commas: boolean): Line => ({
  line,
  name: cells[0] ?? "",
  named: numberOf(cells[0] ?? "", commas) === undefined,
  numbers: Float64Array.from(cells, (cell) => numberOf(cell, commas) ?? Number.NaN)
})

/** 1,234,567 or 1'234.5: a number that is not read, rather than a name. */
const grouped = /^[+-]?\d[\d.,'\s]*$/

const isHeader = ({ first, commas, body }: Lines, width: number): boolean => {
  if (body.length === 0) return false
  const isText = (cell: string) => numberOf(cell, commas) === undefined
  const isName = (cell: string) => isText(cell) && !grouped.test(cell)
  if (first[0] === "" || first.some((cell, c) => (c > 0 || first.length === 1) && isName(cell))) return true
  const below = body.every((l) => !l.named)
  if (isText(first[0] ?? "")) return below
  return below && body.length === width && first.length === width && new Set(first).size === width
}

const hasRowNames = ({ first, commas }: Lines, all: readonly Line[], header: boolean): boolean => {
  const width = all[0]?.numbers.length ?? 0
  if (width < 2) return false
  const below = all.every((l) => l.named || !Number.isFinite(l.numbers[0])) && all.some((l) => l.named)
  if (below) return true
  if (header) {
    const text = numberOf(first[0] ?? "", commas) === undefined
    return first.length === width - 1 || first[0] === "" || (text && all.length === width - 1)
  }
  return width === all.length + 1 && new Set(all.map((l) => l.name)).size === all.length
}

/** Between cells, and where the first line begins: a line `sep=;` is a word to spreadsheets. */
const separatorOf = (text: string): { readonly separator: Separator; readonly start: number } => {
  const told = /^"?sep=([^\w"\r\n])"?[ ]*(?:\r\n|\n|\r|$)/i.exec(text)
  if (told?.[1] !== undefined) return { separator: told[1] === " " ? undefined : told[1], start: told[0].length }
  const lines = text
    .slice(0, 2 ** 20)
    .replaceAll(/"[^"]*"/g, "")
    .split(/[\r\n]/)
  const first = lines.find((line) => line.trim() !== "" && !line.trimStart().startsWith("#")) ?? ""
  return { separator: ["\t", ";", ","].find((s) => first.includes(s)), start: 0 }
}

/** One cell, quoted where it must be: blanks around it and a `#` in front are part of it too. */
export const quote = (cell: string): string =>
  /[",;\t\n\r]|^#|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell

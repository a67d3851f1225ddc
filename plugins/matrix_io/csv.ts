/** Matrices as separated text: with or without a header, with or without row names, quotes around cells. */
import * as E from "fp-ts/lib/Either.js"
import { MatrixFileError } from "../failure.ts"
import { fromRows, type NamedMatrix } from "./matrix.ts"

/**
 * Reads a numeric table.
 *
 * The separator is the first of tab, semicolon, comma that the first line holds outside quotes, else white space.
 * A header is a first line with an empty first cell, or with a cell behind it that is no number. Row names are a first
 * column without numbers, or whatever stands under an empty first cell or before a header one cell short. Lines that are empty or begin with `#` are skipped.
 *
 * - Errors: `MatrixFileError` naming line and column of a cell that is no number, and lines of unequal length.
 */
export const readCsv = (text: string, name: string): E.Either<MatrixFileError, NamedMatrix> => {
  const bad = (want: string, got: string, fix = "") =>
    E.left(new MatrixFileError({ doing: `read ${name}`, want, got, fix }))
  const lines = split(text.replace(/^\uFEFF/, ""))
  const first = lines[0]
  if (first === undefined) return bad("a matrix", "no line with numbers")
  const header = lines.length > 1 && isHeader(first.cells) ? first : undefined
  const body = header === undefined ? lines : lines.slice(1)
  const width = body[0]?.cells.length ?? 0
  const odd = body.find((l) => l.cells.length !== width)
  if (odd !== undefined) return bad(`${width} cells on each line`, `${odd.cells.length} on line ${odd.line}`)
  const corner = header?.cells[0] === "" || (header !== undefined && header.cells.length === width - 1)
  const named = corner || (width > 1 && body.every((l) => parse(l.cells[0]!) === undefined))
  const skip = named ? 1 : 0
  const expected = header?.cells.length ?? width
  if (expected !== width && expected !== width - 1) {
    return bad(`${width} cells in the header, as below it`, `${expected} on line ${header?.line ?? 1}`)
  }
  const rows: number[][] = []
  for (const { cells, line } of body) {
    const row: number[] = []
    for (let c = skip; c < cells.length; c++) {
      const value = parse(cells[c]!)
      if (value === undefined) {
        const got = cells[c] === "" ? "an empty cell" : JSON.stringify(cells[c])
        return bad(`a number on line ${line}, column ${c + 1}`, got)
      }
      row.push(value)
    }
    rows.push(row)
  }
  const fromHeader = header?.cells.slice(header.cells.length === width ? skip : 0)
  const names = named ? body.map((l) => l.cells[0]!) : fromHeader?.length === rows.length ? fromHeader : undefined
  return E.right(fromRows(rows, names))
}

/** The text of a table; `names` give both the header and the row names. Numbers read back as the same bits. */
export const writeCsv = (m: NamedMatrix): string => {
  const names = m.names?.map(quote)
  const rows = Array.from({ length: m.rows }, (_, i) => {
    const cells = Array.from(m.data.subarray(i * m.columns, (i + 1) * m.columns), show)
    return (names === undefined ? cells : [names[i]!, ...cells]).join(",")
  })
  const header = names !== undefined && m.rows === m.columns ? [["", ...names].join(",")] : []
  return `${[...header, ...rows].join("\n")}\n`
}

/** The shortest text that reads back as the same bits. */
const show = (x: number): string => (Object.is(x, -0) ? "-0" : String(x))

/** One cell, quoted where it must be. */
export const quote = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

interface Line {
  readonly line: number
  readonly cells: readonly string[]
}

const split = (text: string): Line[] => {
  const raw = text.split(/\r\n|\n|\r/)
  const kept = raw.flatMap((t, i) => (t.trim() === "" || t.trimStart().startsWith("#") ? [] : [{ line: i + 1, t }]))
  const outside = (kept[0]?.t ?? "").replaceAll(/"[^"]*"/g, "")
  const separator = ["\t", ";", ","].find((s) => outside.includes(s))
  return kept.map(({ line, t }) => ({ line, cells: cellsOf(t, separator) }))
}

const isHeader = (cells: readonly string[]): boolean =>
  cells[0] === "" || cells.some((c, i) => (i > 0 || cells.length === 1) && parse(c) === undefined)

const cellsOf = (text: string, separator: string | undefined): string[] => {
  if (separator === undefined) return text.trim().split(/\s+/).map(unquote)
  const cells: string[] = []
  let cell = ""
  let inside = false
  for (const ch of text) {
    if (ch === '"') inside = !inside
    if (ch === separator && !inside) {
      cells.push(unquote(cell.trim()))
      cell = ""
    } else cell += ch
  }
  return [...cells, unquote(cell.trim())]
}

const unquote = (cell: string): string => {
  const quoted = /^"([\s\S]*)"$/.exec(cell)
  return quoted === null ? cell : quoted[1]!.replaceAll('""', '"')
}

const special: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  na: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "+inf": Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  "-infinity": Number.NEGATIVE_INFINITY
}

/** Decimal numbers only: what JavaScript also calls numbers ("", "0x1f") is text here. */
const parse = (cell: string): number | undefined =>
  special[cell.toLowerCase()] ?? (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) ? Number(cell) : undefined)

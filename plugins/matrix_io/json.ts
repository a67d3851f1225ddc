/** Matrices as JSON: rows of numbers, bare or in an object with names. */
import { Option, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { MatrixFileError } from "../failure.ts"
import { fromRows, type NamedMatrix } from "./matrix.ts"

/** The keys under which an object may hold the rows, and the names. */
const matrixKeys = ["matrix", "affinity", "U", "X", "data"]
const nameKeys = ["names", "tasks", "labels"]

const isRecord = Schema.is(Schema.Record(Schema.String, Schema.Unknown))
const isList = Schema.is(Schema.Array(Schema.Unknown))
const asNames = Schema.decodeUnknownOption(Schema.Array(Schema.String))

/**
 * Reads `[[…], …]` or `{ "matrix": [[…], …], "names": […] }`.
 *
 * - Errors: `MatrixFileError` for text that is no JSON, for an object without rows, and for a cell that is no number,
 *   with its row and column.
 */
export const readJson = (text: string, name: string): E.Either<MatrixFileError, NamedMatrix> => {
  const bad = (want: string, got: string, fix = "") =>
    E.left(new MatrixFileError({ doing: `read ${name}`, want, got, fix }))
  const parsed = E.tryCatch(
    (): unknown => JSON.parse(text),
    (e) => (e instanceof Error ? e.message : String(e))
  )
  if (E.isLeft(parsed)) return bad("JSON", parsed.left)
  const value = parsed.right
  const record = isRecord(value) && !isList(value) ? value : undefined
  const key = record === undefined ? undefined : matrixKeys.find((k) => k in record)
  const rows = record === undefined ? value : key === undefined ? undefined : record[key]
  if (!isList(rows)) return bad(`a list of rows, bare or under one of ${matrixKeys.join(", ")}`, show(value))
  const out: number[][] = []
  for (const [i, row] of rows.entries()) {
    if (!isList(row)) return bad(`a list of numbers as row ${i + 1}`, show(row))
    const width = out[0]?.length ?? row.length
    if (row.length !== width) return bad(`${width} numbers in each row`, `${row.length} in row ${i + 1}`)
    const c = row.findIndex((v) => typeof v !== "number")
    if (c >= 0) return bad(`a number at row ${i + 1}, column ${c + 1}`, show(row[c]))
    out.push(row.map(Number))
  }
  const nameKey = record === undefined ? undefined : nameKeys.find((k) => k in record)
  const names = nameKey === undefined ? undefined : Option.getOrUndefined(asNames(record?.[nameKey]))
  return E.right(fromRows(out, names?.length === out.length ? names : undefined))
}

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** Matrices as JSON: rows of numbers, bare or in an object with names, and what pandas writes. */
import { Predicate } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, argumentError } from "../../../core/failure/mod.ts"
import { choices } from "../../../core/text/choices.ts"
import { parseJson } from "../../../core/text/json.ts"
import { shown } from "../../../core/text/shown.ts"
import {
  type Flaw,
  flaw,
  fromObjects,
  fromRecords,
  isRecord,
  type JsonObject,
  type JsonTable,
  keysInOrder,
  namesOf,
  unordered
} from "./json_orients.ts"
import { MOST_TASKS, type NamedMatrix } from "./matrix.ts"
import { paired, type Table } from "./table.ts"

/** The keys under which an object may hold the rows, and the names. */
const matrixKeys = ["matrix", "affinity", "U", "X", "data"]
const nameKeys = ["names", "tasks", "labels"]

/**
 * Reads `[[…], …]`, `{ "matrix": [[…], …], "names": […] }`, and what a data frame's `to_json` writes with the orients
 * `split`, `records`, `index`, `columns`, `values` and `table`. With `key`, what stands under that key of an object.
 *
 * - Errors: `ArgumentError` for text that is no JSON, for an object without rows, for a cell that is no number, with its
 *   row and column, and for names that are not as many as the rows, occur twice or only once.
 */
export const readJson = (text: string, name: string, key?: string): E.Either<ArgumentError, NamedMatrix> =>
  pipe(
    parseJson(text, { lists: 2 * MOST_TASKS }),
    E.mapLeft((got): Flaw => ({ want: "JSON", got })),
    E.chain((value) => tableOf(value, text, key)),
    E.chain((table) =>
      E.map((rows: readonly (readonly number[])[]): Table => ({ ...table, rows }))(numbersOf(table.rows))
    ),
    E.mapLeft(({ want, got, fix }) => argumentError({ doing: `read ${name}`, want, got, fix: fix ?? "" })),
    E.chain((table) => paired(table, name))
  )

const tableOf = (value: unknown, text: string, key: string | undefined): E.Either<Flaw, JsonTable> => {
  if (key !== undefined) return under(value, key)
  if (Array.isArray(value))
    return value.length > 0 && value.every(isRecord) ? listed(value, text) : E.right({ rows: value })
  if (!isRecord(value)) return flaw(`a list of rows, bare or under one of ${matrixKeys.join(", ")}`, shown(value))
  const own = new Map(Object.entries(value))
  const data = own.get("data")
  if (Array.isArray(data) && (own.has("columns") || own.has("index"))) return split(data, own)
  const schema = own.get("schema")
  if (Array.isArray(data) && isRecord(schema)) return described(data, schema)
  if (own.size > 0 && [...own.values()].every(isRecord)) return fromObjects(value, text)
  const found = matrixKeys.find((k) => own.has(k))
  if (found === undefined) return flaw(`a list of rows, bare or under one of ${matrixKeys.join(", ")}`, shown(value))
  return under(value, found)
}

/** What stands under a key, with the names that stand beside it. */
const under = (value: unknown, key: string): E.Either<Flaw, JsonTable> => {
  const own = new Map(isRecord(value) ? Object.entries(value) : [])
  if (!own.has(key)) return flaw(`the key ${shown(key)}`, `the keys ${choices([...own.keys()], key)}`)
  const inner = own.get(key)
  // Of its keys the text may hold others before, so that it does not tell their order.
  if (isRecord(inner)) return tableOf(inner, "", undefined)
  if (!Array.isArray(inner)) return flaw(`a list of rows under ${key}`, shown(inner))
  const nameKey = nameKeys.find((k) => k !== key && own.has(k))
  if (nameKey === undefined) return E.right({ rows: inner })
  return pipe(
    namesOf(own.get(nameKey), nameKey, inner.length),
    E.map((rowNames) => ({ rows: inner, rowNames }))
  )
}

/** pandas, `orient="split"`. */
const split = (rows: readonly unknown[], own: ReadonlyMap<string, unknown>): E.Either<Flaw, JsonTable> => {
  const first = rows[0]
  const width = Array.isArray(first) ? first.length : 0
  return pipe(
    namesOf(own.get("index"), "index", rows.length),
    E.chain((rowNames) =>
      pipe(
        namesOf(own.get("columns"), "columns", width),
        E.map((columnNames) => ({ rows, rowNames, columnNames }))
      )
    )
  )
}

/** pandas, `orient="records"`: rows without names. */
const listed = (records: readonly JsonObject[], text: string): E.Either<Flaw, JsonTable> => {
  const keys = Object.keys(records[0] ?? {})
  const columns = keysInOrder(records[0] ?? {}, text)
  return columns === undefined ? unordered(keys) : fromRecords(records, columns)
}

/** pandas, `orient="table"`: records, with a schema that says in which order, and which field is a row's name. */
const described = (records: readonly unknown[], { fields, primaryKey }: JsonObject): E.Either<Flaw, JsonTable> => {
  const names = Array.isArray(fields) ? fields.map((field: unknown) => (isRecord(field) ? String(field.name) : "")) : []
  const index: unknown = Array.isArray(primaryKey) && primaryKey.length === 1 ? primaryKey[0] : undefined
  if (typeof index !== "string" || !records.every(isRecord)) return flaw("records with one index", shown(records))
  const columns = names.filter((name) => name !== index)
  return fromRecords(records, columns, index)
}

/** Each row's numbers, all rows of one length. */
const numbersOf = (rows: readonly unknown[]): E.Either<Flaw, readonly (readonly number[])[]> => {
  const out: number[][] = []
  for (const [i, row] of rows.entries()) {
    if (!Array.isArray(row)) return flaw(`a list of numbers as row ${i + 1}`, shown(row))
    const width = out[0]?.length ?? row.length
    if (row.length !== width) return flaw(`${width} numbers in each row`, `${row.length} in row ${i + 1}`)
    const c = row.findIndex((v) => !Predicate.isNumber(v))
    if (c >= 0) return flaw(`a number at row ${i + 1}, column ${c + 1}`, shown(row[c]))
    out.push(row)
  }
  return E.right(out)
}

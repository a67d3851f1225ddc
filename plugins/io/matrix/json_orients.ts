/** Data frames as pandas writes them to JSON, as tables with names. */
import { Predicate } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { choices } from "../../../core/text/choices.ts"
import { parseJson } from "../../../core/text/json.ts"
import { shown } from "../../../core/text/shown.ts"

/** What was wanted, what came, and how to mend it. */
export interface Flaw {
  readonly want: string
  readonly got: string
  readonly fix?: string
}

/** A table whose cells have not been looked at. */
export interface JsonTable {
  readonly rows: readonly unknown[]
  readonly rowNames?: readonly string[] | undefined
  readonly columnNames?: readonly string[] | undefined
}

/** An object that is no list. */
export type JsonObject = Readonly<Record<string, unknown>>

export const isRecord = (value: unknown): value is JsonObject => Predicate.isObject(value) && !Array.isArray(value)

export const flaw = (want: string, got: string, fix = ""): E.Either<Flaw, never> => E.left({ want, got, fix })

/** Names as texts or whole numbers; nothing for nothing. Errors: another number of names than `count`, other names. */
export const namesOf = (value: unknown, key: string, count: number): E.Either<Flaw, readonly string[] | undefined> => {
  if (value === undefined || value === null) return E.right(undefined)
  if (!Array.isArray(value)) return flaw(`a list of names as ${key}`, shown(value))
  if (value.length !== count) return flaw(`${count} names as ${key}, one a row`, `${value.length}`)
  const odd = value.findIndex((v) => typeof v !== "string" && typeof v !== "number")
  if (odd >= 0) return flaw(`texts or numbers as ${key}`, `${shown(value[odd])} at ${odd + 1}`)
  return E.right(value.map(String))
}

/**
 * A row for each record, a column for each of `columnNames`; the key `index`, if there is one, holds the row's name.
 *
 * - Errors: records that do not all have these keys and no others.
 */
export const fromRecords = (
  records: readonly JsonObject[],
  columnNames: readonly string[],
  index?: string
): E.Either<Flaw, JsonTable> => {
  const rows: (readonly unknown[])[] = []
  for (const [i, record] of records.entries()) {
    const row = rowOf(record, columnNames, `record ${i + 1}`, index === undefined ? 0 : 1)
    if (E.isLeft(row)) return row
    rows.push(row.right)
  }
  if (index === undefined) return E.right({ rows, columnNames })
  const names = namesOf(
    records.map((record) => own(record, index)),
    index,
    rows.length
  )
  return E.map((rowNames: readonly string[] | undefined) => ({ rows, rowNames, columnNames }))(names)
}

/**
 * Objects of numbers by name, within an object by name: the orients `columns` and `index`, which differ by who is inside.
 *
 * - Errors: inner objects that do not all have the same keys; names that differ inside and outside, where their order in
 *   the text, by which they would be paired, is not known.
 */
export const fromObjects = (frame: JsonObject, text: string): E.Either<Flaw, JsonTable> => {
  const [first] = Object.values(frame)
  const inner = isRecord(first) ? first : {}
  const alike = Object.keys(frame).every((name) => Object.hasOwn(inner, name))
  const rowNames = alike ? Object.keys(frame) : keysInOrder(frame, text, "{")
  const columnNames = alike ? Object.keys(inner) : keysInOrder(inner, text)
  if (rowNames === undefined || columnNames === undefined) return unordered(Object.keys(frame))
  const rows: (readonly unknown[])[] = []
  for (const name of rowNames) {
    const column = own(frame, name)
    const row = rowOf(isRecord(column) ? column : {}, columnNames, shown(name), 0)
    if (E.isLeft(row)) return row
    rows.push(row.right)
  }
  return E.right({ rows, rowNames, columnNames })
}

/** Names whose order is lost, where it would say which row belongs to which column. */
export const unordered = (names: readonly string[]): E.Either<Flaw, never> =>
  flaw("rows and columns of the same names", choices(names), 'write it with orient="split"')

const rowOf = (
  record: JsonObject,
  names: readonly string[],
  what: string,
  more: number
): E.Either<Flaw, readonly unknown[]> => {
  const lacking = names.find((name) => !Object.hasOwn(record, name))
  if (lacking !== undefined) return flaw(`${shown(lacking)} in ${what}, as in the first`, "none")
  const count = Object.keys(record).length - more
  if (count !== names.length) return flaw(`${names.length} numbers in ${what}, as in the first`, `${count}`)
  return E.right(names.map((name) => own(record, name)))
}

const own = (record: JsonObject, key: string): unknown => (Object.hasOwn(record, key) ? record[key] : undefined)

/**
 * The keys of the first object in a text whose values begin with `before` (numbers, unless told), in the order that the text
 * has: JavaScript puts those that are whole numbers in front, by their size. Nothing where the text does not show it.
 */
export const keysInOrder = (record: JsonObject, text: string, before: "{" | "number" = "number") => {
  const keys = Object.keys(record)
  if (!keys.some((key) => /^(0|[1-9]\d*)$/.test(key))) return keys
  const entry = before === "{" ? /("(?:[^"\\]|\\.)*")\s*:\s*\{/g : /("(?:[^"\\]|\\.)*")\s*:\s*[-\dn]/g
  const found = new Set<string>()
  for (const [, literal = '""'] of text.matchAll(entry)) {
    const key = parseJson(literal)
    if (E.isLeft(key) || typeof key.right !== "string" || !Object.hasOwn(record, key.right)) return undefined
    found.add(key.right)
    if (found.size === keys.length) return [...found]
  }
  return undefined
}

/** A table as a file holds it, and the step to a matrix whose rows and columns are the same tasks in the same order. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, cannot } from "../../../core/failure/mod.ts"
import { choices } from "../../../core/text/choices.ts"
import { clipped } from "../../../core/text/printable.ts"
import { fromRows, MOST_TASKS, type NamedMatrix } from "./matrix.ts"

/** Rows of equal length, with the names that the file gives for rows, for columns, for both or for none. */
export interface Table {
  readonly rows: readonly ArrayLike<number>[]
  readonly rowNames?: readonly string[] | undefined
  readonly columnNames?: readonly string[] | undefined
}

/** What came where `MOST_TASKS` were wanted. */
const tooMany = (name: string, what: "rows" | "columns"): E.Either<ArgumentError, never> =>
  cannot(`read ${name}`, `at most ${MOST_TASKS} ${what}`, "more")

/**
 * Pairs rows and columns by name: rows are put into the order of the columns. Where rows are numbered 0, 1, … in order and
 * columns have other names, as a data frame without an index of its own is written, position counts; so the other way round.
 *
 * - Errors: `ArgumentError` naming a name that occurs twice, or those that only rows or only columns have.
 */
export const paired = ({ rows, rowNames, columnNames }: Table, name: string): E.Either<ArgumentError, NamedMatrix> => {
  if (rows.length > MOST_TASKS) return tooMany(name, "rows")
  if ((rows[0]?.length ?? 0) > MOST_TASKS) return tooMany(name, "columns")
  return pipe(
    distinct(rowNames, "row", name),
    E.chain(() => distinct(columnNames, "column", name)),
    E.chain(() => {
      if (rowNames === undefined) return E.right(fromRows(rows, fitting(columnNames, rows.length)))
      if (columnNames === undefined) return E.right(fromRows(rows, rowNames))
      return byName(rows, rowNames, columnNames, name)
    })
  )
}

const fitting = (names: readonly string[] | undefined, count: number): readonly string[] | undefined =>
  names?.length === count ? names : undefined

const distinct = (
  names: readonly string[] | undefined,
  what: "row" | "column",
  name: string
): E.Either<ArgumentError, unknown> => {
  const first = new Map<string, number>()
  for (const [i, own] of (names ?? []).entries()) {
    const earlier = first.get(own)
    if (earlier !== undefined) {
      const got = `"${clipped(own)}" as ${what} ${earlier + 1} and ${what} ${i + 1}`
      return bad(name, `${what} names that differ`, got, "give each task a name of its own")
    }
    first.set(own, i)
  }
  return E.right(undefined)
}

const byName = (
  rows: readonly ArrayLike<number>[],
  rowNames: readonly string[],
  columnNames: readonly string[],
  name: string
): E.Either<ArgumentError, NamedMatrix> => {
  const rowOf = new Map(rowNames.map((own, i) => [own, rows[i] ?? []]))
  const lacking = columnNames.filter((own) => !rowOf.has(own))
  if (lacking.length === 0 && rowNames.length === columnNames.length) {
    const ordered = columnNames.map((own) => rowOf.get(own) ?? [])
    return E.right(fromRows(ordered, columnNames))
  }
  if (rowNames.length === columnNames.length) {
    if (numbered(rowNames)) return E.right(fromRows(rows, columnNames))
    if (numbered(columnNames)) return E.right(fromRows(rows, rowNames))
  }
  const columns = new Set(columnNames)
  const alone = rowNames.filter((own) => !columns.has(own))
  const got = [
    ...(alone.length === 0 ? [] : [`rows ${choices(alone)} without a column`]),
    ...(lacking.length === 0 ? [] : [`columns ${choices(lacking)} without a row`])
  ]
  return bad(name, "the same names for rows and columns", got.join(", "), "name both alike, or neither")
}

const numbered = (names: readonly string[]): boolean => names.every((own, i) => own === String(i))

const bad = (name: string, want: string, got: string, fix: string): E.Either<ArgumentError, never> =>
  cannot(`read ${name}`, want, got, fix)

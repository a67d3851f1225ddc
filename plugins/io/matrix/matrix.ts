/** A matrix as files hold it, and the step from any number array to float64. */
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../../../core/failure/mod.ts"
import { shortened } from "../../../core/text/shown.ts"
import type { Npy } from "./npy.ts"

/** More tasks than this are refused before their numbers are kept: grouping them would take days. */
export const MOST_TASKS = 4096

/** Rows by columns in C order; names where the file has them. */
export interface NamedMatrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float64Array
  /** One name a row; absent where the file gives none. */
  readonly names?: readonly string[]
}

/** Builds a matrix from rows of equal length (callers have checked the lengths). */
export const fromRows = (rows: readonly ArrayLike<number>[], names?: readonly string[]): NamedMatrix => {
  const columns = rows[0]?.length ?? 0
  const data = new Float64Array(rows.length * columns)
  for (const [i, row] of rows.entries()) data.set(row, i * columns)
  return { rows: rows.length, columns, data, ...(names === undefined ? {} : { names }) }
}

/** The rows as plain arrays, for JSON. */
export const toRows = (m: NamedMatrix): number[][] =>
  Array.from({ length: m.rows }, (_, i) => [...m.data.subarray(i * m.columns, (i + 1) * m.columns)])

/**
 * A two-dimensional NumPy array as a float64 matrix.
 *
 * - Errors: `ArgumentError` for another number of axes and for 64-bit integers that float64 cannot hold.
 */
export const fromNpy = (npy: Npy, name: string): E.Either<ArgumentError, NamedMatrix> => {
  const [rows, columns] = npy.shape
  if (rows === undefined || columns === undefined || npy.shape.length !== 2) {
    const got = `shape (${shortened(npy.shape.join(", "), 80)})`
    return cannot(`read ${name}`, "a matrix (two axes)", got)
  }
  if (rows > MOST_TASKS || columns > MOST_TASKS) {
    const want = `at most ${MOST_TASKS} rows and columns`
    return cannot(`read ${name}`, want, `${rows} and ${columns}`)
  }
  const data = new Float64Array(rows * columns)
  for (let i = 0; i < data.length; i++) {
    const value = npy.data[i]!
    data[i] = Number(value)
    if (typeof value === "bigint" && BigInt(data[i]!) !== value) {
      return cannot(
        `read ${name}`,
        "integers that float64 holds exactly (up to 2^53)",
        `${value} at row ${Math.floor(i / columns) + 1}, column ${(i % columns) + 1}`,
        "save it as float64"
      )
    }
  }
  return E.right({ rows, columns, data })
}

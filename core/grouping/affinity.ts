import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../failure/mod.ts"
import { refuse } from "./error.ts"

/** A matrix as rows of numbers: what a JSON or CSV file holds. */
export type Rows = ArrayLike<ArrayLike<number>>

/** A symmetric affinity matrix, and what was done to make it so. */
export interface Affinity {
  readonly n: number
  /** (U + Uᵀ)/2, `[n, n]` row-major. */
  readonly values: Float64Array
  /** The entry that differs most from its mirror image, where that is more than rounding. */
  readonly asymmetry: Asymmetry | undefined
}

/** |U_ij − U_ji| at its largest. */
export interface Asymmetry {
  readonly row: number
  readonly column: number
  readonly difference: number
  readonly message: string
}

/** Differences up to this, relative to the largest entry, are rounding. */
const roundingDifference = 1e-8

/**
 * Checks an affinity matrix and takes its symmetric part, which is all that (7) depends on: <U, X> = <(U + Uᵀ)/2, X>.
 *
 * - Shapes: `rows` n rows of n numbers, n >= 1.
 * - Errors: `ArgumentError` naming the row of another length, or the first entry that is not finite.
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { grouping } from "policygradex"
 *
 * const read = grouping.affinity([[1, 2], [0, 1]])
 * E.map((u: grouping.Affinity) => [...u.values])(read) // => right([1, 1, 1, 1])
 * E.map((u: grouping.Affinity) => u.asymmetry?.difference)(read) // => right(2)
 * ```
 */
export const affinity = (rows: Rows): E.Either<ArgumentError, Affinity> => {
  const n = rows.length
  if (n === 0) return refuse("U", "a square matrix of at least one task", "no rows")
  for (let i = 0; i < n; i++)
    if (rows[i]!.length !== n)
      return refuse(
        `U[${i}]`,
        `${n} entries, as there are ${n} rows`,
        `${rows[i]!.length} entries`,
        "give one row and one column per task"
      )
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const value: unknown = rows[i]![j]
      if (typeof value !== "number" || !Number.isFinite(value))
        return refuse(
          `U[${i}][${j}]`,
          "a finite number",
          String(value),
          "leave out tasks whose affinity is not known, or set it to the mean"
        )
    }
  return E.right(symmetricPart(n, rows))
}

const symmetricPart = (n: number, rows: Rows): Affinity => {
  const values = new Float64Array(n * n)
  let largest = 0
  let difference = 0
  let row = 0
  let column = 0
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const here = rows[i]![j]!
      const there = rows[j]![i]!
      values[i * n + j] = 0.5 * here + 0.5 * there
      largest = Math.max(largest, Math.abs(here))
      if (j > i && Math.abs(here - there) > difference) {
        difference = Math.abs(here - there)
        row = i
        column = j
      }
    }
  if (difference <= roundingDifference * largest) return { n, values, asymmetry: undefined }
  const message = `U is not symmetric: U[${row}][${column}] and U[${column}][${row}] differ by ${difference}; (U + Uᵀ)/2 is used`
  return { n, values, asymmetry: { row, column, difference, message } }
}

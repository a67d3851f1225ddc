import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../failure/mod.ts"
import { log } from "../math/mod.ts"
import { refuse } from "./error.ts"
import { partition } from "./partition.ts"

/** Counts of tasks by group of two groupings: rows are groups of the first, by first appearance, columns of the second. */
export type Contingency = readonly (readonly number[])[]

/** How far two groupings of the same tasks agree; neither score depends on the numbering of groups. */
export interface Agreement {
  /** Normalised mutual information, arithmetic mean: 1 for equal groupings, near 0 for unrelated ones, biased upwards. */
  readonly nmi: number
  /** Adjusted Rand index: 1 for equal groupings, 0 in the mean for random ones. */
  readonly ari: number
  /** The share of tasks in the same group under the best matching of groups. */
  readonly accuracy: number
  readonly contingency: Contingency
}

/**
 * Agreement of two groupings.
 *
 *     NMI = 2 I(a, b) / (H(a) + H(b)),    I = Σ_ij n_ij/n ln(n n_ij / (a_i b_j))
 *     ARI = 2 (TP·TN − FN·FP) / ((TP + FN)(FN + TN) + (TP + FP)(FP + TN)), over ordered pairs of tasks
 *
 * - Shapes: label arrays of one length, of any numbers.
 * - Errors: `ArgumentError` where the lengths differ or are 0.
 * - Source: Hubert and Arabie, J. Classif. 2 (1985), 193 (ARI); conventions for one-group labelings are scikit-learn's:
 *   both 1 where both have a single group, NMI 0 where only one has.
 *
 * @example Other numbers, same groups
 * agreement([0, 0, 1], [5, 5, 2]) // => right({ nmi: 1, ari: 1, accuracy: 1, contingency: [[2, 0], [0, 1]] })
 */
export const agreement = (a: ArrayLike<number>, b: ArrayLike<number>): E.Either<ArgumentError, Agreement> => {
  if (a.length !== b.length) return refuse("labels", `length ${a.length}, as the other grouping`, `length ${b.length}`)
  if (a.length === 0) return refuse("labels", "at least one task", "none")
  const table = contingency(a, b)
  return E.right({ nmi: nmi(table), ari: ari(table), accuracy: accuracy(table, a.length), contingency: table })
}

/** Counts n_ij of tasks in group i of `a` and group j of `b`; arrays of one length. */
export const contingency = (a: ArrayLike<number>, b: ArrayLike<number>): Contingency => {
  const first = partition(a)
  const second = partition(b)
  const table = Array.from({ length: first.k }, () => Array.from({ length: second.k }, () => 0))
  first.labels.forEach((i, task) => {
    table[i]![second.labels[task]!]! += 1
  })
  return table
}

const nmi = (table: Contingency): number => {
  const rows = table.map(sum)
  const columns = columnSums(table)
  if (rows.length === 1 && columns.length === 1) return 1
  const n = sum(rows)
  let information = 0
  table.forEach((row, i) => {
    row.forEach((count, j) => {
      if (count > 0) information += (count / n) * (log(count / n) - log(rows[i]! / n) - log(columns[j]! / n))
    })
  })
  // Rounding of independent labels leaves an information of ±1e-17, which is none.
  if (information <= Number.EPSILON) return 0
  return Math.min(1, (2 * information) / (entropy(rows, n) + entropy(columns, n)))
}

const entropy = (counts: readonly number[], n: number): number =>
  counts.reduce((h, count) => h - (count / n) * log(count / n), 0)

const ari = (table: Contingency): number => {
  const n = sum(table.map(sum))
  const squares = table.reduce((s, row) => s + sum(row.map(square)), 0)
  const rows = sum(table.map(sum).map(square))
  const columns = sum(columnSums(table).map(square))
  // Ordered pairs of different tasks: together in both, in the first only, in the second only, in neither.
  const both = squares - n
  const first = rows - squares
  const second = columns - squares
  const neither = n * n - rows - columns + squares
  if (first === 0 && second === 0) return 1
  return (
    (2 * (both * neither - first * second)) /
    ((both + first) * (first + neither) + (both + second) * (second + neither))
  )
}

/** Largest Σ n_{i,m(i)}/n over matchings m of groups: the assignment problem, by shortest augmenting paths. */
const accuracy = (table: Contingency, n: number): number => {
  const size = Math.max(table.length, table[0]?.length ?? 0)
  const cost = (i: number, j: number): number => -(table[i]?.[j] ?? 0)
  const rowPrice = new Float64Array(size + 1)
  const columnPrice = new Float64Array(size + 1)
  const rowOf = new Int32Array(size + 1)
  for (let row = 1; row <= size; row++) {
    const least = new Float64Array(size + 1).fill(Number.POSITIVE_INFINITY)
    const from = new Int32Array(size + 1)
    const done = new Uint8Array(size + 1)
    let column = 0
    rowOf[0] = row
    while (rowOf[column] !== 0) {
      done[column] = 1
      const current = rowOf[column]!
      let step = Number.POSITIVE_INFINITY
      let next = 0
      for (let j = 1; j <= size; j++) {
        if (done[j] === 1) continue
        const reduced = cost(current - 1, j - 1) - rowPrice[current]! - columnPrice[j]!
        if (reduced < least[j]!) {
          least[j] = reduced
          from[j] = column
        }
        if (least[j]! < step) {
          step = least[j]!
          next = j
        }
      }
      for (let j = 0; j <= size; j++) {
        if (done[j] === 1) {
          rowPrice[rowOf[j]!] = rowPrice[rowOf[j]!]! + step
          columnPrice[j] = columnPrice[j]! - step
        } else least[j] = least[j]! - step
      }
      column = next
    }
    for (; column !== 0; column = from[column]!) rowOf[column] = rowOf[from[column]!]!
  }
  let matched = 0
  for (let j = 1; j <= size; j++) matched -= cost(rowOf[j]! - 1, j - 1)
  return matched / n
}

const sum = (x: readonly number[]): number => x.reduce((s, v) => s + v, 0)
const square = (x: number): number => x * x
const columnSums = (table: Contingency): number[] => (table[0] ?? []).map((_, j) => sum(table.map((row) => row[j]!)))

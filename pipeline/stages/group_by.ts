/** Groups from an affinity matrix, by a method of the package or by a contributed one. */

import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, cannot } from "../../core/failure/mod.ts"
import {
  checkedCount,
  type GroupCount,
  type Grouping,
  type GroupingMethod,
  type GroupingRequest,
  group,
  groupingMethods,
  indifference,
  partition,
  partitionValue,
  withoutCertificate
} from "../../core/grouping/mod.ts"
import { random, type Stream } from "../../core/random/mod.ts"
import type { Affinity } from "../../core/surrogate/mod.ts"
import { choices } from "../../core/text/choices.ts"
import { counted } from "../../core/text/numbers.ts"
import type { GroupingPlugin } from "../catalog.ts"

/** Groups by any method, contributed ones too. */
export type Grouped = Omit<Grouping, "method"> & { readonly method: string }

/** The method that takes the partition with the largest predicted return, and needs no affinity. */
export const WORTH = "worth"

/** Every method that a run can be asked for. */
export const groupingIds = (contributed: readonly GroupingPlugin[] = []): readonly string[] => [
  WORTH,
  ...groupingMethods,
  ...contributed.map((g) => g.id)
]

/**
 * Groups by the method of that id.
 *
 * - Errors: those of `group`; `ArgumentError` for an id that there is none of, a price with a contributed method, and
 *   labels that are not one whole number a task.
 */
export const groupBy = (
  rows: readonly (readonly number[])[],
  request: Omit<GroupingRequest, "method"> & { readonly method: string },
  contributed: readonly GroupingPlugin[] = []
): E.Either<ArgumentError, Grouped> => {
  const { method, stream } = request
  const found = methodFor(request, contributed)
  if (E.isLeft(found)) return found
  if (found.right.own !== undefined) return group(rows, { ...asked(request), stream, method: found.right.own })
  const labels = found.right.plugin.group(rows, request.k ?? "auto", () => random(stream))
  if (!Array.isArray(labels) || labels.length !== rows.length || !labels.every(Number.isInteger)) {
    const got = Array.isArray(labels) ? `${labels.length} labels: ${labels.slice(0, 8).join(", ")}` : typeof labels
    return wrong(`the labels of ${method}`, `${rows.length} whole numbers, one a task`, got)
  }
  return E.right(asGrouping(method, rows, labels, request.k))
}

/** Whether so many tasks can be grouped as asked, whatever their affinity. Errors: those of {@link groupBy}. */
export const groupingTakes = (
  n: number,
  request: GroupCount & { readonly method: string },
  contributed: readonly GroupingPlugin[] = []
): E.Either<ArgumentError, unknown> =>
  pipe(
    methodFor(request, contributed),
    E.chain(({ own }) => (own === undefined ? E.right(undefined) : checkedCount(n, { ...asked(request), method: own })))
  )

/** A {@link GroupCount}, of which the compiler knows no more. */
type Count = {
  readonly k?: number | "auto" | undefined
  readonly lambda?: number | undefined
}

type Method = { readonly own: GroupingMethod } | { readonly own?: undefined; readonly plugin: GroupingPlugin }

const methodFor = (
  { method, lambda }: Count & { readonly method: string },
  contributed: readonly GroupingPlugin[]
): E.Either<ArgumentError, Method> => {
  const own = groupingMethods.find((m) => m === method)
  if (own !== undefined) return E.right({ own })
  const plugin = contributed.find((g) => g.id === method)
  if (plugin === undefined) return wrong("method", `one of ${choices(groupingIds(contributed), method)}`, method)
  if (lambda !== undefined) return wrong("lambda", `off: ${method} has no price`, String(lambda))
  return E.right({ plugin })
}

const asked = (r: Count): { readonly k: number | "auto" } | { readonly lambda: number } =>
  r.lambda === undefined ? { k: r.k ?? "auto" } : { lambda: r.lambda }

const asGrouping = (
  method: string,
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  k: number | "auto" | undefined
): Grouped => {
  const split = partition(labels)
  const n = rows.length
  const symmetric = Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    return (rows[i]![j]! + rows[j]![i]!) / 2
  })
  const same = indifference(n, symmetric)
  const other = typeof k === "number" && k !== split.k
  return {
    ...split,
    ...withoutCertificate,
    method,
    roundedObjective: partitionValue(n, symmetric, split.labels, split.k),
    evidence: null,
    indifference: same ?? null,
    warnings: [
      ...(same === undefined ? [] : [same.message]),
      ...(other ? [`${method} gave ${counted(split.k, "group")} where ${k} were asked for`] : [])
    ]
  }
}

/** Rows of an affinity, as `group` takes them. */
export const rowsOf = (u: Affinity): readonly (readonly number[])[] =>
  Array.from({ length: u.n }, (_, i) => Array.from(u.values.subarray(i * u.n, (i + 1) * u.n)))

/** Labels by the relaxation with k groups; one group where that fails. */
export const labelsOf = (u: Affinity, k: number, stream: Stream): readonly number[] => {
  const g = group(rowsOf(u), { method: "sdp", k, stream })
  return E.isRight(g) ? g.right.labels : new Array<number>(u.n).fill(0)
}

const wrong = (field: string, want: string, got: string): E.Either<ArgumentError, never> =>
  cannot(`group by ${field}`, want, got)

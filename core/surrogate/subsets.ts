/** The random subsets of tasks whose adaptation is estimated. */
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../failure/mod.ts"
import { permutation, type Stream } from "../random/mod.ts"

/** Sorted task numbers. */
export type Subset = readonly number[]

/** More subsets than these are never listed. */
const MOST = 1_000_000

const refuse = (field: "size" | "count", value: number, want: string, fix = ""): E.Either<ArgumentError, never> =>
  cannot("draw subsets", `${field} ${want}`, String(value), fix)

/** n over k, exact while it is a safe integer. */
export const choose = (n: number, k: number): number => {
  let c = 1
  for (let i = 1; i <= k; i++) c = (c * (n - k + i)) / i
  return Math.round(c)
}

/**
 * Every subset of `size` out of `n` tasks, in lexicographic order.
 *
 * @example
 * allSubsets(3, 2) // => [[0, 1], [0, 2], [1, 2]]
 */
export const allSubsets = (n: number, size: number): readonly Subset[] => {
  const out: Subset[] = []
  const extend = (chosen: readonly number[], from: number): void => {
    if (chosen.length === size) {
      out.push(chosen)
      return
    }
    for (let i = from; i <= n - size + chosen.length; i++) extend([...chosen, i], i + 1)
  }
  extend([], 0)
  return out
}

/** How many subsets there are. Errors: those of {@link subsets}, before any is drawn. */
export const checkedSubsets = (n: number, size: number, count: number | "all"): E.Either<ArgumentError, number> => {
  if (!Number.isInteger(size) || size < 2 || size > n) return refuse("size", size, `a whole number in 2…${n} (tasks)`)
  if (count !== "all" && (!Number.isInteger(count) || count < 1)) return refuse("count", count, "a whole number >= 1")
  const there = choose(n, size)
  return count === "all" && there > MOST
    ? refuse("count", there, `at most ${MOST} for "all"`, "ask for a number of random ones")
    : E.right(there)
}

/**
 * `count` distinct random subsets of `size` tasks, every pair of tasks together in at least one of them.
 *
 * Drawn by cutting random permutations into pieces, so that every task is in nearly as many subsets as every other;
 * pairs still missing then get a subset each. All subsets, when there are no more than `count`.
 *
 * - Errors: `ArgumentError` for a size outside 2…n, a count below 1, or "all" of more than a million.
 * - Source: Zhang et al., algorithm 2, line 2; equation 5 needs every n_ij > 0.
 */
export const subsets = (
  s: Stream,
  n: number,
  size: number,
  count: number | "all"
): E.Either<ArgumentError, readonly Subset[]> => {
  const checked = checkedSubsets(n, size, count)
  if (E.isLeft(checked)) return checked
  if (count === "all" || checked.right <= count) return E.right(allSubsets(n, size))
  const found = new Map<string, Subset>()
  const add = (tasks: readonly number[]): void => {
    if (found.size >= count) return
    const sorted = tasks.toSorted((a, b) => a - b)
    found.set(sorted.join(","), sorted)
  }
  while (found.size < count) {
    const order = Array.from(permutation(s, n))
    for (let i = 0; i + size <= n; i += size) add(order.slice(i, i + size))
  }
  const drawn = [...found.values()]
  for (const [i, j] of missingPairs(drawn, n)) {
    if (drawn.some((t) => t.includes(i) && t.includes(j))) continue
    const others = Array.from(permutation(s, n)).filter((t) => t !== i && t !== j)
    drawn.push([i, j, ...others.slice(0, size - 2)].sort((a, b) => a - b))
  }
  return E.right(drawn)
}

const missingPairs = (drawn: readonly Subset[], n: number): readonly (readonly [number, number])[] => {
  const seen = new Uint8Array(n * n)
  for (const t of drawn) for (const i of t) for (const j of t) seen[i * n + j] = 1
  const out: [number, number][] = []
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) if (seen[i * n + j] === 0) out.push([i, j])
  return out
}

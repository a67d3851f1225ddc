import * as Either from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../failure/mod.ts"
import { below } from "./integers.ts"
import { shuffleFrom } from "./permutation.ts"
import type { Stream } from "./stream.ts"
import { random } from "./uniform.ts"

/** How indices are chosen. */
export interface ChoiceOptions {
  /** May an index come more than once? Default true. */
  readonly replace?: boolean
  /** Probability of each index; default equal ones. */
  readonly p?: ArrayLike<number>
}

/**
 * `size` indices from 0 … n − 1; NumPy's `choice(n, size, replace, p)`, draw for draw.
 *
 * - Shapes: `p` is `[n]`; result `[size]`.
 * - Errors: `ArgumentError` for n or size that is no count, size > n without replacement, p of another length, negative,
 *   not summing to 1 within 1e-8, or with fewer non-zeros than a draw without replacement needs.
 */
export const choice = (
  s: Stream,
  n: number,
  size: number,
  { replace = true, p }: ChoiceOptions = {}
): Either.Either<ArgumentError, Int32Array> => {
  if (!isCount(n) || n === 0) return refuse("n", n, "an integer from 1 to 2^31 − 1")
  if (!isCount(size)) return refuse("size", size, "an integer from 0 to 2^31 − 1")
  if (!replace && size > n) return refuse("size", size, `at most n = ${n} without replacement`)
  if (p === undefined) return Either.right(replace ? withReplacement(s, n, size) : withoutReplacement(s, n, size))
  const weights = Float64Array.from(p)
  const problem = checkWeights(weights, n, replace ? 1 : size)
  if (problem !== undefined) return problem
  return Either.right(replace ? weighted(s, weights, size) : weightedWithoutReplacement(s, weights, size))
}

const isCount = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= 0x7fffffff

const refuse = (field: string, value: unknown, want: string): Either.Either<ArgumentError, never> =>
  cannot("draw choice", `${field} ${want}`, String(value))

const checkWeights = (
  p: Float64Array,
  n: number,
  positive: number
): Either.Either<ArgumentError, never> | undefined => {
  if (p.length !== n) return refuse("p", `length ${p.length}`, `of length n = ${n}`)
  const odd = p.findIndex((x) => !(x >= 0))
  if (odd >= 0) return refuse(`p[${odd}]`, p[odd], "a number ≥ 0")
  const sum = p.reduce((a, b) => a + b, 0)
  if (!(Math.abs(sum - 1) <= 1e-8)) return refuse("p", `sum ${sum}`, "summing to 1")
  const nonZero = p.reduce((count, x) => count + (x > 0 ? 1 : 0), 0)
  if (nonZero < positive) return refuse("p", `${nonZero} non-zero entries`, `at least ${positive} non-zero`)
  return undefined
}

const withReplacement = (s: Stream, n: number, size: number): Int32Array => {
  const out = new Int32Array(size)
  for (let i = 0; i < size; i++) out[i] = below(s.words, n - 1)
  return out
}

/** NumPy shuffles the tail of the whole range when it draws much of a large one, and else uses Floyd's algorithm. */
const withoutReplacement = (s: Stream, n: number, size: number): Int32Array => {
  if (n > 10000 && size > Math.floor(n / 50)) {
    const all = Int32Array.from({ length: n }, (_, i) => i)
    shuffleFrom(s.words, all, Math.max(n - size, 1), n)
    return all.slice(n - size)
  }
  const seen = new Set<number>()
  const out = new Int32Array(size)
  for (let j = n - size; j < n; j++) {
    const draw = below(s.words, j)
    const fresh = seen.has(draw) ? j : draw
    seen.add(fresh)
    out[j - n + size] = fresh
  }
  shuffleFrom(s.words, out, 1, size)
  return out
}

/** Cumulative probabilities, divided by their last. */
const cumulative = (p: Float64Array): Float64Array => {
  const cdf = p.slice()
  for (let i = 1; i < cdf.length; i++) cdf[i]! += cdf[i - 1]!
  const total = cdf[cdf.length - 1]!
  return cdf.map((x) => x / total)
}

/** The first index whose cumulative probability exceeds u. */
const locate = (cdf: Float64Array, u: number): number => {
  let low = 0
  let high = cdf.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (cdf[middle]! <= u) low = middle + 1
    else high = middle
  }
  return low
}

const weighted = (s: Stream, p: Float64Array, size: number): Int32Array => {
  const cdf = cumulative(p)
  const out = new Int32Array(size)
  for (let i = 0; i < size; i++) out[i] = locate(cdf, random(s))
  return out
}

/** Draws in rounds, keeps what is new in order of its first drawing, and puts its probability to zero. */
const weightedWithoutReplacement = (s: Stream, p: Float64Array, size: number): Int32Array => {
  const out = new Int32Array(size)
  const remaining = p.slice()
  let found = 0
  while (found < size) {
    const round = new Set(weighted(s, remaining, size - found))
    for (const i of round) {
      out[found++] = i
      remaining[i] = 0
    }
  }
  return out
}

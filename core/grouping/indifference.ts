import { normalise } from "./normalise.ts"
import { packSymmetric } from "./packed.ts"

/** Why any groups of these tasks would be arbitrary. */
export interface Indifference {
  /** All pairs alike; or pairs that differ by what their two tasks add, so that all groupings are worth the same; or noise. */
  readonly kind: "equal" | "additive" | "noise"
  /** Mean affinity of two different tasks. */
  readonly mean: number
  /** Largest less smallest affinity of two different tasks. */
  readonly spread: number
  readonly message: string
}

/** Entries that were computed alike differ by a few roundings of the largest of them. */
const roundings = 32

/** Standard deviations of χ² that the variation of pairs may lie above its mean under noise alone. */
const significance = 2

/**
 * Whether a matrix says nothing of which tasks belong together; undefined where it does.
 *
 *     equal:     max U_ij − min U_ij <= 32 ε max |U_ij|,  i ≠ j
 *     additive:  P U P = c P to rounding: U_ij = a_i + a_j (+ c where i = j), and every split into k groups is worth the same
 *     noise:     Σ (U_ij − Ū)²/σ² <= ν + 2 √(2ν),  over i < j, ν pairs less one
 *
 * ε is that of float32 where all entries are float32 numbers (not all whole), else that of float64. Two tasks have one pair and one split
 * into each number of groups: they do not differ where it makes none to put them together, U_11 + U_22 = 2 U_12.
 *
 * - Shapes: `u` `[n, n]` row-major, symmetric.
 * - Units: `noise` σ, the standard deviation of an entry's error, that of U; 0 where it is not known.
 * - Source: this package; 2 √(2ν) are two standard deviations of χ² with ν degrees of freedom.
 */
export const indifference = (n: number, u: Float64Array, noise = 0): Indifference | undefined => {
  if (n < 2) return undefined
  const pairs = pairsOf(n, u)
  const [low, high] = extremes(pairs)
  const mean = pairs.reduce((sum, x) => sum + x / pairs.length, 0)
  const found = (kind: Indifference["kind"], why: string): Indifference => ({
    kind,
    mean,
    spread: high - low,
    message: `these tasks do not differ: ${why}; groups would be arbitrary`
  })
  const single = u.every((x) => Math.fround(x) === x) && !u.every(Number.isInteger)
  const precision = single ? 2 ** -23 : Number.EPSILON
  const largest = Math.max(Math.abs(low), Math.abs(high))
  if (n === 2) {
    const together = u[0]! + u[3]! - 2 * u[1]!
    const size = Math.max(Math.abs(u[0]!), Math.abs(u[3]!), largest)
    return Math.abs(together) <= roundings * precision * size
      ? found("equal", "together they are worth what they are worth apart")
      : undefined
  }
  if (high - low <= roundings * precision * largest)
    return found("equal", `every two have the same affinity, ${Number(mean.toPrecision(4))}`)
  if (normalise(n, packSymmetric(n, u)).scale === 0)
    return found("additive", "every way to split them into so many groups is worth the same")
  const freedom = pairs.length - 1
  const squares = pairs.reduce((sum, x) => sum + (x - mean) * (x - mean), 0)
  if (freedom > 0 && squares <= noise * noise * (freedom + significance * Math.sqrt(2 * freedom)))
    return found(
      "noise",
      `their affinities vary no more than their errors of ${Number(noise.toPrecision(2))} would have it`
    )
  return undefined
}

const pairsOf = (n: number, u: Float64Array): Float64Array => {
  const pairs = new Float64Array((n * (n - 1)) / 2)
  for (let i = 0, p = 0; i < n; i++) for (let j = 0; j < i; j++) pairs[p++] = u[i * n + j]!
  return pairs
}

const extremes = (x: Float64Array): readonly [number, number] => {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const v of x) {
    low = Math.min(low, v)
    high = Math.max(high, v)
  }
  return [low, high]
}

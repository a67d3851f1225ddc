/** What every number of policies is predicted to be worth, in units of return, before any of them is trained. */
import { bestPartitions } from "../../grouping/mod.ts"
import type { Stream } from "../../random/mod.ts"
import { mean } from "../../stat/mod.ts"
import { bootstrap, type GroupPredictions, returnsIn, type WorthData } from "./bootstrap.ts"
import type { GradientEstimator } from "./estimator.ts"
import type { ExpectedReturn } from "./returns.ts"

/** One number of policies. */
export interface WorthPoint {
  readonly k: number
  /** The best groups of this number, as predicted. */
  readonly labels: readonly number[]
  /** Predicted return of each task. */
  readonly returns: readonly number[]
  /** Their mean, and where it is in 95 of 100 cases. */
  readonly value: number
  readonly low: number
  readonly high: number
  /** How much less than the best number's this is, and one standard error of that: both from the same draws. */
  readonly shortfall: number
  readonly error: number
}

/** Draws of the block bootstrap. */
const DRAWS = 64

/**
 * What tasks that pull apart really reach together, off by this part of what all reach alone; so that 95 of 100 intervals hold
 * what was reached over the families of `bun run bench estimators`.
 */
const CONFLICT_ERROR = 0.3

/**
 * The best groups of every number and what they are worth:
 *
 *     worth(k) = max over partitions into k of mean_i J_i(S(i)),    J_i(S) as `returnOf` tells by how S pulls i
 *
 * The interval counts the noise of the gradients (a bootstrap over independent blocks of transitions) and what `returnOf` says of its
 * own error, which differences between numbers of policies mostly share.
 *
 * - Units: those of `start`.
 */
export const worthCurve = (estimator: GradientEstimator, data: WorthData, s: Stream): readonly WorthPoint[] => {
  const { tasks: n } = data.gradients
  const predicted = returnsIn(estimator, data, data.moments)
  const found = bestPartitions(n, (members) => sum(predicted(members).map(expected)))
  const byTask = found.map(({ groups }) => returnsOf(n, predicted, groups))
  const values = byTask.map((all) => mean(all.map(expected)))
  const drawn = draws(
    estimator,
    data,
    found.map((p) => p.groups),
    s
  )
  const best = values.indexOf(Math.max(...values))
  const start = mean(data.start)
  const least = mean(data.possible.map(([end]) => end))
  const most = mean(data.possible.map(([, end]) => end))
  return found.map(({ k, labels }, at): WorthPoint => {
    const value = values[at]!
    const noise = QUANTILE * Math.hypot(deviation(drawn[at]!), CONFLICT_ERROR * (values[n - 1]! - start))
    const under = value - mean(byTask[at]!.map((r) => r.low))
    const over = mean(byTask[at]!.map((r) => r.high)) - value
    return {
      k,
      labels,
      returns: byTask[at]!.map(expected),
      value,
      low: Math.max(least, value - Math.hypot(noise, under)),
      high: Math.min(most, value + Math.hypot(noise, over)),
      shortfall: values[best]! - value,
      error: deviation(drawn[at]!.map((v, r) => drawn[best]![r]! - v))
    }
  })
}

/** Of the normal distribution, for 95%. */
const QUANTILE = 1.959964

/** Standard errors within which numbers of policies are not told apart. */
export const NOISE = 2

/** Part of the improvement by which numbers of policies that noise does not tell apart may differ to count as equal. */
const EQUAL = 0.0005

/**
 * The number of policies to train: the fewest that are as good as the best, as far as noise tells; or with a price the one with the largest
 * worth less price for each policy.
 *
 * - Units: `start`, the mean return at θ★, and `price`, of one more policy, of return as mean over tasks.
 */
export const bestWorth = (curve: readonly WorthPoint[], start: number, price?: number): WorthPoint => {
  if (price !== undefined) return curve.reduce((a, b) => (b.value - price * b.k > a.value - price * a.k ? b : a))
  const most = Math.max(...curve.map((p) => Math.abs(p.value - start)))
  return curve.find((p) => p.shortfall <= Math.min(NOISE * p.error, EQUAL * most)) ?? curve[0]!
}

const expected = ({ value }: ExpectedReturn): number => value

const returnsOf = (
  n: number,
  predicted: GroupPredictions,
  groups: readonly (readonly number[])[]
): readonly ExpectedReturn[] => {
  const out = new Array<ExpectedReturn>(n)
  for (const members of groups) {
    for (const [a, r] of predicted(members).entries()) out[members[a]!] = r
  }
  return out
}

/** Mean returns of the same groups under each draw of the bootstrap, a row a grouping. */
const draws = (
  estimator: GradientEstimator,
  data: WorthData,
  groupings: readonly (readonly (readonly number[])[])[],
  s: Stream
): readonly (readonly number[])[] => {
  const next = bootstrap(estimator, data, s)
  const rows = groupings.map((): number[] => [])
  for (let draw = 0; draw < DRAWS; draw++) {
    const predicted = next()
    groupings.forEach((groups, at) => {
      rows[at]!.push(mean(returnsOf(data.start.length, predicted, groups).map(expected)))
    })
  }
  return rows
}

const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0)

const deviation = (x: readonly number[]): number => {
  const m = mean(x)
  return Math.sqrt(x.reduce((s, v) => s + (v - m) ** 2, 0) / Math.max(1, x.length - 1))
}

/** Which groups are best as far as is known, and how sure that is. */

import type { Key } from "../../random/mod.ts"
import { mean } from "../../stat/mod.ts"
import { type Belief, groupMeans } from "./belief.ts"
import { type Contenders, labelsOf, type Parts } from "./contenders.ts"
import { type BeliefDraws, drawGroups } from "./draws.ts"

/** What is asked of a decision between partitions. */
export interface DecisionAsked {
  /** So many groups; or as many as are best. */
  readonly k?: number | undefined
  /** Of one more group, of return as mean over tasks; 0 or more. */
  readonly price: number
  /** Part of what trainings improve by which a partition may fall short and still count as the best. */
  readonly margin: number
  /** How sure to be, in (0, 1). */
  readonly level: number
}

/** One number of groups. */
export interface DecisionPoint {
  readonly k: number
  readonly parts: Parts
  readonly labels: readonly number[]
  /** Expected return, mean over tasks, and where it is in 95 of 100 cases. */
  readonly value: number
  readonly low: number
  readonly high: number
  /** Probability that no partition is better by more than the margin. */
  readonly certainty: number
  /** How much better the best one is, in expectation. */
  readonly regret: number
}

/** What is known after some trainings. */
export interface DecisionState {
  /** The groups to take now. */
  readonly chosen: DecisionPoint
  /** The best of every number of groups. */
  readonly curve: readonly DecisionPoint[]
  /** Whether the choice is as certain as was asked. */
  readonly certain: boolean
  /** In return. */
  readonly margin: number
  /** The best partition of each draw, and how much better than the chosen one it is there. */
  readonly rivals: readonly { readonly parts: Parts; readonly ahead: number }[]
}

/** Draws of a belief: a probability of 0.95 is known to 0.01. */
const DRAWS = 256

/** Of the normal distribution, for 95%. */
const QUANTILE = 1.959964

/**
 * Decides as well as can be now: of the numbers of groups whose best partition is, with the probability asked, within the margin of the
 * best of all, the fewest; while there is none the largest expected return less price.
 *
 * - Units: those of returns.
 */
export const decisionState = (b: Belief, contenders: Contenders, asked: DecisionAsked, key: Key): DecisionState => {
  const { prior } = b
  const n = prior.tasks
  const worthOf = (values: Float64Array): Float64Array => values.map((v) => v / n - asked.price)
  const means = groupMeans(b)
  const worth = worthOf(means)
  const drawn = drawGroups(b, DRAWS, key)
  const some = contenders.byCount(worth).filter((parts) => asked.k === undefined || parts.length === asked.k)
  const start = mean(prior.start)
  const returned = (values: Float64Array, parts: Parts): number => parts.reduce((s, g) => s + values[g]! / n, 0)
  const margin = asked.margin * Math.max(...some.map((parts) => Math.abs(returned(means, parts) - start)))
  const tops = drawsOf(drawn, prior.groups.length).map((values) => {
    const own = worthOf(values)
    return { values, own, top: contenders.best(own, asked.k) }
  })
  const curve = some.map((parts): DecisionPoint => {
    const behind = tops.map(({ own, top }) => Math.max(0, top.value - parts.reduce((s, g) => s + own[g]!, 0)))
    const value = returned(means, parts)
    const spread = QUANTILE * deviation(tops.map(({ values }) => returned(values, parts)))
    return {
      k: parts.length,
      parts,
      labels: labelsOf(prior, parts),
      value,
      low: value - spread,
      high: value + spread,
      certainty: behind.filter((x) => x <= margin).length / DRAWS,
      regret: mean(behind)
    }
  })
  const enough = curve.find((p) => p.certainty >= asked.level)
  const highest = curve.reduce((a, p) => (p.value - asked.price * p.k > a.value - asked.price * a.k ? p : a))
  const chosen = enough ?? highest
  return {
    chosen,
    curve,
    certain: enough !== undefined,
    margin,
    rivals: tops.map(({ own, top }) => ({
      parts: top.parts,
      ahead: top.value - chosen.parts.reduce((s, g) => s + own[g]!, 0)
    }))
  }
}

const drawsOf = ({ count, values }: BeliefDraws, groups: number): readonly Float64Array[] =>
  Array.from({ length: count }, (_, d) => values.subarray(d * groups, (d + 1) * groups))

const deviation = (x: readonly number[]): number => {
  const m = mean(x)
  return Math.sqrt(x.reduce((s, v) => s + (v - m) * (v - m), 0) / Math.max(1, x.length - 1))
}

/** What a decision by trainings begins with: a return predicted for every group, and how far off it may be. */
import { Schema } from "effect"
import { partition } from "../../../core/grouping/mod.ts"
import { type Key, stream } from "../../../core/random/mod.ts"
import { Doubles, Numbers } from "../../../core/service/data.ts"
import { mean } from "../../../core/stat/mod.ts"
import { everyGroup, unitsOf } from "../../../core/surrogate/belief/mod.ts"
import {
  type GradientEstimator,
  predictGroups,
  type WorthData,
  type WorthPoint
} from "../../../core/surrogate/estimators/mod.ts"
import { Labels } from "../schemas.ts"

/** A `BeliefPrior`, and the partitions that a decision is between where not all groups are in it. */
export const Beliefs = Schema.Struct({
  tasks: Schema.Int,
  groups: Schema.Array(Labels),
  start: Numbers,
  gains: Doubles,
  noise: Doubles,
  scale: Schema.Number,
  slope: Schema.Number,
  /** By places among the groups. */
  partitions: Schema.Array(Labels)
})
export type Beliefs = typeof Beliefs.Type

/** Up to so many tasks all groups are asked about; of more those of the predicted curve, a grouping of each number. */
export const ALL_UP_TO = 12

export interface BeliefsAsked {
  readonly estimator: GradientEstimator
  readonly data: WorthData
  /** The predicted curve: of its partitions are the groups, where all would be too many. */
  readonly curve: readonly WorthPoint[]
  /** Whether predictions are returns, and not only gains in advantage. */
  readonly told: boolean
  /** Mean return of each task's episodes at θ★, and the highest. */
  readonly seen: readonly { readonly episodeReturn: number; readonly range: readonly [number, number] }[]
  readonly key: Key
}

/**
 * The prior of a decision. Where the learner does not tell how it updates, predicted gains have no unit: they are taken as parts of
 * how far the best episode at θ★ is above the mean one, which is wide of the mark as often as not, and trainings must tell.
 */
export const beliefsOf = ({ estimator, data, curve, told, seen, key }: BeliefsAsked): Beliefs => {
  const n = data.start.length
  const made = curve.map(({ labels }) => partition(labels).groups)
  const groups =
    n <= ALL_UP_TO ? everyGroup(n) : [...new Map(made.flat().map((members) => [members.join(" "), members])).values()]
  const { returns, modelError, noise } = predictGroups(estimator, data, groups, stream(key))
  const place = new Map(groups.map((members, g) => [members.join(" "), g]))
  const partitions = n <= ALL_UP_TO ? [] : made.map((parts) => parts.map((members) => place.get(members.join(" "))!))
  const from = groups.flat()
  const gains = returns.map((r, p) => r - data.start[from[p]!]!)
  const common = { tasks: n, groups, partitions, start: seen.map((t) => t.episodeReturn) }
  const { scale, slope } = unitsOf(gains)
  if (told) return { ...common, gains, noise, slope, scale: Math.max(scale, modelError) }
  const room = mean(seen.map(({ episodeReturn, range }) => range[1] - episodeReturn))
  const unit = room / scale
  const inReturn = gains.map((g) => g * unit)
  return { ...common, gains: inReturn, noise: noise.map((e) => e * unit), ...unitsOf(inReturn) }
}

/** What an estimator is: from what was seen at θ★ to how much each task would gain in any group. */
import type { Subset } from "../subsets.ts"
import type { GradientMoments } from "./gradients.ts"

/** What estimators of an update take. */
export interface UpdateData {
  readonly moments: GradientMoments
  /** Transitions in an update of a group of so many tasks: its noise is that of a mean over so many. */
  readonly batch: (members: number) => number
}

/** What an update on a group is expected to do. */
export interface ExpectedUpdate {
  /** For each member, in their order, how much it gains to first order: g_i · Δ; larger is better. */
  readonly gains: (members: Subset) => readonly number[]
  /** Δ, the expected change of θ, in the estimator's own unit: `[p]`. */
  readonly direction: (members: Subset) => Float64Array
}

/** Ids of all estimators, the default first. */
export const estimatorIds = [
  "expected-gain",
  "adam-gain",
  "natural-gain",
  "inner-product",
  "cosine",
  "logistic",
  "cross-fitted",
  "lookahead"
] as const
export type EstimatorId = (typeof estimatorIds)[number]

/** A way to estimate what a group brings its tasks. */
export interface Estimator {
  readonly id: EstimatorId
  readonly summary: string
  /** Paper and equation. */
  readonly source: string
  /** Whether an update's noise is part of it: an estimator that leaves it out would always train every task alone. */
  readonly noisy: boolean
}

/** An estimator that needs mean gradients and their noise only: no feature of any single transition. */
export interface GradientEstimator extends Estimator {
  readonly update: (data: UpdateData) => ExpectedUpdate
}

/** Adaptation judged on transitions that it was not fitted to: what of a surrogate's gain is more than noise. */
import { Effect } from "effect"
import type { Transitions } from "../../../algorithms/mod.ts"
import type { Subset } from "../../../core/surrogate/mod.ts"
import { solveSubsets, type TaskData, taskLosses } from "./solve_subsets.ts"

/** A task's rows, in the order [step, environment]. */
export interface JudgedRows {
  readonly transitions: Pick<Transitions, "environments" | "count">
  readonly data: TaskData
}

/** Damping as multiples of the loss's largest curvature; from hardly a step to a fit of every transition. */
const DAMPINGS = [10, 1, 0.1, 0.01]

/**
 * For each subset S and task i in it, how much the logistic loss of i falls on one half of its transitions when x is fitted to S
 * on the other half; the mean of both ways round, at the damping with the largest mean gain.
 *
 *     gain_i(S) = ½ Σ_h [ ℓ_i,¬h(0) − ℓ_i,¬h(x_S,h) ]
 *
 * Halves hold whole environments, which share nothing but θ★. What is fitted to noise gains nothing on the other half: unlike the
 * in-sample gain, this one may be negative, and larger subsets have less noise to fit.
 *
 * - Source: sample splitting as in Chernozhukov et al., arXiv:1608.00060; the loss is equation 3 of Zhang et al.
 */
export const crossFittedGains = Effect.fn("pipeline.crossFittedGains")(function* (
  tasks: readonly JudgedRows[],
  subsets: readonly Subset[],
  dimension: number
) {
  const halves = [0, 1].map((h) => tasks.map((t) => halfOf(t, h, dimension)))
  let found: { readonly mean: number; readonly gains: readonly (readonly number[])[] } | undefined
  for (const damping of DAMPINGS) {
    const gains = subsets.map((s) => new Array<number>(s.length).fill(0))
    for (const [h, fitted] of halves.entries()) {
      const judged = halves[1 - h]!
      const { x } = yield* solveSubsets(fitted, subsets, { dimension, mu: { curvatures: damping }, ...ENOUGH })
      const losses = yield* taskLosses(judged, x, dimension)
      const before = judged.map(lossAtZero)
      for (const [k, s] of subsets.entries()) {
        for (const [a, i] of s.entries()) gains[k]![a]! += (before[i]! - losses[i * subsets.length + k]!) / 2
      }
    }
    const all = gains.flat()
    const mean = all.reduce((sum, g) => sum + g, 0) / all.length
    if (found === undefined || mean > found.mean) found = { mean, gains }
  }
  return found?.gains ?? []
})

/** Differences of losses need no more digits. */
const ENOUGH = { tolerance: 1e-4, maxEvaluations: 200 }

/** Transitions of every other environment; of every other half of the time, where there is only one. */
const halfOf = ({ transitions, data }: JudgedRows, half: number, dimension: number): TaskData => {
  const { environments, count } = transitions
  const has = (row: number): boolean =>
    environments > 1 ? (row % environments) % 2 === half : Math.floor((2 * row) / count) === half
  const rows = Array.from({ length: count }, (_, row) => row).filter(has)
  const features = new Float32Array(rows.length * dimension)
  const advantages = new Float32Array(rows.length)
  for (const [k, row] of rows.entries()) {
    advantages[k] = data.advantages[row]!
    for (let i = 0; i < dimension; i++) features[k * dimension + i] = data.features[row * dimension + i]!
  }
  return { features, advantages }
}

/** Mean loss of a task at x = 0, the unadapted policy: log 2 · mean |Â|. */
export const lossAtZero = ({ advantages }: TaskData): number => {
  let sum = 0
  for (let r = 0; r < advantages.length; r++) sum += Math.abs(advantages[r]!)
  return (Math.LN2 * sum) / advantages.length
}

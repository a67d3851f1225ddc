import { exp } from "../math/mod.ts"
import { adamState, adamStep, thetaOf } from "./adam_step.ts"
import type { Aggregator } from "./aggregator.ts"

/** What uncertainty weights take. */
export interface UncertaintyConfig {
  /** Adam's step size on the log-variances. */
  readonly learningRate: number
}

/** The step size is that of FAMO's authors for this method. */
export const uncertaintyDefaults: UncertaintyConfig = { learningRate: 0.025 }

/** Log-variances stay within these bounds. */
const MOST = 10

/**
 * Uncertainty weights: a task weighs by how well it is known, its variance learned with the rest.
 *
 *     Σ_i ½·exp(−s_i)·ℓ_i + ½·s_i,   w_i = ½·exp(−s_i),   s ← Adam's step on ½ − ½·exp(−s)·ℓ
 *
 * - Shapes: the state `theta` (s = log σ²) and Adam's `m`, `v` `[T]`, 0 at the start.
 * - Source: Kendall, Gal and Cipolla, arXiv:1705.07115. Differs: s has an Adam of its own, and stays within ±10.
 */
export const uncertainty = ({ learningRate }: UncertaintyConfig = uncertaintyDefaults): Aggregator => ({
  id: "uncertainty",
  summary: "Uncertainty weights: a task's loss weighs by a variance that is learned with the rest",
  version: "2",
  config: { learningRate },
  claims: ["permutation-invariant"],
  by: "losses",
  first: adamState,
  weigh: ({ tasks, losses }, state) => {
    const weights = thetaOf(state, tasks).map((s) => exp(-s) / 2)
    const gradient = weights.map((w, i) => 0.5 - w * losses[i]!)
    const { theta, ...next } = adamStep(state, gradient, learningRate)
    return { weights, state: { ...next, theta: theta.map((s) => Math.min(MOST, Math.max(-MOST, s))) } }
  }
})

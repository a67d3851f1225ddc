import { log } from "../math/mod.ts"
import { adamState, adamStep, thetaOf } from "./adam_step.ts"
import type { Aggregator } from "./aggregator.ts"
import { dot } from "./min_norm.ts"
import { softmax } from "./softmax.ts"

/** What FAMO takes. */
export interface FamoConfig {
  /** Adam's step size on the tasks' logits ξ. */
  readonly learningRate: number
  /** γ, which draws the logits back to 0. */
  readonly decay: number
}

/** Those of the paper. */
export const famoDefaults: FamoConfig = { learningRate: 0.025, decay: 1e-3 }

const EPSILON = 1e-8

/**
 * FAMO, fast adaptive multitask optimization: weights by which all losses fall at one rate, learned from how they fell.
 *
 *     z = softmax(ξ),   w_i = c·z_i/(ℓ_i − b_i),   c = 1/Σ_i z_i/(ℓ_i − b_i)
 *     after the step:   δ_i = log(ℓ_i − b_i) − log(ℓ'_i − b_i),   ξ ← Adam's step on (∂z/∂ξ)ᵀ δ + γ·ξ
 *
 * - Shapes: the state `theta` (ξ) and Adam's `m`, `v` `[T]`; `least` `[T]`, the lowest losses so far.
 * - Source: Liu et al., arXiv:2306.03792. Differs: losses there are positive and b is 0, as it is here while they are;
 *   of a task whose loss has been negative b is twice the lowest that it was, so that logarithms exist.
 */
export const famo = ({ learningRate, decay }: FamoConfig = famoDefaults): Aggregator => ({
  id: "famo",
  summary: "FAMO: weights by which all tasks' losses fall at one rate, learned from how they fell",
  version: "2",
  config: { learningRate, decay },
  claims: ["permutation-invariant", "identity"],
  by: "losses",
  first: (tasks) => ({ ...adamState(tasks), least: new Float64Array(tasks).fill(Number.POSITIVE_INFINITY) }),
  weigh: ({ tasks, losses }, state) => {
    const least = losses.map((l, i) => Math.min(l, state.least?.[i] ?? l))
    const z = softmax(thetaOf(state, tasks))
    const shares = z.map((v, i) => v / aboveBound(losses[i]!, least[i]!))
    const total = shares.reduce((sum, s) => sum + s, 0)
    return { weights: shares.map((s) => s / total), state: { ...state, least } }
  },
  settle: ({ tasks, losses }, after, state) => {
    const least = after.map((l, i) => Math.min(l, losses[i]!, state.least?.[i] ?? l))
    const fell = losses.map((l, i) => log(aboveBound(l, least[i]!)) - log(aboveBound(after[i]!, least[i]!)))
    const z = softmax(thetaOf(state, tasks))
    const mean = dot(z, fell)
    const gradient = z.map((v, i) => v * (fell[i]! - mean))
    return { ...adamStep(state, gradient, learningRate, decay), least }
  }
})

/** ℓ − b, never 0. */
const aboveBound = (loss: number, least: number): number => Math.max(loss - Math.min(0, 2 * least), 0) + EPSILON

/** PopArt: what a value function is to reach is normalised as it comes, and its outputs stay what they were. */

/** Mean and deviation of what is to be reached. */
export interface TargetScale {
  readonly mean: number
  readonly deviation: number
}

/** Deviations are within these, as in the published method. */
const [LEAST, MOST] = [1e-4, 1e6]

/**
 * The scale after some more targets.
 *
 *     μ' = (1 − β) μ + β·mean G,   ν' = (1 − β) ν + β·mean G²,   σ' = √(ν' − μ'²)
 *
 * - Source: van Hasselt et al., arXiv:1602.07714; of many tasks Hessel et al., arXiv:1809.04474.
 *
 * @example
 * ```ts
 * import { estimate } from "policygradex"
 *
 * estimate.targetScale({ mean: 0, deviation: 1 }, [10, 14], 1) // => { mean: 12, deviation: 2 }
 * ```
 */
export const targetScale = (before: TargetScale, targets: ArrayLike<number>, beta: number): TargetScale => {
  const n = targets.length
  if (n === 0) return before
  let [first, second] = [0, 0]
  for (let i = 0; i < n; i++) {
    // About the mean before, so that far from 0 nothing is lost.
    const apart = targets[i]! - before.mean
    first += apart / n
    second += (apart * apart) / n
  }
  const moved = beta * first
  const variance = (1 - beta) * before.deviation ** 2 + beta * second - moved * moved
  return {
    mean: before.mean + moved,
    deviation: Math.min(MOST, Math.max(LEAST, Math.sqrt(Math.max(0, variance))))
  }
}

/** One number of a network's last layer: a row of its weights, and its bias in `bias[0]`. */
export interface ScaledHead {
  readonly weights: Float32Array | Float64Array
  readonly bias: Float32Array | Float64Array
}

/**
 * Moves a last layer in place, so that σ'·n'(s) + μ' is what σ·n(s) + μ was, for every s.
 *
 *     w' = w·σ/σ',   b' = (σ·b + μ − μ')/σ'
 *
 * - Source: van Hasselt et al., arXiv:1602.07714.
 */
export const preserveOutputs = ({ weights, bias }: ScaledHead, before: TargetScale, after: TargetScale): void => {
  const ratio = before.deviation / after.deviation
  for (let i = 0; i < weights.length; i++) weights[i]! *= ratio
  bias[0] = (before.deviation * bias[0]! + before.mean - after.mean) / after.deviation
}

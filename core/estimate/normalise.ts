import type { Tensor } from "../program/mod.ts"
import { add, div, mean, mul, size, sqrt, square, sub, sum } from "../program/mod.ts"

/** Kept beside the deviation, so that equal numbers become zeros and not NaN. */
const EPSILON = 1e-8

/**
 * Mean 0, deviation 1 over all elements.
 *
 *     y = (x − mean x) / (s + 10⁻⁸),   s² = Σ (x − mean x)² / (n − 1)
 *
 * - Shapes: any; the result has x's. A single number becomes 0.
 * - Source: the usual treatment of advantages; s² is the unbiased variance, as in PyTorch.
 */
export const standardise = (x: Tensor): Tensor => {
  const centred = sub(x, mean(x))
  const variance = mul(sum(square(centred)), 1 / Math.max(1, size(x.shape) - 1))
  return div(centred, add(sqrt(variance), EPSILON))
}

/**
 * {@link standardise} of host numbers, in place over `x[from … to)`, in float64.
 *
 * - Shapes: `x` `[n]`, of which `from … to` are one sample.
 */
export const standardiseInPlace = (x: Float32Array | Float64Array, from = 0, to = x.length): void => {
  const n = to - from
  if (n <= 0) return
  let total = 0
  for (let i = from; i < to; i++) total += x[i]!
  const centre = total / n
  let squares = 0
  for (let i = from; i < to; i++) squares += (x[i]! - centre) * (x[i]! - centre)
  const scale = 1 / (Math.sqrt(squares / Math.max(1, n - 1)) + EPSILON)
  for (let i = from; i < to; i++) x[i] = (x[i]! - centre) * scale
}

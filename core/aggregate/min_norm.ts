/** The shortest convex combination of gradients. */
import { complementarity } from "../linalg/mod.ts"

/** Weights of the shortest convex combination, and how far it may be from it. */
export interface MinNorm {
  /** w ≥ 0, Σ w = 1: `[T]`. */
  readonly weights: Float64Array
  /** ‖g_w‖² − min_i ⟨g_i, g_w⟩ ≥ ‖g_w − g*‖², beside the largest ‖g_i‖²: the certificate. */
  readonly gap: number
  /** Where w may be positive: a start for gradients that are nearly the same. */
  readonly active: Uint8Array
}

/**
 * The point of least norm in the convex hull of some gradients.
 *
 *     w = argmin ‖Σ_i w_i g_i‖²,   w ≥ 0,   Σ_i w_i = 1
 *
 * As a problem over x ≥ 0 alone: x ∝ w for the least of ½xᵀ(G + κ11ᵀ)x − κ1ᵀx, whatever κ > 0; with the least ‖g_i‖² it takes no
 * digits from short gradients. The tolerance, T·max(16·accuracy, 10⁻¹³), is a part of the diagonal that is added to it: of several w the most
 * even one is found.
 *
 * - Shapes: `gram` `[T, T]`; weights, `start` `[T]`.
 * - Source: Désidéri, "Multiple-gradient descent algorithm (MGDA) for multiobjective optimization", 2012; the conditions of
 *   optimality from Wolfe, "Finding the nearest point in a polytope", 1976.
 */
export const minNorm = (tasks: number, gram: Float64Array, accuracy: number, start?: Uint8Array): MinNorm => {
  const largest = largestSquare(tasks, gram)
  if (!(largest > 0))
    return { weights: new Float64Array(tasks).fill(1 / tasks), gap: 0, active: new Uint8Array(tasks).fill(1) }
  let kappa = largest
  for (let i = 0; i < tasks; i++) kappa = Math.min(kappa, gram[i * tasks + i]!)
  kappa = Math.max(kappa, accuracy * accuracy * largest)
  const a = gram.map((g) => g + kappa)
  for (let i = 0; i < tasks; i++) a[i * tasks + i]! *= 1 + tasks * Math.max(16 * accuracy, LEAST)
  const { x, active } = complementarity(tasks, a, new Float64Array(tasks).fill(-kappa), start)
  const total = x.reduce((sum, v) => sum + v, 0)
  const weights = x.map((v) => v / total)
  const products = times(tasks, gram, weights)
  return { weights, active, gap: (dot(weights, products) - Math.min(...products)) / largest }
}

/** Below this a sum in float64 cannot tell which weights are positive. */
const LEAST = 1e-13

/** The largest ‖g_i‖². */
export const largestSquare = (tasks: number, gram: Float64Array): number => {
  let largest = 0
  for (let i = 0; i < tasks; i++) largest = Math.max(largest, gram[i * tasks + i]!)
  return largest
}

/** G w: `[T]`. */
export const times = (tasks: number, gram: Float64Array, w: Float64Array): Float64Array => {
  const out = new Float64Array(tasks)
  for (let i = 0; i < tasks; i++) {
    let sum = 0
    for (let j = 0; j < tasks; j++) sum += gram[i * tasks + j]! * w[j]!
    out[i] = sum
  }
  return out
}

/** Σ_i a_i b_i. */
export const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

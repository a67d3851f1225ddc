import { type Aggregator, aggregator } from "./aggregator.ts"
import { dot, largestSquare, minNorm, times } from "./min_norm.ts"

/** What CAGrad takes. */
export interface CaGradConfig {
  /** c, radius of the ball around the mean gradient beside its length: 0 is the mean, from 1 on no task is in conflict. */
  readonly c: number
}

/** Of the authors' multi-task reinforcement learning. */
export const caGradDefaults: CaGradConfig = { c: 0.5 }

/**
 * CAGrad, conflict-averse gradient descent: near the mean gradient g_0 the direction that serves the worst task best.
 *
 *     d = argmax_d min_i ⟨g_i, d⟩,   ‖d − g_0‖ ≤ c·‖g_0‖
 *       = g_0 + g_w/μ,   w = argmin ‖g_w + μ·g_0‖² over the simplex,   ‖g_w‖ = μ·c·‖g_0‖
 *
 * For a given μ the w is a shortest convex combination, that of the g_i + μ·g_0; as long as the same weights are positive,
 * ‖g_w‖² is a linear function of μ², so that a few secants find μ.
 *
 * - Source: Liu et al., arXiv:2110.14048; the second line is the first by Lagrange's multiplier of the ball.
 */
export const caGrad = ({ c }: CaGradConfig = caGradDefaults): Aggregator =>
  aggregator({
    id: "cagrad",
    summary: "CAGrad: near the mean gradient the direction that serves the worst task best",
    version: "2",
    config: { c },
    claims: ["permutation-invariant", ...(c >= 1 ? (["non-conflicting"] as const) : [])],
    weights: ({ tasks: n, gram, accuracy }) => {
      const even = new Float64Array(n).fill(1 / n)
      const toMean = times(n, gram, even)
      const square = dot(even, toMean)
      const radius = c * c * square
      const largest = largestSquare(n, gram)
      if (!(radius > (accuracy * c) ** 2 * largest)) return even
      /** At t = μ². */
      let start: Uint8Array | undefined
      const at = (t: number): Point => {
        const mu = Math.sqrt(t)
        const shifted = gram.map((g, p) => g + mu * (toMean[Math.floor(p / n)]! + toMean[p % n]!) + t * square)
        const { weights, active } = minNorm(n, shifted, accuracy, start)
        start = active
        const own = dot(weights, times(n, gram, weights))
        return { t, weights, square: own, over: own - t * radius }
      }
      const { weights: shortest } = minNorm(n, gram, accuracy)
      // Of ‖g_w‖² no more is known than that beside the lengths that it is made of.
      const made = shortest.reduce((sum, w, i) => sum + w * Math.sqrt(gram[i * n + i]!), 0)
      const least = Math.max(dot(shortest, times(n, gram, shortest)), accuracy * made * made, 1e-12 * largest)
      const { t, weights } = root(at, at(least / radius), at((1 + 1e-9) * (largest / radius)))
      return weights.map((w) => 1 / n + w / Math.sqrt(t))
    }
  })

interface Point {
  readonly t: number
  readonly weights: Float64Array
  /** ‖g_w‖². */
  readonly square: number
  /** How far that is above what it should be. */
  readonly over: number
}

/** Where `over` is 0 between two points; `low` where it is nowhere above. By the secant, Illinois' way. */
const root = (at: (t: number) => Point, low: Point, high: Point): Point => {
  if (!(low.over > 0)) return low
  let [a, b] = [low, high]
  let [overA, overB] = [a.over, b.over]
  let last = 0
  for (let k = 0; k < 100; k++) {
    const p = at((a.t * overB - b.t * overA) / (overB - overA))
    if (Math.abs(p.over) <= 1e-10 * p.square || !(p.t > a.t && p.t < b.t)) return p
    // An end that stays twice counts half, so that the other one moves too.
    const side = Math.sign(p.over)
    if (side > 0) [a, overA, overB] = [p, p.over, side === last ? overB / 2 : b.over]
    else [b, overB, overA] = [p, p.over, side === last ? overA / 2 : a.over]
    last = side
  }
  return b
}

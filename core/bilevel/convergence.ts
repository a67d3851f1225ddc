import type { Lipschitz } from "./existence.ts"
import type { WithinTask } from "./within_task.ts"

/** What the constants of convergence depend on. */
export interface Instance {
  readonly gamma: number
  /** r_max: the largest reward less the smallest. A constant added to all rewards changes no gradient. */
  readonly rewardRange: number
  /** A_max: no policy's advantage is larger. */
  readonly largestAdvantage: number
  readonly lambda: number
  readonly lipschitz: Lipschitz
}

/** The constants of theorem 1 or 2, in its letters. */
export interface Convergence {
  readonly b: number
  readonly c: number
  readonly g: number
  readonly k: number
  readonly m: number
  /** α for so many iterations. */
  readonly rate: (iterations: number) => number
  /** The bound on the mean of ‖∇F(ϕ_t)‖² over so many iterations: K/T + M/√T. */
  readonly bound: (iterations: number) => number
  /** Smaller than this λ is not what the theorem is about. */
  readonly leastLambda: number
}

/**
 * How fast Algorithm 1 converges: theorem 1 for the divergences of a table, theorem 2 for the distance of parameters.
 *
 *     1/T Σ_t E‖∇F(ϕ_t)‖² ≤ K/T + M/√T,   F(ϕ) = E_τ J_τ(Alg(ϕ))
 *     K = 2(B + 2C²)·r²/(1 − γ)⁴,   M = (B + 2C²)·G·r/(1 − γ)⁴
 *     α = min((r·B/(1 − γ)² + 2γ·r·C²/(1 − γ)³)⁻¹, 1/(G·√T))
 *
 * - Source: Xu and Zhu, NeurIPS 2024, theorems 1 and 2 and the notation before them.
 */
export const convergence = (id: WithinTask["id"], instance: Instance): Convergence => {
  const { gamma, rewardRange: r } = instance
  const { b, c, g, leastLambda } = constants(id, instance)
  const d = 1 - gamma
  const sum = b + 2 * c * c
  const k = (2 * sum * r * r) / d ** 4
  const m = (sum * g * r) / d ** 4
  const smoothness = (r * b) / d ** 2 + (2 * gamma * r * c * c) / d ** 3
  return {
    b,
    c,
    g,
    k,
    m,
    leastLambda,
    rate: (iterations) => Math.min(1 / smoothness, 1 / (g * Math.sqrt(iterations))),
    bound: (iterations) => k / iterations + m / Math.sqrt(iterations)
  }
}

const constants = (
  id: WithinTask["id"],
  { gamma, rewardRange: r, largestAdvantage: a, lambda, lipschitz: { l1, l2, l3 } }: Instance
): Pick<Convergence, "b" | "c" | "g" | "leastLambda"> => {
  const d = 1 - gamma
  const first = (16 * r) / (lambda * d ** 3)
  if (id === 1) return { b: first + 24 / d + 12 / lambda, c: 6 / d, g: (4 * a) / d ** 2, leastLambda: 2 * a }
  if (id === 2) return { b: first + 18 / d ** 2, c: 4 / d, g: (2 * a) / d ** 2, leastLambda: 2 * a }
  const leastLambda = (6 * l1 * l1 + 2 * l2) * a
  const above = lambda - leastLambda
  const wide = lambda + ((2 * gamma) / d) * l1 * l1 * a
  return {
    b: ((160 * l1 ** 3 + 56 * l1 * l2 + 4 * l3) * wide ** 2) / (d ** 3 * above ** 2),
    c: (2 * l1 * wide) / (d * above),
    g: (l1 * a * wide) / (d * above),
    leastLambda
  }
}

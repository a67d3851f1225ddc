import { aggregator } from "./aggregator.ts"
import { minNorm } from "./min_norm.ts"

/**
 * MGDA: the shortest convex combination of the tasks' gradients, which leads down for all of them, or is 0.
 *
 *     w = argmin ‖Σ_i w_i g_i‖²,   w ≥ 0,   Σ_i w_i = 1
 *
 * - Source: Sener and Koltun, arXiv:1810.04650. Differs: solved by {@link minNorm} to rounding instead of Frank-Wolfe's
 *   iterations.
 */
export const mgda = aggregator({
  id: "mgda",
  summary: "MGDA: the shortest convex combination of the tasks' gradients",
  claims: ["non-conflicting", "permutation-invariant", "identity"],
  weights: ({ tasks, gram, accuracy }) => minNorm(tasks, gram, accuracy).weights
})

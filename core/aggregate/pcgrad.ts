import { fillPermutation } from "../random/mod.ts"
import { aggregator } from "./aggregator.ts"

/**
 * PCGrad: projecting conflicting gradients.
 *
 *     g_i^PC ← g_i;   for j ≠ i in random order:  g_i^PC ← g_i^PC − min(0, ⟨g_i^PC, g_j⟩)/‖g_j‖² · g_j
 *     d = Σ_i g_i^PC
 *
 * - Source: Yu et al., arXiv:2001.06782.
 */
export const pcgrad = aggregator({
  id: "pcgrad",
  summary: "PCGrad: of each task's gradient the parts that conflict with other tasks' are taken out, in random order",
  claims: ["linear-under-scaling", "identity"],
  weights: ({ tasks: n, gram, stream }) => {
    const weights = new Float64Array(n)
    const own = new Float64Array(n)
    const order = new Int32Array(n)
    for (let i = 0; i < n; i++) {
      own.fill(0)
      own[i] = 1
      fillPermutation(stream, order)
      for (const j of order) {
        if (j === i) continue
        let product = 0
        for (let k = 0; k < n; k++) product += own[k]! * gram[j * n + k]!
        if (product < 0 && gram[j * n + j]! > 0) own[j]! -= product / gram[j * n + j]!
      }
      for (let k = 0; k < n; k++) weights[k]! += own[k]!
    }
    return weights
  }
})

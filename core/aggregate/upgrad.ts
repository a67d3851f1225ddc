import { complementarity } from "../linalg/mod.ts"
import { aggregator } from "./aggregator.ts"
import { unitGram } from "./unit_gram.ts"

/**
 * UPGrad, unconflicting projections: each gradient projected onto the cone of directions that conflict with none, then the mean.
 *
 *     d = 1/T · Σ_i π(g_i),   π(Jᵀu) = Jᵀv,   v = argmin vᵀ G v,  v ≥ u
 *
 * Solved with gradients of length 1, so that d stays linear in each one's scale; 16·T·accuracy on the diagonal is the tolerance.
 *
 * - Source: Quinton and Rey, arXiv:2406.16232.
 */
export const upGrad = aggregator({
  id: "upgrad",
  summary: "UPGrad: the mean of the tasks' gradients, each projected to where it conflicts with none",
  claims: ["non-conflicting", "permutation-invariant", "linear-under-scaling", "identity"],
  weights: ({ tasks: n, gram, accuracy }) => {
    const weights = new Float64Array(n).fill(1 / n)
    const { lengths, cosines: a } = unitGram(n, gram)
    for (let i = 0; i < n; i++) a[i * n + i] = 1 + 16 * n * accuracy
    // v = u + x with x ≥ 0.
    for (let i = 0; i < n; i++) {
      const q = a.subarray(i * n, (i + 1) * n).map((g) => (g * lengths[i]!) / n)
      const { x } = complementarity(n, a, q)
      for (let k = 0; k < n; k++) if (lengths[k]! > 0) weights[k]! += x[k]! / lengths[k]!
    }
    return weights
  }
})

import { eigh } from "../linalg/mod.ts"
import { aggregator } from "./aggregator.ts"
import { unitGram } from "./unit_gram.ts"

/**
 * Aligned-MTL: the mean of the gradients after their principal components are scaled to one length, the shortest one's.
 *
 *     G = V Λ Vᵀ,   w = √λ_R · V Λ^(−½) Vᵀ · 1/T,   R the rank
 *
 * R is that of the cosines between the gradients, whose eigenvalues below T·accuracy of the largest count as 0: a short gradient that no
 * other depends on is a component too.
 *
 * - Source: Senushkin et al., arXiv:2305.19000.
 */
export const alignedMtl = aggregator({
  id: "aligned-mtl",
  summary: "Aligned-MTL: the mean after the gradients' principal components are scaled to the shortest one's length",
  version: "2",
  claims: ["permutation-invariant", "identity"],
  weights: ({ tasks: n, gram, accuracy }) => {
    const weights = new Float64Array(n)
    const { values, vectors } = eigh(n, gram)
    const apart = eigh(n, unitGram(n, gram).cosines).values
    const rank = apart.filter((v, r) => v > apart[0]! * n * accuracy && values[r]! > 0).length
    if (rank === 0) return weights.fill(1 / n)
    const shortest = Math.sqrt(values[rank - 1]!)
    for (let r = 0; r < rank; r++) {
      const v = vectors.subarray(r * n, (r + 1) * n)
      const share = ((shortest / Math.sqrt(values[r]!)) * v.reduce((sum, x) => sum + x, 0)) / n
      for (let i = 0; i < n; i++) weights[i]! += share * v[i]!
    }
    return weights
  }
})

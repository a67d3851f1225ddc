import { packedLength } from "./packed.ts"

/**
 * The matrix of a partition: X = Σ_c v_c v_cᵀ / (v_cᵀ v_c), v_c the indicator of group c.
 *
 * - Shapes: `labels` `[n]` in 0 … k − 1; a packed triangle.
 * - Source: appendix A of Zhang et al., Scalable multi-objective and meta reinforcement learning via gradient estimation.
 */
export const partitionMatrix = (n: number, labels: ArrayLike<number>, k: number): Float64Array => {
  const size = new Float64Array(k)
  for (let i = 0; i < n; i++) size[labels[i]!] = size[labels[i]!]! + 1
  const out = new Float64Array(packedLength(n))
  for (let i = 0, p = 0; i < n; i++)
    for (let j = 0; j <= i; j++, p++) if (labels[i] === labels[j]) out[p] = 1 / size[labels[i]!]!
  return out
}

/** Groups read off a matrix that is nearly a partition's: each task takes along those it shares half its largest entry with. */
export const labelsByThreshold = (n: number, x: Float64Array): { readonly labels: Int32Array; readonly k: number } => {
  const labels = new Int32Array(n).fill(-1)
  let k = 0
  for (let i = 0; i < n; i++) {
    if (labels[i] !== -1) continue
    labels[i] = k
    const half = 0.5 * x[(i * (i + 3)) / 2]!
    for (let j = i + 1; j < n; j++) if (labels[j] === -1 && x[(j * (j + 1)) / 2 + i]! > half) labels[j] = k
    k++
  }
  return { labels, k }
}

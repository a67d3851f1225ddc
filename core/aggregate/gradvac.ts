import { fillPermutation } from "../random/mod.ts"
import type { Aggregator } from "./aggregator.ts"

/** What GradVac takes. */
export interface GradVacConfig {
  /** β of the running mean of similarities. */
  readonly beta: number
}

/** Those of the paper. */
export const gradVacDefaults: GradVacConfig = { beta: 0.01 }

/** Beside every length that is divided by, so that the division is finite. */
const EPSILON = 1e-8

/**
 * GradVac, gradient vaccine: PCGrad whose aim is the similarity that two tasks' gradients usually have, instead of none.
 *
 *     φ = cos(g_i^V, g_j);   where φ < φ̂_ij:
 *     g_i^V ← g_i^V + ‖g_i^V‖(φ̂_ij·√(1 − φ²) − φ·√(1 − φ̂_ij²)) / (‖g_j‖·√(1 − φ̂_ij²)) · g_j
 *     φ̂_ij ← (1 − β)·φ̂_ij + β·φ,     d = Σ_i g_i^V
 *
 * - Shapes: the state `similarity` (φ̂) `[T, T]`, 0 at the start.
 * Gradients that are not much longer than 1e-4 are short of their aim: 1e-8 is added to what φ and the last fraction are divided by, as
 * in published code.
 *
 * - Source: Wang et al., arXiv:2010.05874.
 */
export const gradVac = ({ beta }: GradVacConfig = gradVacDefaults): Aggregator => ({
  id: "gradvac",
  summary: "GradVac: PCGrad that aims at the similarity which two tasks' gradients usually have",
  config: { beta },
  claims: ["identity"],
  by: "gradients",
  first: (tasks) => ({ similarity: new Float64Array(tasks * tasks) }),
  weigh: ({ tasks: n, gram, stream }, state) => {
    const similarity = Float64Array.from(state.similarity ?? new Float64Array(n * n))
    const weights = new Float64Array(n)
    const [own, products] = [new Float64Array(n), new Float64Array(n)]
    const order = new Int32Array(Math.max(0, n - 1))
    for (let i = 0; i < n; i++) {
      own.fill(0)
      own[i] = 1
      products.set(gram.subarray(i * n, (i + 1) * n))
      fillPermutation(stream, order)
      for (const at of order) {
        const j = at < i ? at : at + 1
        const lengths = { own: lengthOf(own, products), other: Math.sqrt(Math.max(0, gram[j * n + j]!)) }
        const phi = products[j]! / (lengths.own * lengths.other + EPSILON)
        const aim = similarity[i * n + j]!
        if (phi < aim) {
          const w = vaccine(phi, aim, lengths)
          own[j]! += w
          for (let k = 0; k < n; k++) products[k]! += w * gram[j * n + k]!
        }
        similarity[i * n + j] = (1 - beta) * aim + beta * phi
      }
      for (let k = 0; k < n; k++) weights[k]! += own[k]!
    }
    return { weights, state: { similarity } }
  }
})

/** ‖Σ_k c_k g_k‖, from the products ⟨Σ_k c_k g_k, g_j⟩. */
const lengthOf = (c: Float64Array, products: Float64Array): number => {
  let square = 0
  for (let k = 0; k < c.length; k++) square += c[k]! * products[k]!
  return Math.sqrt(Math.max(0, square))
}

const vaccine = (
  phi: number,
  aim: number,
  { own, other }: { readonly own: number; readonly other: number }
): number => {
  const [sine, aimed] = [Math.sqrt(Math.max(0, 1 - phi * phi)), Math.sqrt(Math.max(0, 1 - aim * aim))]
  return (own * (aim * sine - phi * aimed)) / (other * aimed + EPSILON)
}

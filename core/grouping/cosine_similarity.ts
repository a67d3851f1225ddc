import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../failure/mod.ts"
import type { Rows } from "./affinity.ts"
import { refuse } from "./error.ts"

/**
 * Similarity of tasks by the direction of their gradients: the affinity of gradient-similarity grouping.
 *
 *     U_ij = g_iᵀ g_j / (‖g_i‖ ‖g_j‖)
 *
 * Group it by the same methods as any other affinity. A task whose gradient is zero is like no other: its row is 0 and its
 * own entry 1.
 *
 * - Shapes: n gradients of one length; `[n][n]`, symmetric, diagonal 1.
 * - Errors: `ArgumentError` naming the gradient of another length or with an entry that is not finite.
 * - Source: the definition of the cosine.
 *
 * @example
 * cosineSimilarity([[1, 0], [1, 1], [0, -2]]) // => right([[1, 0.7071…, 0], [0.7071…, 1, -0.7071…], [0, -0.7071…, 1]])
 */
export const cosineSimilarity = (gradients: Rows): E.Either<ArgumentError, number[][]> => {
  const n = gradients.length
  const length = n === 0 ? 0 : gradients[0]!.length
  const sizes = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const g = gradients[i]!
    if (g.length !== length)
      return refuse(`gradients[${i}]`, `length ${length}, that of the first`, `length ${g.length}`)
    for (let p = 0; p < length; p++) sizes[i] = Math.max(sizes[i]!, Math.abs(g[p]!))
    if (!Number.isFinite(sizes[i]!)) return refuse(`gradients[${i}]`, "finite entries", String(sizes[i]))
  }
  const norms = sizes.map((size, i) =>
    size === 0 ? 0 : Math.sqrt(scaledDot(gradients[i]!, size, gradients[i]!, size))
  )
  const out = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Number(i === j)))
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const both = norms[i]! * norms[j]!
      const cosine = both === 0 ? 0 : scaledDot(gradients[i]!, sizes[i]!, gradients[j]!, sizes[j]!) / both
      out[i]![j] = out[j]![i] = Math.min(1, Math.max(-1, cosine))
    }
  return E.right(out)
}

/** Of vectors divided by their largest entries, so that no square overflows or vanishes. */
const scaledDot = (a: ArrayLike<number>, sizeA: number, b: ArrayLike<number>, sizeB: number): number => {
  let sum = 0
  for (let p = 0; p < a.length; p++) sum += (a[p]! / sizeA) * (b[p]! / sizeB)
  return sum
}

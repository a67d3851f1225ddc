import * as E from "fp-ts/lib/Either.js"
import { cholesky, choleskySolve } from "../linalg/mod.ts"
import { log } from "../math/mod.ts"
import { aggregator } from "./aggregator.ts"
import { dot, times } from "./min_norm.ts"
import { unitGram } from "./unit_gram.ts"

/**
 * Nash-MTL: the direction on which the tasks would agree in Nash's bargaining game, whatever their losses' scales.
 *
 *     G w = 1/w  (elementwise),  w > 0     ⇔     w = argmin ½ wᵀ G w − Σ_i log w_i
 *
 * By Newton's method on the second form, which is convex: the authors' sequence of convex problems ends at the first within
 * a tolerance, this one at rounding. The length of d is √T always. Solved with gradients of length 1, so that a short one tells as much as
 * a long one; where gradients depend on each other, 16·T·accuracy on the diagonal keeps w finite.
 *
 * - Source: Navon et al., arXiv:2202.01017.
 */
export const nashMtl = aggregator({
  id: "nash-mtl",
  summary: "Nash-MTL: the direction on which the tasks would agree in Nash's bargaining game",
  version: "2",
  claims: ["non-conflicting", "permutation-invariant"],
  weights: ({ tasks: n, gram, accuracy }) => {
    const { lengths, cosines: a } = unitGram(n, gram)
    if (!lengths.some((l) => l > 0)) return new Float64Array(n).fill(1 / n)
    for (let i = 0; i < n; i++) a[i * n + i] = 1 + 16 * n * Math.max(accuracy, LEAST)
    return bargain(n, a).map((w, i) => (lengths[i]! > 0 ? w / lengths[i]! : 0))
  }
})

/** The least accuracy with which Newton's method still knows that it is done. */
const LEAST = 1e-12

/** The least of ½ wᵀ A w − Σ log w_i, by steps that stay inside and go down. */
const bargain = (n: number, a: Float64Array): Float64Array => {
  let w: Float64Array = Float64Array.from({ length: n }, (_, i) => 1 / Math.sqrt(a[i * n + i]!))
  const goalAt = (x: Float64Array): number =>
    x.every((v) => v > 0)
      ? dot(x, times(n, a, x)) / 2 - x.reduce((sum, v) => sum + log(v), 0)
      : Number.POSITIVE_INFINITY
  let value = goalAt(w)
  for (let k = 0; k < 200; k++) {
    const slope = times(n, a, w).map((v, i) => v - 1 / w[i]!)
    const curvature = a.slice()
    for (let i = 0; i < n; i++) curvature[i * n + i]! += 1 / (w[i]! * w[i]!)
    const factor = cholesky(n, curvature)
    if (E.isLeft(factor)) return w
    const step = slope.map((v) => -v)
    choleskySolve(n, factor.right, step)
    const decrease = -dot(slope, step)
    // Newton's decrement. Where values cannot tell any more, a whole step is what the quadratic model says, and the last one.
    if (!(decrease > 1e-10)) return moved(w, step, 1)
    let length = 1
    for (let i = 0; i < n; i++) if (step[i]! < 0) length = Math.min(length, (-0.95 * w[i]!) / step[i]!)
    let next = moved(w, step, length)
    let at = goalAt(next)
    while (!(at <= value - 0.1 * length * decrease) && length > 1e-12) {
      length /= 2
      next = moved(w, step, length)
      at = goalAt(next)
    }
    ;[w, value] = [next, at]
  }
  return w
}

const moved = (w: Float64Array, step: Float64Array, length: number): Float64Array =>
  w.map((v, i) => v + length * step[i]!)

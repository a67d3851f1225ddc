import { exp } from "../math/mod.ts"

/** exp x_i / Σ_j exp x_j. */
export const softmax = (x: Float64Array): Float64Array => {
  const top = Math.max(...x)
  const e = x.map((v) => exp(v - top))
  const total = e.reduce((sum, v) => sum + v, 0)
  return e.map((v) => v / total)
}

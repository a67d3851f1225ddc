/** Layer normalisation, as wires. */
import { type Activation, activations } from "./hidden.ts"
import { add, div, linear, mul, sqrt, sub, table, type Wire } from "./wire.ts"

/** Added to the variance: PyTorch's. */
const EPSILON = 1e-5

/**
 * Every row's numbers with mean 0 and variance 1, then scaled and shifted by what is learned.
 *
 *     y = g ⊙ (x − mean x)/√(var x + ε) + c
 *
 * Mean and variance are over the row's own columns; g starts at 1 and c at 0.
 *
 * - Parameters: `W_gain‹name›` and `W_shift‹name›`, `[x.width, 1]` each.
 * - Source: Ba, Kiros and Hinton, arXiv:1607.06450; ε is PyTorch's.
 */
export const layerNorm = (name: string, x: Wire): Wire => {
  const average = new Array<number>(x.width).fill(1 / x.width)
  const mean = table(x, average)
  const apart = sub(x, mean)
  const deviation = sqrt(add(table(mul(apart, apart), average), EPSILON))
  // Parameters are weights of a layer: these of one whose input is 1 in every row.
  const one = add(mul(mean, 0), 1)
  const gain = linear(`_gain${name}`, one, x.width, { bias: false, start: "one" })
  const shift = linear(`_shift${name}`, one, x.width, { bias: false, start: "zero" })
  return add(mul(div(apart, deviation), gain), shift)
}

/** Hidden layers whose sums are normalised: h_l = φ(layerNorm(h_{l−1} W_lᵀ + b_l)). */
export const normedLayersFrom = (x: Wire, widths: readonly number[], activation: Activation): Wire =>
  widths.reduce((h, width, i) => activations[activation](layerNorm(`${i + 1}`, linear(`${i + 1}`, h, width))), x)

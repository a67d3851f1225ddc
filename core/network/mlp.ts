/** The multilayer perceptron. */

import type { Floats } from "../random/mod.ts"
import { type Activation, layersFrom } from "./hidden.ts"
import { normedLayersFrom } from "./layer_norm.ts"
import type { FixedInputs, Network } from "./network.ts"
import { concat, inputWires, linear, type ToldSizes } from "./wire.ts"
import { wired } from "./wired.ts"

/** Sizes of a fully connected network. */
export interface MlpShape {
  readonly inputs: number
  /** Widths of the hidden layers, first to last; may be empty (a linear map). */
  readonly hidden: readonly number[]
  readonly outputs: number
  readonly activation: Activation
  /** Whether sums are normalised before φ, see {@link normedLayersFrom}; not by default. */
  readonly layerNorm?: boolean
}

/**
 * A fully connected network.
 *
 *     h_0 = x,   z_l = h_{l−1} W_lᵀ + b_l,   h_l = φ(z_l),   output = z_L
 *
 * With `layerNorm` h_l = φ(layerNorm(z_l)). It is cut at every z_l: with δ_l = ∂f/∂z_l a row's gradient is ∂f/∂W_l = δ_l ⊗ h_{l−1}, ∂f/∂b_l = δ_l.
 *
 * - Shapes: parameters layer by layer, W_l row-major `[out, in]` then b_l `[out]`, named `W1`, `b1`, `W2`, …
 * - First parameters: orthogonal weights (√2 in hidden layers, `gain` in the last), biases 0.
 * - Errors: `ArgumentError` where x is not `[rows, inputs]` or θ not `[layout.size]`.
 * - Source: the definition.
 *
 * @example
 * mlp({ inputs: 4, hidden: [8], outputs: 2, activation: "tanh" }).layout.size // => 58
 */
export const mlp = (shape: MlpShape): Network => {
  const { inputs, hidden, outputs, activation, layerNorm = false } = shape
  const last = hiddenOf(shape)(inputWires(shape).all, hidden, activation)
  const network = wired({
    id: "mlp",
    config: { hidden, activation, ...(layerNorm ? { layerNorm } : {}) },
    inputs,
    output: linear(`${hidden.length + 1}`, last, outputs, { start: "head" }),
    words: hidden.map((width) => `${width} ${wordOf(shape)}`),
    sized: (n, m) => mlp({ ...shape, inputs: n, outputs: m })
  })
  return { ...network, fixInputs: (theta, values) => fixInputs(shape, theta, values) }
}

type Hidden = Pick<MlpShape, "activation" | "layerNorm">

const hiddenOf = ({ layerNorm = false }: Hidden) => (layerNorm ? normedLayersFrom : layersFrom)

const wordOf = ({ activation, layerNorm = false }: Hidden): string =>
  layerNorm ? `normalised ${activation}` : activation

/** A fully connected network that is told its task by an embedding. */
export interface EmbeddedMlp extends Pick<MlpShape, "hidden" | "activation" | "layerNorm"> {
  /** Numbers of a task's embedding. */
  readonly embedding: number
}

/**
 * A fully connected network of the state and a learned vector of the task, e = E τ.
 *
 *     h_0 = [s, E τ],   h_l = φ(h_{l−1} W_lᵀ + b_l),   output = z_L
 *
 * - Parameters: m T of T embeddings of m numbers, then those of {@link mlp} with the state and m inputs.
 * - Source: the definition.
 */
export const embeddedMlp = (config: EmbeddedMlp, sizes: ToldSizes): Network => {
  const { hidden, activation, embedding } = config
  const { state, task } = inputWires(sizes)
  const e = linear("_embedding", task, embedding, { bias: false, start: { norm: 1 } })
  const h = hiddenOf(config)(concat([state, e]), hidden, activation)
  return wired({
    id: "mlp",
    config: { ...config },
    ...sizes,
    output: linear(`${hidden.length + 1}`, h, sizes.outputs, { start: "head" }),
    words: [`embeddings of ${embedding}`, ...hidden.map((width) => `${width} ${wordOf(config)}`)],
    sized: (inputs, outputs) => embeddedMlp(config, { ...sizes, inputs, outputs })
  })
}

/**
 * The last inputs e of the first layer as part of its bias; all that follows stays.
 *
 *     z_1 = W [x; e] + b = W_x x + (b + W_e e)
 */
const fixInputs = (shape: MlpShape, theta: Floats, values: Floats): FixedInputs => {
  const { inputs } = shape
  const outputs = shape.hidden[0] ?? shape.outputs
  const left = inputs - values.length
  const out = new Float64Array(theta.length - outputs * values.length)
  for (let row = 0; row < outputs; row++) {
    const from = row * inputs
    out.set(theta.subarray(from, from + left), row * left)
    let bias = theta[outputs * inputs + row]!
    for (let i = 0; i < values.length; i++) bias += theta[from + left + i]! * values[i]!
    out[outputs * left + row] = bias
  }
  out.set(theta.subarray(outputs * (inputs + 1)), outputs * (left + 1))
  return { network: mlp({ ...shape, inputs: left }), theta: out }
}

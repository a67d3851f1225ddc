/** The multilayer perceptron. */

import type { Tensor } from "../program/mod.ts"
import { add, matmul, relu, tanh } from "../program/mod.ts"
import type { Floats } from "../random/mod.ts"
import { layout } from "./layout.ts"
import type { Factors, GraphNode, Network } from "./network.ts"
import { orthogonal } from "./orthogonal.ts"

/** φ of the hidden layers. */
export type Activation = "tanh" | "relu"

/** Sizes of a fully connected network. */
export interface MlpShape {
  readonly inputs: number
  /** Widths of the hidden layers, first to last; may be empty (a linear map). */
  readonly hidden: readonly number[]
  readonly outputs: number
  readonly activation: Activation
}

/** Where layer l keeps its W `[outputs, inputs]` and b `[outputs]`. */
interface Layer {
  readonly weight: string
  readonly bias: string
  readonly inputs: number
  readonly outputs: number
}

const activations = {
  tanh: { apply: tanh, operator: "Tanh" },
  relu: { apply: relu, operator: "Relu" }
} as const satisfies Readonly<Record<Activation, { readonly apply: (x: Tensor) => Tensor; readonly operator: string }>>

/**
 * A fully connected network.
 *
 *     h_0 = x,   z_l = h_{l−1} W_lᵀ + b_l,   h_l = φ(z_l),   output = z_L
 *
 * It is cut at every z_l: with δ_l = ∂f/∂z_l a row's gradient is ∂f/∂W_l = δ_l ⊗ h_{l−1}, ∂f/∂b_l = δ_l.
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
  const { inputs, hidden, outputs, activation } = shape
  const layers = layersOf(shape)
  const parameters = layout(
    layers.flatMap((l) => [
      { name: l.weight, shape: [l.outputs, l.inputs] },
      { name: l.bias, shape: [l.outputs] }
    ])
  )
  const phi = activations[activation]
  const last = layers.length - 1
  return {
    id: "mlp",
    config: { hidden, activation },
    inputs,
    outputs,
    layout: parameters,
    forward: (theta, x) => {
      const seen: Tensor[] = []
      const cuts: Tensor[] = []
      let h = x
      layers.forEach((layer, i) => {
        const w = parameters.view(theta, layer.weight)
        const z = add(matmul(h, w, { transposeB: true }), parameters.view(theta, layer.bias))
        seen.push(h)
        cuts.push(z)
        h = i < last ? phi.apply(z) : z
      })
      const factors = (slopes: readonly Tensor[]): readonly Factors[] =>
        slopes.flatMap((left, i) => [
          { left, right: seen[i] },
          { left, right: undefined }
        ])
      return { output: h, cuts, factors }
    },
    init: (s, gain) => {
      const theta = new Float64Array(parameters.size)
      layers.forEach((l, i) => {
        orthogonal(s, l.outputs, l.inputs, i === last ? gain : Math.SQRT2, parameters.host(theta, l.weight))
      })
      return theta
    },
    factorBlocks: parameters.blocks.map(({ offset, shape: [rows = 0, columns] }) => ({
      offset,
      rows,
      columns: columns ?? 1,
      outer: columns !== undefined
    })),
    sized: (n, m) => mlp({ ...shape, inputs: n, outputs: m }),
    words: hidden.map((width) => `${width} ${activation}`),
    graph: (input, output) =>
      layers.flatMap(({ weight, bias }, i): readonly GraphNode[] => {
        const from = i === 0 ? input : `h${i}`
        const attributes = { transB: 1 }
        if (i === last) return [{ operator: "Gemm", inputs: [from, weight, bias], output, attributes }]
        return [
          { operator: "Gemm", inputs: [from, weight, bias], output: `z${i + 1}`, attributes },
          { operator: phi.operator, inputs: [`z${i + 1}`], output: `h${i + 1}` }
        ]
      }),
    fixInputs: (theta, values) => fixInputs(layers[0]!, theta, values),
    insertInputs: (theta, at, count) => insertInputs(layers[0]!, theta, at, count)
  }
}

const layersOf = ({ inputs, hidden, outputs }: MlpShape): readonly Layer[] => {
  const sizes = [inputs, ...hidden, outputs]
  return sizes.slice(1).map((n, i) => ({ weight: `W${i + 1}`, bias: `b${i + 1}`, inputs: sizes[i]!, outputs: n }))
}

/**
 * The last inputs e of the first layer as part of its bias; all that follows stays.
 *
 *     z_1 = W [x; e] + b = W_x x + (b + W_e e)
 */
const fixInputs = ({ inputs, outputs }: Layer, theta: Floats, values: Floats): Float64Array => {
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
  return out
}

/**
 * Columns of zeros in the first layer's weights.
 *
 *     W' = [W_{…at−1}, 0, W_{at…}],   z_1 = W' [x_{…at−1}; e; x_{at…}] + b = W x + b
 */
const insertInputs = ({ inputs, outputs }: Layer, theta: Floats, at: number, count: number): Float64Array => {
  const out = new Float64Array(theta.length + outputs * count)
  for (let row = 0; row < outputs; row++) {
    const [from, to] = [row * inputs, row * (inputs + count)]
    out.set(theta.subarray(from, from + at), to)
    out.set(theta.subarray(from + at, from + inputs), to + at + count)
  }
  out.set(theta.subarray(outputs * inputs), outputs * (inputs + count))
  return out
}

/** Multilayer perceptron: a parameter layout, the forward pass as tensors, and its first parameters. */
import { add, matmul, relu, tanh } from "../program/ops.ts"
import type { Tensor } from "../program/tensor.ts"
import type { Stream } from "../random/mod.ts"
import { type Layout, layout } from "./layout.ts"
import { orthogonal } from "./orthogonal.ts"

export type Activation = "tanh" | "relu"

export interface MlpShape {
  readonly inputs: number
  /** Widths of the hidden layers, first to last; may be empty (a linear map). */
  readonly hidden: readonly number[]
  readonly outputs: number
  readonly activation: Activation
}

/** Where layer l keeps its W `[outputs, inputs]` and b `[outputs]`. */
export interface Layer {
  readonly weight: string
  readonly bias: string
  readonly inputs: number
  readonly outputs: number
}

/** What layer l saw and gave; with δ_l = ∂/∂z_l a row's gradient is ∂/∂W_l = δ_l ⊗ h_{l−1}, ∂/∂b_l = δ_l. */
export interface LayerTrace extends Layer {
  /** h_{l−1} `[rows, inputs]`. */
  readonly input: Tensor
  /** z_l `[rows, outputs]`, before the activation. */
  readonly preactivation: Tensor
}

export interface Forward {
  /** z_L `[rows, outputs]`: the last layer has no activation. */
  readonly output: Tensor
  readonly layers: readonly LayerTrace[]
}

export interface Mlp {
  readonly shape: MlpShape
  readonly layers: readonly Layer[]
  readonly layout: Layout
  /** θ `[layout.size]`, x `[rows, inputs]`. */
  readonly forward: (theta: Tensor, x: Tensor) => Forward
  /**
   * First parameters: orthogonal weights (√2 in hidden layers, `gain` in the last), biases 0. For the usual policy head
   * take gain 0.01, for a value head 1.
   */
  readonly init: (s: Stream, gain: number) => Float64Array
}

const activations: Readonly<Record<Activation, (x: Tensor) => Tensor>> = { tanh, relu }

/**
 * A fully connected network.
 *
 *     h_0 = x,   z_l = h_{l−1} W_lᵀ + b_l,   h_l = φ(z_l),   output = z_L
 *
 * - Shapes: parameters layer by layer, W_l row-major `[out, in]` then b_l `[out]`, named `W1`, `b1`, `W2`, …
 * - Errors: `ShapeError` where x is not `[rows, inputs]` or θ not `[layout.size]`.
 */
export const mlp = (shape: MlpShape): Mlp => {
  const sizes = [shape.inputs, ...shape.hidden, shape.outputs]
  const layers = sizes
    .slice(1)
    .map((outputs, i): Layer => ({ weight: `W${i + 1}`, bias: `b${i + 1}`, inputs: sizes[i]!, outputs }))
  const parameters = layout(
    layers.flatMap((l) => [
      { name: l.weight, shape: [l.outputs, l.inputs] },
      { name: l.bias, shape: [l.outputs] }
    ])
  )
  const phi = activations[shape.activation]
  return {
    shape,
    layers,
    layout: parameters,
    forward: (theta, x) => {
      const traces: LayerTrace[] = []
      let h = x
      layers.forEach((layer, i) => {
        const w = parameters.view(theta, layer.weight)
        const z = add(matmul(h, w, { transposeB: true }), parameters.view(theta, layer.bias))
        traces.push({ ...layer, input: h, preactivation: z })
        h = i + 1 < layers.length ? phi(z) : z
      })
      return { output: h, layers: traces }
    },
    init: (s, gain) => {
      const theta = new Float64Array(parameters.size)
      layers.forEach((l, i) => {
        const last = i + 1 === layers.length
        orthogonal(s, l.outputs, l.inputs, last ? gain : Math.SQRT2, parameters.host(theta, l.weight))
      })
      return theta
    }
  }
}

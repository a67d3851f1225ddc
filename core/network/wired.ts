/** A network from its wires: parameters, forward pass, factors of the gradient, first parameters, exported graph. */
import type { Tensor } from "../program/mod.ts"
import type { Floats } from "../random/mod.ts"
import { firstWeights } from "./first_weights.ts"
import { graphOf } from "./graph.ts"
import { insertedInputs } from "./inserted_inputs.ts"
import { layout } from "./layout.ts"
import type { Factors, FixedInputs, Network } from "./network.ts"
import { tensorsOf } from "./passes.ts"
import { inputWires, linear, type Told, type Wire } from "./wire.ts"
import { biasOf, isLinear, weightOf, wiresOf } from "./wiring.ts"

/** What a network is beside its wires. */
export interface WiredNetwork extends Pick<Network, "id" | "config" | "inputs" | "words" | "sized"> {
  readonly told?: Told
  /** The wire of the network's inputs, and what comes out. */
  readonly output: Wire
}

/**
 * The network that computes a wire.
 *
 * Wherever a weight is multiplied with, the pass can be cut: z = h Wᵀ + b is in row t the layer's own, so with δ = ∂f/∂z its
 * gradient is ∂f/∂W = δ ⊗ h, ∂f/∂b = δ, whatever else the network does with h and z, as long as it does it row by row. All wires
 * do, and no two layers share a weight.
 *
 * - Shapes: parameters layer by layer in the order in which wires are computed: W `[width, inputs]`, then b `[width]`.
 * - Errors: `ArgumentError` of the forward pass, where widths do not fit, or a name is given to two layers.
 * - Source: the definition.
 *
 * @example Two layers for the state, scaled by what the task says
 * ```ts
 * import { network } from "policygradex"
 *
 * const { inputWires, linear, mul, relu } = network.wire
 * const scaled = (sizes: network.ToldSizes): network.Network => {
 *   const { state, task } = inputWires(sizes)
 *   const output = linear("2", mul(relu(linear("1", state, 8)), linear("_task", task, 8)), sizes.outputs, { start: "head" })
 *   return network.wired({
 *     id: "scaled", config: {}, ...sizes, output, words: ["8 scaled"],
 *     sized: (inputs, outputs) => scaled({ ...sizes, inputs, outputs })
 *   })
 * }
 * scaled({ inputs: 5, outputs: 2, told: { at: 3, tasks: 2 } }).layout.size // => 74
 * ```
 */
export const wired = (made: WiredNetwork): Network => {
  const { output, inputs, told } = made
  const wires = wiresOf(output)
  const layers = wires.filter(isLinear)
  const parameters = layout(
    layers.flatMap((l) => [
      { name: weightOf(l), shape: [l.width, l.from[0]!.width] },
      ...(l.op.bias ? [{ name: biasOf(l), shape: [l.width] }] : [])
    ])
  )
  return {
    id: made.id,
    config: made.config,
    inputs,
    outputs: output.width,
    ...(told === undefined ? {} : { told }),
    layout: parameters,
    forward: (theta, x) => {
      const tensors = tensorsOf(wires, x, (name) => parameters.view(theta, name))
      const of = (w: Wire): Tensor => tensors.get(w) ?? x
      const factors = (slopes: readonly Tensor[]): readonly Factors[] =>
        slopes.flatMap((left, i) => {
          const { op, from } = layers[i]!
          const weight = { left, right: of(from[0]!) }
          return op.bias ? [weight, { left, right: undefined }] : [weight]
        })
      return { output: of(output), cuts: layers.map(of), factors }
    },
    init: (s, gain) => {
      const theta = new Float64Array(parameters.size)
      for (const l of layers) firstWeights(s, l, gain, parameters.host(theta, weightOf(l)))
      return theta
    },
    factorBlocks: parameters.blocks.map(({ offset, shape: [rows = 0, columns] }) => ({
      offset,
      rows,
      columns: columns ?? 1,
      outer: columns !== undefined
    })),
    sized: made.sized,
    words: made.words,
    graph: (from, to) => graphOf(output, from, to),
    fixInputs: (theta, values) => constantInputs(made, theta, values),
    insertInputs: (theta, at, count) => insertedInputs({ layers, told }, theta, at, count)
  }
}

/**
 * The network of the other inputs where the last ones are e: behind a linear layer that appends them.
 *
 *     [x; e] = x [I, 0]ᵀ + [0; e],   θ' = ([I, 0]ᵀ, [0; e], θ)
 */
const constantInputs = (made: WiredNetwork, theta: Floats, values: Floats): FixedInputs => {
  const { inputs, words, sized } = made
  const left = inputs - values.length
  const all = linear("_constant", inputWires({ inputs: left, outputs: 0 }).all, inputs)
  const network = wired({
    id: made.id,
    config: made.config,
    inputs: left,
    words: [...words, `${values.length} constant inputs`],
    output: rebased(made.output, all),
    sized: (n, m) => {
      const whole = sized(n + values.length, m)
      return whole.fixInputs(new Float64Array(whole.layout.size), values).network
    }
  })
  const out = new Float64Array(network.layout.size)
  for (let i = 0; i < left; i++) out[i * left + i] = 1
  out.set(values, inputs * left + left)
  out.set(theta, inputs * (left + 1))
  return { network, theta: out }
}

/** The same wires, with another one in the place of the network's inputs. */
const rebased = (output: Wire, input: Wire): Wire => {
  const moved = new Map<Wire, Wire>()
  for (const wire of wiresOf(output)) {
    moved.set(wire, wire.op.kind === "input" ? input : { ...wire, from: wire.from.map((w) => moved.get(w) ?? w) })
  }
  return moved.get(output) ?? output
}

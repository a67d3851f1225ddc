/** Hidden layers, as wires. */
import { linear, relu, sigmoid, tanh, type Wire } from "./wire.ts"

/** φ of the hidden layers. */
export type Activation = "tanh" | "relu" | "sigmoid"

/** φ as wires have it. */
export const activations = { tanh, relu, sigmoid } as const satisfies Readonly<Record<Activation, (x: Wire) => Wire>>

/** Hidden layers one after another: h_l = φ(h_{l−1} W_lᵀ + b_l), named `prefix` and their number. */
export const layersFrom = (x: Wire, widths: readonly number[], activation: Activation, prefix = ""): Wire =>
  widths.reduce((h, width, i) => activations[activation](linear(`${prefix}${i + 1}`, h, width)), x)

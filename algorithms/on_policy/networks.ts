/** Policy and value function of one training, as one vector. */
import { type Layout, layout, type Network } from "../../core/network/mod.ts"
import { add, mul, program, reshape, type Tensor } from "../../core/program/mod.ts"
import type { Policy } from "../policy.ts"
import { ofRows, type ValueHeads, valueHeads } from "../scaled_heads.ts"

/** What is beside a value network whose heads are scaled: σ_h·n_h(s) + μ_h is the value. */
export interface ScaledHeads extends ValueHeads {
  /** The value function's parameters: its network's, then μ and σ of each head. */
  readonly layout: Layout<"network" | "mean" | "deviation">
}

/** Policy and value function: separate networks, one vector of parameters, θ first. */
export interface Networks {
  readonly policy: Policy
  readonly value: Network
  /** Where what the value function is to reach is normalised. */
  readonly scaled: ScaledHeads | undefined
  /** Numbers of the value function. */
  readonly valueSize: number
  readonly layout: Layout<"policy" | "value">
}

/** With a value network of the policy's own architecture; its heads scaled where asked. */
export const networks = (policy: Policy, popArt = false): Networks => {
  const value = policy.network.sized(policy.inputs, 1)
  const heads = popArt ? valueHeads(policy) : undefined
  const scaled = heads === undefined ? undefined : { ...heads, layout: scaledLayout(value, heads) }
  const valueSize = scaled?.layout.size ?? value.layout.size
  return {
    policy,
    value,
    scaled,
    valueSize,
    layout: layout([
      { name: "policy", shape: [policy.size] },
      { name: "value", shape: [valueSize] }
    ])
  }
}

const scaledLayout = (value: Network, { count }: ValueHeads): ScaledHeads["layout"] =>
  layout([
    { name: "network", shape: [value.layout.size] },
    { name: "mean", shape: [count] },
    { name: "deviation", shape: [count] }
  ])

/** v(s) of every row. */
export const valueProgram = (n: Networks, rows: number) =>
  program("value", { parameters: [n.layout.size], observation: [rows, n.policy.inputs] }, (x) => ({
    value: unscaled(n, x.parameters, x.observation)
  }))

/** v(s) of every row, in the scale in which it is learned: `[rows]`. */
export const predict = (n: Networks, parameters: Tensor, observation: Tensor): Tensor => {
  const all = n.layout.view(parameters, "value")
  const { output } = n.value.forward(n.scaled === undefined ? all : n.scaled.layout.view(all, "network"), observation)
  return reshape(output, [observation.shape[0] ?? 0])
}

/** The same in the rewards' own unit. */
const unscaled = (n: Networks, parameters: Tensor, observation: Tensor): Tensor => {
  const value = predict(n, parameters, observation)
  if (n.scaled === undefined) return value
  const { layout: own } = n.scaled
  const all = n.layout.view(parameters, "value")
  const ofRow = (name: "mean" | "deviation"): Tensor => ofRows(n.policy, own.view(all, name), observation)
  return add(mul(value, ofRow("deviation")), ofRow("mean"))
}

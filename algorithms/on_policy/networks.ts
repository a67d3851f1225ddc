/** Policy and value function of one training, as one vector. */
import { type Layout, layout, type Network } from "../../core/network/mod.ts"
import { program, reshape, type Tensor } from "../../core/program/mod.ts"
import type { Policy } from "../policy.ts"

/** Policy and value function: separate networks, one vector of parameters, θ first. */
export interface Networks {
  readonly policy: Policy
  readonly value: Network
  readonly layout: Layout<"policy" | "value">
}

/** With a value network of the policy's own architecture. */
export const networks = (policy: Policy): Networks => {
  const value = policy.network.sized(policy.inputs, 1)
  return {
    policy,
    value,
    layout: layout([
      { name: "policy", shape: [policy.size] },
      { name: "value", shape: [value.layout.size] }
    ])
  }
}

/** v(s) of every row. */
export const valueProgram = (n: Networks, rows: number) =>
  program("value", { parameters: [n.layout.size], observation: [rows, n.policy.inputs] }, (x) => ({
    value: predict(n, x.parameters, x.observation)
  }))

/** v(s) of every row: `[rows]`. */
export const predict = (n: Networks, parameters: Tensor, observation: Tensor): Tensor => {
  const { output } = n.value.forward(n.layout.view(parameters, "value"), observation)
  return reshape(output, [observation.shape[0] ?? 0])
}

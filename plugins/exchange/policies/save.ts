/** An imported policy as a file of ours. */
import { savePolicy } from "../../../algorithms/mod.ts"
import { writeSafetensors } from "../../io/safetensors.ts"
import type { ImportedPolicy } from "./build.ts"

/** The bytes of its `.safetensors` file; the value function is in it where it is a network like the policy's. */
export const importedBytes = ({ policy, theta, critic, ...origin }: ImportedPolicy): Uint8Array<ArrayBuffer> => {
  const same = critic?.network.layout.size === policy.network.sized(policy.inputs, 1).layout.size
  const value =
    critic === undefined || !same
      ? []
      : [{ name: "value", shape: [critic.theta.length], data: Float64Array.from(critic.theta) }]
  const { tensors, meta } = savePolicy(policy, theta, origin, value)
  return writeSafetensors(tensors, meta)
}

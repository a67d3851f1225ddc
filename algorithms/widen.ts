/** Parameters of a policy that is told its task, from those of one that is not. */
import type { Floats } from "../core/random/mod.ts"
import type { Policy } from "./policy.ts"

/** θ with `tasks` further inputs after the observation, which weigh nothing; what is beside the network stays as it is. */
export const widenedPolicy = ({ network, inputs, size }: Policy, theta: Floats, tasks: number): Float64Array => {
  const own = network.layout.size
  const wide = network.insertInputs(theta.subarray(0, own), inputs, tasks)
  const out = new Float64Array(wide.length + size - own)
  out.set(wide)
  out.set(theta.subarray(own), wide.length)
  return out
}

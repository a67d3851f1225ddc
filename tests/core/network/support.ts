/** What tests of networks share: sizes, parameters, rows of tasks, and what a network computes. */
import fc from "fast-check"
import type { Network, ToldSizes } from "../../../core/network/mod.ts"
import { evaluate, program } from "../../../core/program/mod.ts"
import { child, type Floats, fillNormal, stream, zeroKey } from "../../../core/random/mod.ts"
import { built } from "../program/support.ts"

/** Settings that all architectures have. */
export const common = fc.record({
  layers: fc.integer({ min: 1, max: 3 }),
  width: fc.integer({ min: 4, max: 9 }),
  activation: fc.constantFrom("tanh", "relu")
})

/** Inputs before the one-hot, its width, and inputs behind it: critics see the action there. */
export const sizes = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.nat(2), fc.integer({ min: 1, max: 3 }))
  .map(([at, tasks, behind, outputs]): ToldSizes => ({ inputs: at + tasks + behind, outputs, told: { at, tasks } }))

/** Parameters none of which is 0, as after some training. */
export const trained = (network: Network, seed = 0): Float64Array => {
  const theta = new Float64Array(network.layout.size)
  fillNormal(stream(child(zeroKey, "theta", seed)), theta)
  return theta.map((x) => x / 2)
}

/** Rows of which each is of one task. */
export const told = (
  { inputs, told: { at, tasks } }: ToldSizes,
  task: (row: number) => number,
  rows = 6
): Float64Array => {
  const x = new Float64Array(rows * inputs)
  fillNormal(stream(child(zeroKey, "x")), x)
  for (let row = 0; row < rows; row++) {
    for (let t = 0; t < tasks; t++) x[row * inputs + at + t] = t === task(row) ? 1 : 0
  }
  return x
}

/** The network's outputs at θ. */
export const outputOf = (network: Network, theta: ArrayLike<number>, x: Floats): Float64Array => {
  const shapes = { theta: [network.layout.size], x: [x.length / network.inputs, network.inputs] }
  return evaluate(built(program("network", shapes, (t) => ({ y: network.forward(t.theta, t.x).output }))), { theta, x })
    .y
}

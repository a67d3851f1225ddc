/** Architectures that are told their task: what each promises, whatever its sizes. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { type Network, networkLaws, type ToldSizes } from "../../../core/network/mod.ts"
import { evaluate, program } from "../../../core/program/mod.ts"
import { child, type Floats, fillNormal, permutation, stream, zeroKey } from "../../../core/random/mod.ts"
import { built, close } from "../program/support.ts"
import { specimens } from "./specimens.ts"

const common = fc.record({
  layers: fc.integer({ min: 1, max: 3 }),
  width: fc.integer({ min: 4, max: 9 }),
  activation: fc.constantFrom("tanh", "relu")
})

/** Inputs before the one-hot, its width, and inputs behind it: critics see the action there. */
const sizes = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.nat(2), fc.integer({ min: 1, max: 3 }))
  .map(([at, tasks, behind, outputs]): ToldSizes => ({ inputs: at + tasks + behind, outputs, told: { at, tasks } }))

/** Parameters none of which is 0, as after some training. */
const trained = (network: Network, seed = 0): Float64Array => {
  const theta = new Float64Array(network.layout.size)
  fillNormal(stream(child(zeroKey, "theta", seed)), theta)
  return theta.map((x) => x / 2)
}

/** Rows of which each is of one task. */
const told = ({ inputs, told: { at, tasks } }: ToldSizes, task: (row: number) => number, rows = 6): Float64Array => {
  const x = new Float64Array(rows * inputs)
  fillNormal(stream(child(zeroKey, "x")), x)
  for (let row = 0; row < rows; row++) {
    for (let t = 0; t < tasks; t++) x[row * inputs + at + t] = t === task(row) ? 1 : 0
  }
  return x
}

const outputOf = (network: Network, theta: Floats, x: Floats): Float64Array => {
  const shapes = { theta: [network.layout.size], x: [x.length / network.inputs, network.inputs] }
  return evaluate(built(program("network", shapes, (t) => ({ y: network.forward(t.theta, t.x).output }))), { theta, x })
    .y
}

const broken = (network: Network): readonly string[] =>
  networkLaws(network).flatMap(({ name, check }) => {
    const found = check()
    return found === undefined ? [] : [`${name}: ${found}`]
  })

for (const [id, specimen] of Object.entries(specimens)) {
  test(`${id} keeps the laws of networks, whatever its sizes`, () =>
    fc.assert(
      fc.property(common, sizes, (c, s) => {
        assert.deepEqual(broken(specimen.make(c, s)), [])
      }),
      { numRuns: 40 }
    ))

  test(`${id} has as many parameters as its formula says`, () =>
    fc.assert(
      fc.property(common, sizes, (c, s) => {
        assert.equal(specimen.make(c, s).layout.size, specimen.parameters(c, s))
      })
    ))

  test(`${id}: tasks in another order, with what each has of its own, are the same tasks`, () =>
    fc.assert(
      fc.property(common, sizes, fc.nat(), (c, s, seed) => {
        const network = specimen.make(c, s)
        const order = permutation(stream(child(zeroKey, seed)), s.told.tasks)
        const theta = trained(network)
        const moved = theta.slice()
        for (const [name, kind] of Object.entries(specimen.byTask(c))) {
          const [rows = 0, columns = 1] = network.layout.blocks.find((b) => b.name === name)?.shape ?? []
          const own = network.layout.host(theta, name)
          const source = sources(order, s, rows)[kind]
          const values = own.map((_, k) => {
            const [i, j] = source(Math.floor(k / columns), k % columns)
            return own[i * columns + j]!
          })
          network.layout.host(moved, name).set(values)
        }
        const task = (row: number): number => row % s.told.tasks
        const ours = outputOf(
          network,
          moved,
          told(s, (row) => order.indexOf(task(row)))
        )
        close(ours, outputOf(network, theta, told(s, task)), 1e-12, "outputs")
      }),
      { numRuns: 50 }
    ))
}

type Place = readonly [row: number, column: number]

/** Where a number comes from, when task `order[t]` goes to place t. */
const sources = (order: Int32Array, { told: { at, tasks } }: ToldSizes, rows: number) => {
  const each = rows / tasks
  return {
    rows: (i: number, j: number): Place => [order[Math.floor(i / each)]! * each + (i % each), j],
    columns: (i: number, j: number): Place => [i, order[j]!],
    inputs: (i: number, j: number): Place => [i, j >= at && j < at + tasks ? at + order[j - at]! : j]
  }
}

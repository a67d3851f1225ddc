/** Architectures that are told their task: what each promises, whatever its sizes. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { type Network, networkLaws, type ToldSizes } from "../../../core/network/mod.ts"
import { child, permutation, stream, zeroKey } from "../../../core/random/mod.ts"
import { close } from "../program/support.ts"
import { specimens } from "./specimens.ts"
import { common, outputOf, sizes, told, trained } from "./support.ts"

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
        const { named } = specimen
        if (named !== undefined)
          for (const [t, from] of order.entries())
            for (const { name } of network.layout.blocks.filter((b) => b.name.includes(named(t))))
              network.layout.host(moved, name).set(network.layout.host(theta, name.replace(named(t), named(from))))
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

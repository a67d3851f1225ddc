/** Architectures beside modules of PyTorch: outputs, and the gradient of a function of all of them. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { gunzipSync } from "node:zlib"
import { architectures, makeNetwork } from "../../../algorithms/architectures.ts"
import type { ToldSizes } from "../../../core/network/mod.ts"
import { constant, evaluate, gradients, mul, program, sum, tanh } from "../../../core/program/mod.ts"
import { right } from "../../algorithms/support.ts"
import { built, close } from "../program/support.ts"

interface Reference {
  readonly sizes: ToldSizes
  readonly layers: number
  readonly width: number
  readonly cases: readonly {
    readonly id: string
    readonly activation: "tanh" | "relu"
    readonly options: Readonly<Record<string, unknown>>
    readonly theta: Readonly<Record<string, readonly number[]>>
    readonly x: readonly number[]
    readonly y: readonly number[]
    readonly gradient: Readonly<Record<string, readonly number[]>>
  }[]
}

const file = new URL("../../fixtures/network/architectures.json.gz", import.meta.url)
const { sizes, layers, width, cases }: Reference = JSON.parse(gunzipSync(readFileSync(file)).toString("utf8"))

test("there is a reference for every architecture", () =>
  assert.deepEqual(
    cases.map(({ id }) => id),
    architectures.map(({ id }) => id)
  ))

for (const { id, activation, options, theta, x, y, gradient } of cases)
  test(`${id} has the outputs and the gradient of a module in PyTorch, to 1e-10`, () => {
    const network = right(makeNetwork({ id, layers, width, activation, options }, sizes))
    const { blocks, size } = network.layout
    assert.deepEqual(blocks.map(({ name }) => name).toSorted(), Object.keys(theta).toSorted())
    const whole = (of: Readonly<Record<string, readonly number[]>>) => blocks.flatMap(({ name }) => of[name] ?? [])
    const rows = x.length / sizes.inputs
    const p = program(id, { theta: [size], x: [rows, sizes.inputs] }, (given) => {
      const { output } = network.forward(given.theta, given.x)
      const scale = constant(
        y.map((_, i) => i + 1),
        [rows, sizes.outputs]
      )
      const [slope] = gradients(sum(mul(tanh(output), scale)), [given.theta])
      return { output, slope: slope! }
    })
    const ours = evaluate(built(p), { theta: whole(theta), x })
    close(ours.output, y, 1e-10, "outputs")
    close(ours.slope, whole(gradient), 1e-10, "gradient")
  })

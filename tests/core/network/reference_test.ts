/** Architectures beside modules of PyTorch: outputs, and the gradient of a function of all of them. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
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

const python = [
  process.env.PGEX_PYTHON ?? "",
  fileURLToPath(new URL("../../../bench/peers/.venv/bin/python", import.meta.url))
]
  .filter((name) => name !== "")
  .find((name) => spawnSync(name, ["-c", "import torch"], { stdio: "ignore" }).status === 0)

test("bench/peers/torch_architectures.py makes the reference again, to 1e-12", {
  skip: python === undefined ? "no Python with torch: PGEX_PYTHON, bench/peers/.venv" : false
}, () => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-"))
  try {
    const again = join(folder, "again.json.gz")
    const script = fileURLToPath(new URL("../../../bench/peers/torch_architectures.py", import.meta.url))
    const { status, stderr } = spawnSync(python ?? "", [script, again], { encoding: "utf8" })
    assert.equal(status, 0, stderr)
    const made: Reference = JSON.parse(gunzipSync(readFileSync(again)).toString("utf8"))
    for (const [i, { y, gradient }] of made.cases.entries()) {
      close(y, cases[i]!.y, 1e-12, `outputs of ${cases[i]!.id}`)
      for (const [name, values] of Object.entries(gradient)) close(values, cases[i]!.gradient[name]!, 1e-12, name)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test("there is a reference for every architecture", () =>
  assert.deepEqual(
    [...new Set(cases.map(({ id }) => id))],
    architectures.map(({ id }) => id)
  ))

for (const { id, activation, options, theta, x, y, gradient } of cases)
  test(`${id} ${JSON.stringify(options)} has the outputs and the gradient of a module in PyTorch, to 1e-10`, () => {
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

/** Where architectures are one another: with one task, one expert, equal modules, or parameters composed by hand. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import {
  care,
  film,
  mixture,
  mlp,
  moore,
  multiHead,
  type Network,
  paco,
  softModules
} from "../../../core/network/mod.ts"
import { gramSchmidt } from "../../../core/network/moore.ts"
import { columns, concat, inputWires, softmax } from "../../../core/network/wire.ts"
import { wired } from "../../../core/network/wired.ts"
import { evaluate, gradients, program, sum } from "../../../core/program/mod.ts"
import { child, type Floats, stream, zeroKey } from "../../../core/random/mod.ts"
import { built, close } from "../program/support.ts"
import { common, outputOf, sizes, told, trained } from "./support.ts"

/** The parameters of these blocks, one after another. */
const blocksOf = (network: Network, theta: Float64Array, names: readonly string[]): Float64Array =>
  Float64Array.from(names.flatMap((name) => Array.from(network.layout.host(theta, name))))

const layersOf = (network: Network, theta: Float64Array, names: readonly string[]): Float64Array =>
  blocksOf(
    network,
    theta,
    names.flatMap((name) => [`W${name}`, `b${name}`])
  )

const widthsOf = ({ layers, width }: { readonly layers: number; readonly width: number }): number[] =>
  new Array<number>(layers).fill(width)

/** Rows without the columns that tell the task. */
const states = (x: Floats, inputs: number, at: number, tasks: number): Float64Array =>
  Float64Array.from(x).filter((_, i) => i % inputs < at || i % inputs >= at + tasks)

const one = sizes.map((s) => ({ ...s, inputs: s.inputs - s.told.tasks + 1, told: { ...s.told, tasks: 1 } }))

test("multi-head is the multilayer perceptron where there is one task", () =>
  fc.assert(
    fc.property(common, one, (c, s) => {
      const network = multiHead(c, s)
      const theta = trained(network)
      const alike = mlp({ ...s, hidden: widthsOf(c), activation: c.activation })
      const x = told(s, () => 0)
      assert.deepEqual(outputOf(network, theta, x), outputOf(alike, theta, x))
    }),
    { numRuns: 30 }
  ))

test("film begins as the multilayer perceptron of the state", () =>
  fc.assert(
    fc.property(common, sizes, fc.nat(), (c, s, seed) => {
      const network = film({ ...c, embedding: 3 }, s)
      const theta = network.init(stream(child(zeroKey, seed)), 1)
      const alike = mlp({ ...s, inputs: s.inputs - s.told.tasks, hidden: widthsOf(c), activation: c.activation })
      const own = layersOf(
        network,
        theta,
        Array.from({ length: c.layers + 1 }, (_, i) => `${i + 1}`)
      )
      const x = told(s, (row) => row % s.told.tasks)
      const y = outputOf(alike, own, states(x, s.inputs, s.told.at, s.told.tasks))
      close(outputOf(network, theta, x), y, 1e-12, "outputs")
    }),
    { numRuns: 30 }
  ))

test("paco is for every task the multilayer perceptron of the parameters composed for it", () =>
  fc.assert(
    fc.property(common, sizes, (c, s) => {
      const sets = 3
      const network = paco({ ...c, sets }, s)
      const theta = trained(network)
      const alike = mlp({ ...s, inputs: s.inputs - s.told.tasks, hidden: widthsOf(c), activation: c.activation })
      for (let task = 0; task < s.told.tasks; task++) {
        const w = Array.from({ length: sets }, (_, k) => network.layout.host(theta, "W_w")[k * s.told.tasks + task]!)
        const composed = alike.layout.blocks.flatMap(({ name, size }) => {
          const all = network.layout.host(theta, name)
          return Array.from({ length: size }, (_, i) => w.reduce((sum, c, k) => sum + c * all[k * size + i]!, 0))
        })
        const x = told(s, () => task)
        const y = outputOf(alike, composed, states(x, s.inputs, s.told.at, s.told.tasks))
        close(outputOf(network, theta, x), y, 1e-12, `outputs of task ${task}`)
      }
    }),
    { numRuns: 30 }
  ))

test("mixture is the multilayer perceptron of the state where there is one expert", () =>
  fc.assert(
    fc.property(common, sizes, (c, s) => {
      const network = mixture({ ...c, experts: 1 }, s)
      const theta = trained(network)
      const alike = mlp({ ...s, inputs: s.inputs - s.told.tasks, hidden: widthsOf(c), activation: c.activation })
      const own = layersOf(network, theta, [...widthsOf(c).map((_, i) => `_e1.${i + 1}`), "_out"])
      const x = told(s, (row) => row % s.told.tasks)
      const y = outputOf(alike, own, states(x, s.inputs, s.told.at, s.told.tasks))
      close(outputOf(network, theta, x), y, 1e-12, "outputs")
    }),
    { numRuns: 30 }
  ))

test("soft-modules is a multilayer perceptron of the state where every layer has one module", () =>
  fc.assert(
    fc.property(common, sizes, (c, s) => {
      const network = softModules({ ...c, modules: 1, embedding: 4, routing: 3 }, s)
      const theta = trained(network)
      const hidden = [4, 4, ...widthsOf(c)]
      const alike = mlp({ ...s, inputs: s.inputs - s.told.tasks, hidden, activation: c.activation })
      const own = layersOf(network, theta, ["_f1", "_f2", ...widthsOf(c).map((_, i) => `_m${i + 1}.1`), "_out"])
      const x = told(s, (row) => row % s.told.tasks)
      const y = outputOf(alike, own, states(x, s.inputs, s.told.at, s.told.tasks))
      close(outputOf(network, theta, x), y, 1e-12, "outputs")
    }),
    { numRuns: 30 }
  ))

test("care has learned vectors for the tasks that have no given one, and computes the same with both", () =>
  fc.assert(
    fc.property(common, sizes, fc.nat(), (c, s, seed) => {
      const m = 3
      const options = { ...c, activation: "relu", experts: 2, embedding: m, encoderLayers: 1, encoderWidth: 4 } as const
      const learned = care(options, s)
      const theta = trained(learned, seed)
      const own = learned.layout.host(theta, "W_embedding")
      for (let i = 0; i < own.length; i++) own[i] = Math.abs(own[i]!)
      const vectorOf = (task: number) => Array.from({ length: m }, (_, i) => own[i * s.told.tasks + task]!)
      const contexts = Array.from({ length: s.told.tasks }, (_, t) => (t % 2 === 0 ? vectorOf(t) : undefined))
      const mixed = care({ ...options, contexts }, s)
      const other = new Float64Array(mixed.layout.size)
      const open = contexts.flatMap((v, t) => (v === undefined ? [t] : []))
      for (const { name } of mixed.layout.blocks) {
        const from = learned.layout.host(theta, name)
        const rest = from.filter((_, i) => open.includes(i % s.told.tasks))
        mixed.layout.host(other, name).set(name === "W_embedding" ? rest : from)
      }
      const x = told(s, (row) => row % s.told.tasks)
      close(outputOf(mixed, other, x), outputOf(learned, theta, x), 1e-12, "outputs")
    }),
    { numRuns: 30 }
  ))

/** What weighs, and what is weighed: `alike` maps a block of what is weighed to the one that it is made equal to. */
const weighing = {
  "soft-modules": {
    make: softModules,
    options: { modules: 3, embedding: 4, routing: 3 },
    weighs: /^[Wb]_[udgz]/,
    alike: (name: string) => name.replace(/(_m\d+)\.\d+$/, "$1.1")
  },
  care: {
    make: care,
    options: { experts: 3, embedding: 3, encoderLayers: 1, encoderWidth: 4 },
    weighs: /^[Wb]_attention/,
    alike: (name: string) => name.replace(/_e\d+\./, "_e1.")
  },
  mixture: {
    make: mixture,
    options: { experts: 3 },
    weighs: /^[Wb]_gate/,
    alike: (name: string) => name.replace(/_e\d+\./, "_e1.")
  }
} as const

for (const [id, { make, options, weighs, alike }] of Object.entries(weighing))
  test(`${id}: weights sum to 1, so that with equal parts they do not matter`, () =>
    fc.assert(
      fc.property(common, sizes, (c, s) => {
        const network = Reflect.apply(make, undefined, [{ ...c, ...options }, s])
        const [theta, other] = [trained(network, 1), trained(network, 2)]
        for (const { name } of network.layout.blocks) {
          network.layout.host(theta, name).set(network.layout.host(theta, alike(name)))
          if (!weighs.test(name)) network.layout.host(other, name).set(network.layout.host(theta, name))
        }
        const x = told(s, (row) => row % s.told.tasks)
        close(outputOf(network, theta, x), outputOf(network, other, x), 1e-12, "outputs")
      }),
      { numRuns: 30 }
    ))

test("a softmax of wires has numbers from 0 to 1 that sum to 1 in every group, also of large ones", () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.nat(), (groups, width, seed) => {
      const inputs = groups * width
      const output = softmax(inputWires({ inputs, outputs: inputs }).all, groups)
      const network = wired({ id: "softmax", config: {}, inputs, output, words: [], sized: () => network })
      const x = trained(mlp({ inputs, hidden: [], outputs: 5, activation: "tanh" }), seed)
        .subarray(0, 5 * inputs)
        .map((v) => 1000 * v)
      const y = outputOf(network, new Float64Array(0), x)
      for (let at = 0; at < y.length; at += width) {
        const group = y.subarray(at, at + width)
        assert.ok(group.every((p) => p >= 0 && p <= 1))
        close([group.reduce((sum, p) => sum + p, 0)], [1], 1e-12, "sum")
      }
    })
  ))

test("moore's representations are of norm 1 and at right angles", () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 5 }), fc.nat(), (k, more, seed) => {
      const [width, rows] = [k + more, 4]
      const inputs = k * width
      const { all } = inputWires({ inputs, outputs: inputs })
      const u = Array.from({ length: k }, (_, i) => columns(all, i * width, width))
      const output = concat(gramSchmidt(u))
      const network = wired({ id: "orthogonal", config: {}, inputs, output, words: [], sized: () => network })
      const x = trained(mlp({ inputs, hidden: [], outputs: rows, activation: "tanh" }), seed).subarray(0, rows * inputs)
      const v = outputOf(network, new Float64Array(0), x)
      for (let row = 0; row < rows; row++) {
        for (let i = 0; i < k; i++) {
          for (let j = 0; j <= i; j++) {
            let product = 0
            for (let d = 0; d < width; d++) {
              product += v[row * inputs + i * width + d]! * v[row * inputs + j * width + d]!
            }
            // Classical Gram-Schmidt loses as many digits as the vectors are near a plane, twice.
            assert.ok(Math.abs(product - (i === j ? 1 : 0)) < 1e-6, `${i}, ${j}: ${product}`)
          }
        }
      }
    })
  ))

test("moore has a finite gradient where all experts compute 0", () => {
  const s = { inputs: 5, outputs: 2, told: { at: 3, tasks: 2 } }
  const network = moore({ layers: 1, width: 4, activation: "relu", experts: 3 }, s)
  const p = program("moore", { theta: [network.layout.size], x: [6, 5] }, ({ theta, x }) => {
    const [slope] = gradients(sum(network.forward(theta, x).output), [theta])
    return { slope: slope! }
  })
  const theta = trained(network)
  for (const { name } of network.layout.blocks) if (/_e\d/.test(name)) network.layout.host(theta, name).fill(0)
  const { slope } = evaluate(built(p), { theta, x: told(s, () => 1) })
  assert.ok(slope.every(Number.isFinite))
  assert.ok(slope.some((v) => v !== 0))
})

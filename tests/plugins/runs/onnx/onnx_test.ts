import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import {
  type Algorithm,
  architectures,
  type LoadedPolicy,
  maml,
  type NetworkConfig,
  type Policy,
  ppo,
  sac
} from "../../../../algorithms/mod.ts"
import { firstMoments, momentsSize, normaliser } from "../../../../algorithms/normalise.ts"
import { evaluate, program } from "../../../../core/program/mod.ts"
import { child, type Floats, fillNormal, stream, zeroKey } from "../../../../core/random/mod.ts"
import { cartPole, type Environment, frozenLake, linearQuadratic, pendulum } from "../../../../envs/mod.ts"
import { bytes, varint, whole } from "../../../../plugins/io/protobuf.ts"
import { fixedTask, policyToOnnx } from "../../../../plugins/runs/onnx/mod.ts"
import { right } from "../../../algorithms/support.ts"
import { built } from "../../../core/program/support.ts"

const peers = fileURLToPath(new URL("../../../../bench/peers/.venv/bin/python", import.meta.url))
const python = [process.env.PGEX_PYTHON ?? "", peers, "python3"]
  .filter((name) => name !== "")
  .find((name) => spawnSync(name, ["-c", "import onnxruntime"], { stdio: "ignore" }).status === 0)
const skip = python === undefined ? "no Python with onnxruntime: PGEX_PYTHON, bench/peers/.venv, python3" : false

/** Reads a model and `[rows, size]` numbers for each input, prints every output and what the model says of itself. */
const reader = `
import json, sys, numpy, onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
s = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
out = s.run(None, {name: numpy.array(x, numpy.float32) for name, x in json.load(sys.stdin).items()})
print(json.dumps({"outputs": {o.name: v.astype(float).ravel().tolist() for o, v in zip(s.get_outputs(), out)},
  "shapes": {o.name: list(v.shape) for o, v in zip(s.get_outputs(), out)},
  "inputs": [[i.name, i.shape, i.type] for i in s.get_inputs()], "meta": s.get_modelmeta().custom_metadata_map}))
`

const loaded = (environment: Environment, network: NetworkConfig, algorithm: Maker = ppo): LoadedPolicy => {
  const policy = right(algorithm.makePolicy(environment, network, ["a", "b", "c"]))
  // As a session leaves it: numbers that float32 has. The last layer is not small, so that an error in it would show.
  const theta = Float64Array.from(policy.init(child(zeroKey, "theta")), (x) => Math.fround(x < 0.02 ? x + 0.05 : x))
  return { policy, theta, algorithm, environment, tasks: [{ id: "a", params: {} }] }
}

/** With moments of observations of about 1000, which differ by about 1. */
const normalising = (from: LoadedPolicy): LoadedPolicy => {
  const first = firstMoments(from.policy)
  if (first === undefined) return from
  const n = from.policy.inputs - from.policy.taskIds.length
  const observation = [100, ...Array.from({ length: n }, (_, i) => 1000.0123 + i), ...new Array<number>(n).fill(70)]
  return { ...from, moments: Float64Array.from(first, (x, i) => observation[i] ?? x) }
}

const both = { observation: true, reward: true } as const
const byTask = { observation: true, reward: "perTask" } as const

const normed = { layerNorm: true }

/** Every architecture that is told its task, with little in it. */
const toldNetworks = architectures.map(({ id }) => id).filter((id) => id !== "mlp")
const small: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "soft-modules": { embedding: 12, routing: 8 },
  care: { experts: 3, embedding: 4, encoderWidth: 8, context: "text", descriptions: { a: "Fall", b: "Stand" } },
  film: { embedding: 4 }
}
const toldBy = (id: string) =>
  ({ id, layers: 2, width: 16, activation: "relu", taskOneHot: true, options: small[id] ?? {} }) as const

/** What a network is called in a test's name. */
const called = ({ id = "mlp", options = {} }: NetworkConfig): string =>
  options.layerNorm === true ? `${id} with normalised layers` : id

type Maker = Pick<Algorithm<unknown>, "id" | "version" | "makePolicy">

for (const [environment, network, by] of [
  [cartPole, { layers: 3, width: 64, activation: "tanh", taskOneHot: false }],
  [linearQuadratic, { layers: 2, width: 32, activation: "relu", taskOneHot: true }],
  [frozenLake, { layers: 0, width: 1, activation: "tanh", taskOneHot: false }],
  [pendulum, { layers: 2, width: 32, activation: "relu", taskOneHot: false }, sac],
  [pendulum, { layers: 1, width: 16, activation: "tanh", taskOneHot: false }, maml],
  [cartPole, { layers: 2, width: 16, activation: "tanh", taskOneHot: true, normalise: both }],
  [pendulum, { layers: 0, width: 1, activation: "tanh", taskOneHot: false, normalise: both }, sac],
  [cartPole, { layers: 1, width: 16, activation: "relu", taskOneHot: true }, sac],
  [
    cartPole,
    { layers: 2, width: 16, activation: "tanh", taskOneHot: true, options: { layerNorm: true, embedding: 4 } }
  ],
  [pendulum, { layers: 2, width: 16, activation: "relu", taskOneHot: true, normalise: both, options: normed }, sac],
  ...toldNetworks.flatMap((id) => [
    [cartPole, toldBy(id)] as const,
    [pendulum, { ...toldBy(id), normalise: both }, sac] as const
  ])
] as const)
  test(`onnxruntime gives what the ${"normalise" in network ? "normalising " : ""}policy of ${(by ?? ppo).id} for ${environment.id} by ${called(network)} gives, to 1e-6 of it`, {
    skip
  }, () => {
    const from = normalising(loaded(environment, network, by))
    const { policy, theta, moments } = from
    const rows = 17
    const observation = new Float64Array(rows * policy.inputs)
    fillNormal(stream(child(zeroKey, "observation")), observation)
    if (moments !== undefined)
      for (let row = 0; row < observation.length; row += policy.inputs)
        for (let i = 0; i < policy.inputs - policy.taskIds.length; i++) observation[row + i]! += 1000 + i
    observation.set(observation.map(Math.fround))
    const sight = normaliser(policy, [])
    right(sight.set(moments))
    const input = Float64Array.from(observation)
    for (let row = 0; row < input.length; row += policy.inputs) sight.observation(input, row)
    const p = program("head", { theta: [policy.size], observation: [rows, policy.inputs] }, (x) =>
      policy.head(x.theta, x.observation)
    )
    const ours = evaluate(built(p), { theta, observation: input })
    const folder = mkdtempSync(join(tmpdir(), "pgex-"))
    try {
      const file = join(folder, "policy.onnx")
      writeFileSync(file, right(policyToOnnx(from)))
      const own = policy.inputs - policy.taskIds.length
      const columns = (from: number, to: number) =>
        Array.from({ length: rows }, (_, r) =>
          Array.from(observation.subarray(r * policy.inputs + from, r * policy.inputs + to))
        )
      const inputs = {
        observation: columns(0, own),
        ...(own < policy.inputs ? { task: columns(own, policy.inputs) } : {})
      }
      const { stdout, stderr, status } = spawnSync(python ?? "", ["-c", reader, file], {
        input: JSON.stringify(inputs),
        encoding: "utf8"
      })
      assert.equal(status, 0, stderr)
      const told = JSON.parse(stdout)
      assert.deepEqual(
        told.inputs,
        Object.entries(inputs).map(([name, [row]]) => [name, ["batch", row!.length], "tensor(float)"])
      )
      const played = new Float64Array(rows * policy.actionSize)
      if (policy.play !== undefined) policy.play(ours.mean!, played)
      const all = policy.play === undefined ? ours : { ...ours, action: played }
      assert.deepEqual(Object.keys(told.outputs), Object.keys(all))
      for (const [name, values] of Object.entries(all))
        for (const [i, x] of values.entries()) {
          const error = Math.abs(told.outputs[name][i] - x)
          assert.ok(error <= 1e-6 * Math.max(1, Math.abs(x)), `${name}[${i}]: ${told.outputs[name][i]} for ${x}`)
        }
      assert.equal(told.meta.format, "policygradex-policy/1")
      assert.equal(JSON.parse(told.meta.environment).id, environment.id)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

for (const [environment, network, by] of [
  [cartPole, { layers: 2, width: 16, activation: "tanh", taskOneHot: true, normalise: byTask }, ppo],
  [pendulum, { layers: 1, width: 8, activation: "relu", taskOneHot: true }, sac],
  [frozenLake, { layers: 0, width: 1, activation: "tanh", taskOneHot: true }, ppo],
  [pendulum, { layers: 2, width: 16, activation: "relu", taskOneHot: true, options: normed }, sac],
  ...toldNetworks.map((id) => [pendulum, { ...toldBy(id), normalise: both }, sac] as const)
] as const)
  test(`fixedTask() does what ${by.id}'s policy for ${environment.id} by ${called(network)} does when it is told the task`, () => {
    const from = normalising(loaded(environment, network, by))
    const { policy, theta } = from
    const tasks = policy.taskIds.map((id) => ({ id, params: {} }))
    for (const [place, task] of policy.taskIds.entries()) {
      const alone = right(fixedTask({ ...from, tasks }, task, [by]))
      assert.equal(alone.policy.inputs, policy.inputs - policy.taskIds.length)
      assert.deepEqual(alone.tasks, [{ id: task, params: {} }])
      assert.deepEqual(alone.moments, from.moments?.subarray(0, momentsSize(alone.policy)))
      const rows = 5
      const own = new Float64Array(rows * alone.policy.inputs)
      fillNormal(stream(child(zeroKey, "observation", task)), own)
      const whole = new Float64Array(rows * policy.inputs)
      for (let r = 0; r < rows; r++) {
        whole.set(own.subarray(r * alone.policy.inputs, (r + 1) * alone.policy.inputs), r * policy.inputs)
        whole[r * policy.inputs + alone.policy.inputs + place] = 1
      }
      const headOf = (p: Policy, at: Floats, observation: Float64Array) =>
        evaluate(
          built(
            program("head", { theta: [p.size], observation: [rows, p.inputs] }, (x) => p.head(x.theta, x.observation))
          ),
          { theta: at, observation }
        )
      const [a, b] = [headOf(policy, theta, whole), headOf(alone.policy, alone.theta, own)]
      assert.deepEqual(Object.keys(a), Object.keys(b))
      for (const [name, values] of Object.entries(a))
        for (const [i, x] of values.entries()) assert.ok(Math.abs(b[name]![i]! - x) <= 1e-12 * Math.max(1, Math.abs(x)))
    }
    const refused = fixedTask({ ...from, tasks }, "bb", [by])
    assert.match(
      E.isLeft(refused) ? refused.left.message : "",
      /want a task that the policy was trained on, got bb; did/
    )
  })

test("fixedTask() leaves a policy as it is that is told no task", () => {
  const from = loaded(cartPole, { layers: 1, width: 8, activation: "tanh", taskOneHot: false })
  assert.deepEqual(fixedTask(from, "a", [ppo]), E.right(from))
})

test("varint() holds seven bits a byte, also beyond 32 bits", () => {
  // The examples of the format's own description, and 2^35.
  assert.deepEqual([...varint(150)], [0x96, 0x01])
  assert.deepEqual([...whole(1, 150)], [0x08, 0x96, 0x01])
  assert.deepEqual(
    [...bytes(2, new TextEncoder().encode("testing"))],
    [0x12, 7, ...new TextEncoder().encode("testing")]
  )
  assert.deepEqual([...varint(2 ** 35)], [0x80, 0x80, 0x80, 0x80, 0x80, 0x01])
  fc.assert(
    fc.property(fc.maxSafeNat(), (n) => {
      const read = varint(n).reduceRight((value, byte) => 128n * value + BigInt(byte & 127), 0n)
      assert.equal(read, BigInt(n))
    })
  )
})

test("policyToOnnx() writes the same bytes for the same policy, and refuses a distribution that it has no form for", () => {
  const from = loaded(cartPole, { layers: 1, width: 8, activation: "tanh", taskOneHot: false })
  assert.deepEqual(policyToOnnx(from), policyToOnnx(from))
  const other = policyToOnnx({ ...from, policy: { ...from.policy, distribution: "beta" } })
  assert.match(
    E.isLeft(other) ? other.left.message : "",
    /want a policy that is categorical, gaussian, squashedGaussian, got beta/
  )
})

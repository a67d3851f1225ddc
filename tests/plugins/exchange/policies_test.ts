/** Policies of the real libraries: what is read computes what they computed, and nothing in a file is run. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { unzipSync as unpacked, zipSync } from "fflate"
import { normaliser } from "../../../algorithms/mod.ts"
import { evaluate, program, reshape } from "../../../core/program/mod.ts"
import { parsePolicy } from "../../../plugins/exchange/mod.ts"
import { readOnnx } from "../../../plugins/exchange/policies/onnx.ts"
import { writeTorch } from "../../../plugins/exchange/policies/to_torch.ts"
import { readTorch } from "../../../plugins/exchange/policies/torch.ts"
import { joined, message, text, whole } from "../../../plugins/io/protobuf.ts"
import { writeSafetensors } from "../../../plugins/runs/store/mod.ts"
import { right } from "../../algorithms/support.ts"
import { built } from "../../core/program/support.ts"
import { bytesOf, complaint, fileOf, importedCase, known, logProbs, reference } from "./support.ts"

/** Theirs are in float32: a few units in its last place, times the length of log π. */
const CLOSE = 2e-6

for (const c of reference.cases) {
  test(`${c.name}: log π is that of the library that wrote the file`, () => {
    const got = logProbs(importedCase(c), c)
    // SB3 adds 1e-6 within the logarithm of the squashing's slope, and float32 loses digits in 1 − a².
    const close = c.name.startsWith("sac") ? 1e-3 : CLOSE
    for (const [i, want] of c.logProb.entries()) {
      assert.ok(Math.abs(got[i]! - want) <= close * (1 + Math.abs(want)), `row ${i}: ${got[i]}, want ${want}`)
    }
  })

  test(`${c.name}: the value function is that of the library that wrote the file`, {
    skip: c.value === undefined
  }, () => {
    const imported = importedCase(c)
    const { network, theta } = imported.critic ?? assert.fail("no critic")
    const rows = c.observation.length
    const x = Float64Array.from(c.observation.flat())
    const scale = normaliser(imported.policy, [])
    right(scale.set(imported.moments))
    for (let r = 0; r < rows; r++) scale.observation(x, r * network.inputs)
    const p = built(
      program("v", { theta: [network.layout.size], x: [rows, network.inputs] }, (t) => ({
        v: reshape(network.forward(t.theta, t.x).output, [rows])
      }))
    )
    const { v } = evaluate(p, { theta: Float64Array.from(theta), x })
    for (const [i, want] of (c.returns ?? c.value ?? []).entries())
      assert.ok(Math.abs(v[i]! - want) <= CLOSE * (1 + Math.abs(want)))
  })
}

test("an archive tells architecture, bounds and training beside the weights", () => {
  const of = (name: string) => importedCase(reference.cases.find((c) => c.name === name) ?? assert.fail(name))
  const cartpole = of("ppo_cartpole")
  assert.deepEqual(cartpole.policy.network.words, ["8 tanh", "6 tanh"])
  assert.deepEqual(cartpole.training, {
    algorithm: "ppo",
    settings: { learningRate: 1e-3, epochs: 3, batch: 32, gamma: 0.99, lambda: 0.95 },
    steps: 64,
    environments: 1
  })
  const pendulum = of("ppo_pendulum")
  assert.deepEqual(pendulum.policy.network.words, ["6 relu", "6 relu"])
  const { action } = pendulum.policy.spaces
  assert.deepEqual(action._tag === "Box" && [action.low, action.high], [[-2], [2]])
  assert.equal(of("sac_pendulum").policy.distribution, "squashedGaussian")
})

test("readTorch() reads every number type, views and dictionaries within dictionaries", () => {
  const tensors = right(readTorch(bytesOf(reference.types.file), "odd.pth"))
  for (const [name, want] of Object.entries(reference.types.tensors)) {
    const got = tensors.find((t) => t.name === name) ?? assert.fail(name)
    assert.deepEqual(got.shape, want.shape, name)
    assert.deepEqual([...got.data], want.values, name)
  }
})

const [cartpole, sac, torch] = ["ppo_cartpole_state_dict", "sac_pendulum", "onnx_torch"].map(
  (n) => reference.cases.find((c) => c.name === n)!
)
const read = (bytes: Uint8Array, name: string, plain = {}) =>
  complaint(parsePolicy(bytes, name, { algorithms: known, plain }))
const weights = (shapes: Readonly<Record<string, readonly number[]>>) =>
  writeSafetensors(
    Object.entries(shapes).map(([name, shape]) => ({
      name,
      shape,
      data: new Float32Array(shape.reduce((a, b) => a * b, 1))
    }))
  )

const refused: readonly (readonly [what: string, got: () => string, want: RegExp])[] = [
  [
    "a pickle that calls a function",
    () => read(bytesOf(reference.bad.evil), "evil.pth"),
    /got posix\.system, which loading it in Python would import; nothing of it was run; save the weights/
  ],
  ["a whole module", () => read(bytesOf(reference.bad.module), "module.pth"), /got __main__\.Continuous, .*state_dict/],
  [
    "a file of PyTorch before 1.6",
    () => read(bytesOf(reference.bad.old), "old.pth"),
    /got one of PyTorch before 1\.6; save it with/
  ],
  ["DQN", () => read(bytesOf(reference.bad.dqn), "dqn.zip"), /got a value function of actions \(DQN\)/],
  ["TD3", () => read(bytesOf(reference.bad.td3), "td3.zip"), /got a deterministic actor \(TD3 or DDPG\)/],
  [
    "a file that is cut short",
    () => read(bytesOf(cartpole!.file).subarray(0, 2000), "cut.pth"),
    /want a whole file of weights, got a damaged zip file/
  ],
  [
    "a CNN",
    () =>
      read(
        weights({ "features_extractor.cnn.0.weight": [8, 3, 4, 4], "action_net.weight": [2, 8] }),
        "cnn.safetensors"
      ),
    /got a policy behind a features extractor with weights/
  ],
  [
    "a recurrent policy",
    () => read(weights({ "lstm_actor.weight_ih_l0": [8, 3], "action_net.weight": [2, 8] }), "lstm.safetensors"),
    /got a recurrent policy/
  ],
  [
    "exploration that depends on the state",
    () =>
      read(
        weights({ "mlp_extractor.policy_net.0.weight": [8, 3], "action_net.weight": [2, 8], log_std: [8, 2] }),
        "sde.safetensors"
      ),
    /got a matrix: exploration that depends on the state/
  ],
  [
    "layers that do not follow each other",
    () => read(weights({ "a.weight": [8, 3], "b.weight": [2, 7] }), "odd.safetensors", { activation: "tanh" }),
    /want 8 inputs of b, as many as a gives, got 7; name the layers/
  ],
  [
    "layers without a nonlinearity",
    () => read(weights({ "a.weight": [8, 3], "b.weight": [2, 8] }), "plain.safetensors"),
    /say --activation tanh, relu or sigmoid/
  ],
  [
    "a layer that there is none of",
    () =>
      read(weights({ "fc1.weight": [8, 3], "fc2.weight": [2, 8] }), "plain.safetensors", { layers: ["fc1", "fc3"] }),
    /got fc3; did you mean fc1\?/
  ],
  [
    "a graph whose weights are in a file that is not there",
    () => read(bytesOf(torch!.file), "alone.onnx"),
    /got mean\.\d\.weight in onnx_torch\.onnx\.data, which does not hold it or is not beside it/
  ],
  ["a file of another kind", () => read(new TextEncoder().encode("hello"), "a.txt"), /got a file of another kind/],
  ["a zip bomb", () => read(bomb(), "bomb.pth"), /want at most \d+ bytes in data\/0, got 200000000/],
  [
    "a file whose storages hold more together than a file may",
    () =>
      read(
        overBytes((k) => k),
        "bombs.pth"
      ),
    /want at most 16777216 numbers, got more/
  ],
  [
    "a graph whose tensors are one stretch of a file, again and again",
    () => complaint(readOnnx(repeated(17), "repeated.onnx", new Map([["w", new Uint8Array(4 * 2 ** 20)]]))),
    /got more than 16777216 numbers/
  ],
  [
    "a tensor beyond its bytes",
    () => read(shortened(), "short.pth"),
    /want \d+ numbers for .*, got \d+: the file is cut short/
  ]
]

for (const [what, got, want] of refused) test(`${what} is refused by name`, () => assert.match(got(), want))

/** The members of a case's file with one replaced. */
const membersWith = (change: (path: string, bytes: Uint8Array) => Uint8Array): Uint8Array => {
  const files = unpacked(bytesOf(cartpole!.file))
  return zipSync(Object.fromEntries(Object.entries(files).map(([path, bytes]) => [path, change(path, bytes)])))
}

const bomb = (): Uint8Array =>
  membersWith((path, bytes) => (path.endsWith("data/0") ? new Uint8Array(200_000_000) : bytes))
/** Nine tensors of one number, each a view of a storage of 2²¹ numbers. */
const overBytes = (storageOf: (tensor: number) => number): Uint8Array => {
  const written = unpacked(
    writeTorch(Array.from({ length: 9 }, (_, k) => ({ name: `${k}`, shape: [1], data: Float32Array.of(k) })))
  )
  const changed = Object.entries(written).map(([path, bytes]) => {
    if (path.endsWith("data.pkl"))
      return [path, bytes.map((b, i) => (isKey(bytes, i) ? 0x30 + storageOf(b - 0x30) : b))]
    if (!path.includes("/data/")) return [path, bytes]
    const long = new Uint8Array(4 * 2 ** 21)
    long.set(bytes)
    return [path, long]
  })
  return zipSync(Object.fromEntries(changed))
}

/** Whether this byte of a pickle is the key of a storage: the text of one digit before the text "cpu". */
const isKey = (pickle: Uint8Array, at: number): boolean =>
  new TextDecoder().decode(pickle.subarray(at + 6, at + 9)) === "cpu" && pickle[at + 1] === 0x58

test("readTorch() unpacks a storage once, however many tensors are views of it", () => {
  const tensors = right(
    readTorch(
      overBytes(() => 3),
      "views.pth"
    )
  )
  assert.deepEqual(
    tensors.map(({ data }) => [...data]),
    new Array(9).fill([3])
  )
})

/** A graph of so many tensors of 2²⁰ numbers, all of which are the file "w". */
const repeated = (count: number): Uint8Array => {
  const place = message(13, [text(1, "location"), text(2, "w")])
  const tensor = (k: number) => message(5, [whole(1, 2 ** 20), whole(2, 1), text(8, `w${k}`), whole(14, 1), place])
  const graph = [
    ...Array.from({ length: count }, (_, k) => tensor(k)),
    message(11, [text(1, "x")]),
    message(12, [text(1, "y")])
  ]
  return joined([message(7, graph)])
}

const shortened = (): Uint8Array =>
  membersWith((path, bytes) => (path.endsWith("data/0") ? bytes.subarray(0, 8) : bytes))

test("plain layers are read in the order and with the nonlinearity that a person names", () => {
  const bytes = weights({ "head.weight": [2, 8], "fc1.weight": [8, 3], "fc1.bias": [8], actor_log_std: [2] })
  const plain = { layers: ["fc1", "head"], activation: "sigmoid" } as const
  const { policy } = right(parsePolicy(bytes, "mine.safetensors", { algorithms: known, plain }))
  assert.deepEqual([policy.inputs, policy.network.words, policy.distribution], [3, ["8 sigmoid"], "gaussian"])
  assert.equal(fileOf(sac!), "sac_pendulum.zip")
})

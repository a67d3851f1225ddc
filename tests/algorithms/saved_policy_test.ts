import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import {
  loadPolicy,
  makePolicy,
  type NetworkConfig,
  policyFormat,
  ppo,
  type SavedPolicy,
  savePolicy,
  untyped
} from "../../algorithms/mod.ts"
import { firstMoments } from "../../algorithms/normalise.ts"
import { child, fillNormal, stream, zeroKey } from "../../core/random/mod.ts"
import { cartPole, type Environment, frozenLake, linearQuadratic } from "../../envs/mod.ts"
import { readSafetensors, writeSafetensors } from "../../plugins/runs/store/mod.ts"
import { right } from "./support.ts"

const algorithms = [untyped(ppo)]
const tasks = [{ id: "only", params: {} }]
const network: NetworkConfig = { layers: 2, width: 5, activation: "tanh", taskOneHot: false }
const made = (environment: Environment, config: NetworkConfig, seed = 0) => {
  const policy = right(makePolicy(environment, config, ["only", "other"]))
  const theta = new Float64Array(policy.size)
  fillNormal(stream(child(zeroKey, seed)), theta)
  return { policy, theta, saved: savePolicy(policy, theta, { algorithm: ppo, environment, tasks }) }
}
/** Through the bytes of a file. */
const filed = ({ tensors, meta }: SavedPolicy): SavedPolicy =>
  // As node:fs gives them: a Buffer, whose slices share its memory.
  right(readSafetensors(Buffer.from(writeSafetensors(tensors, meta)), "policy.safetensors"))
const config = fc.record(
  {
    layers: fc.integer({ min: 0, max: 3 }),
    width: fc.integer({ min: 1, max: 9 }),
    activation: fc.constantFrom("tanh" as const, "relu" as const),
    taskOneHot: fc.boolean()
  },
  { noNullPrototype: true }
)

for (const environment of [cartPole, frozenLake, linearQuadratic]) {
  test(`a policy for ${environment.id} comes back from its file exactly, whatever its network`, () =>
    fc.assert(
      fc.property(config, fc.nat(), (c, seed) => {
        const { policy, theta, saved } = made(environment, c, seed)
        const loaded = right(loadPolicy(filed(saved), algorithms, policy))
        assert.deepEqual(loaded.theta, theta)
        assert.deepEqual(loaded.policy.config, c)
        assert.deepEqual(loaded.policy.taskIds, policy.taskIds)
        assert.deepEqual(loaded.policy.blocks, policy.blocks)
        // Infinite bounds among them.
        assert.deepEqual(loaded.policy.spaces.observation, environment.observation)
        assert.deepEqual(loaded.policy.spaces.action, environment.action)
        assert.deepEqual(loaded.algorithm, { id: "ppo", version: ppo.version })
        assert.deepEqual(loaded.environment, { id: environment.id, version: environment.version })
        assert.deepEqual(loaded.tasks, tasks)
      }),
      { numRuns: 25 }
    ))
}

test("the bytes of a policy's file do not tell in which order its arrays came", () => {
  const { policy, theta } = made(cartPole, network)
  const tensor = (name: string, k: number) => ({ name, shape: [2], data: Float64Array.of(k, -k) })
  const origin = { algorithm: ppo, environment: cartPole, tasks, moments: Float64Array.of(1, 2, 3) }
  const bytes = (names: readonly string[]) => {
    const others = names.map((name) => tensor(name, name.length))
    const { tensors, meta } = savePolicy(policy, theta, origin, others)
    return writeSafetensors(tensors, meta)
  }
  // Those of the package's learners, and some that a plugin may have.
  const names = ["value", "state.rate", "state.m", "state.v", "state.correction", "state.weight", "state.a", "state.Z"]
  const want = bytes(names)
  fc.assert(
    fc.property(fc.shuffledSubarray(names, { minLength: names.length }), (some) => assert.deepEqual(bytes(some), want))
  )
})

test("loadPolicy() refuses another architecture or version, both named", () => {
  const { policy, saved } = made(cartPole, network)
  const refused = (s: SavedPolicy, wanted = policy): string => {
    const loaded = loadPolicy(s, algorithms, wanted)
    return E.isLeft(loaded) ? loaded.left.message : assert.fail("accepted")
  }
  const wider = made(cartPole, { ...network, width: 6 })
  assert.match(
    refused(saved, wider.policy),
    /want architecture 4 inputs, 6 tanh, 6 tanh, .*got 4 inputs, 5 tanh, 5 tanh/
  )
  const heads = made(cartPole, { ...network, id: "multi-head", taskOneHot: true })
  assert.match(
    refused(heads.saved),
    /want architecture 4 inputs, 5 tanh.*got 6 inputs \(tasks only, other\), multi-head, 5 tanh, 5 tanh, 2 heads, /
  )
  assert.match(
    refused({ ...saved, meta: { ...saved.meta, format: "policygradex-policy/2" } }),
    new RegExp(`want format ${policyFormat}, got policygradex-policy/2`)
  )
  assert.match(refused({ ...saved, meta: {} }), /got a file without one/)
  assert.match(
    refused({ ...saved, tensors: wider.saved.tensors }),
    /want array "policy" \d+ numbers for 4 inputs, 5 tanh/
  )
  assert.match(refused({ ...saved, tensors: [] }), /got nothing/)
  assert.match(
    refused({ ...saved, meta: { ...saved.meta, algorithm: JSON.stringify({ id: "other", version: "1" }) } }),
    /want algorithm one of ppo, got other/
  )
  assert.match(
    refused({ ...saved, meta: { ...saved.meta, normalisation: "running" } }),
    /want metadata .*, got normalisation that is not "none" \| "moments"$/
  )
})

test("loadPolicy() refuses parameters and moments that no training leaves, and names the array", () => {
  const refusal = (saved: SavedPolicy): string => {
    const loaded = loadPolicy(filed(saved), algorithms)
    return E.isLeft(loaded) ? loaded.left.message : assert.fail("accepted")
  }
  const { policy, theta } = made(cartPole, network)
  const origin = { algorithm: ppo, environment: cartPole, tasks }
  for (const x of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const want = `want array "policy" of finite numbers, got ${x} at 3`
    assert.ok(refusal(savePolicy(policy, theta.with(3, x), origin)).endsWith(want))
  }
  const scaled = made(cartPole, { ...network, normalise: { observation: true, reward: true } })
  const moments = firstMoments(scaled.policy) ?? assert.fail("no moments")
  const withMoment = (at: number, x: number) =>
    savePolicy(scaled.policy, scaled.theta, { ...origin, moments: moments.with(at, x) })
  assert.ok(E.isRight(loadPolicy(filed(withMoment(1, -3)), algorithms)))
  // Of four numbers: count, means, sums of squares; then count, mean and sum of squares of returns.
  for (const [at, x, got] of [
    [0, 0, "a count of 0"],
    [0, Number.POSITIVE_INFINITY, "a count of Infinity"],
    [2, Number.NaN, "a mean of NaN"],
    [5, -1, "a sum of squared deviations of -1"],
    [8, Number.NaN, "a sum of squared deviations of NaN"],
    [9, -1, "a count of -1"],
    [10, Number.NEGATIVE_INFINITY, "a mean of -Infinity"],
    [11, -1e-9, "a sum of squared deviations of -1e-9"]
  ] as const) {
    const want = `want array "moments" of finite numbers, counts above 0 and sums of squares from 0 on, got ${got}`
    assert.ok(refusal(withMoment(at, x)).endsWith(want), `${at}: ${refusal(withMoment(at, x))}`)
  }
})

test("a policy's file that promises more than it may is refused before anything of that size is made", () => {
  const { saved } = made(cartPole, network)
  const refusal = (key: string, text: string): string => {
    const loaded = loadPolicy({ ...saved, meta: { ...saved.meta, [key]: text } }, algorithms)
    return E.isLeft(loaded) ? loaded.left.message : assert.fail(`${key} was not refused`)
  }
  const layers = (n: number) => JSON.stringify({ ...network, layers: n })
  assert.match(
    refusal("network", layers(1e9)),
    /want metadata as a policy's file has it, got network\.layers that is not a value between 0 and 64$/
  )
  assert.match(refusal("algorithm", "{}"), /got no algorithm\.id$/)
  assert.match(refusal("network", layers(-1)), /between 0 and 64/)
  assert.match(refusal("network", JSON.stringify({ ...network, width: 1e9 })), /between 1 and 8192/)
  const deep = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`
  assert.match(refusal("network", `${JSON.stringify(network).slice(0, -1)},"options":${deep}}`), /more than 100 deep/)
  for (const key of ["format", "algorithm", "network"])
    assert.ok(refusal(key, JSON.stringify({ id: "x".repeat(1e6), version: "1" })).length < 2500, key)
})

import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { makeNetwork } from "../../algorithms/architectures.ts"
import { descriptionOf } from "../../algorithms/descriptions.ts"
import { architecture, architectures, makePolicy, sac } from "../../algorithms/mod.ts"
import { mlp } from "../../core/network/mod.ts"
import { cartPole, pendulum } from "../../envs/mod.ts"
import { mt10 } from "../../plugins/metaworld/mt10.ts"
import { right } from "./support.ts"

const settings = { layers: 2, width: 5, activation: "tanh", taskOneHot: false } as const

/** Its hidden layer is some times as wide as what goes in. */
const growing = architecture({
  id: "growing",
  summary: "One hidden layer, a multiple of its inputs wide",
  config: Schema.Struct({ activation: Schema.Literals(["tanh", "relu"]), times: Schema.Int }),
  make: ({ activation, times }, sizes) => mlp({ ...sizes, hidden: [times * sizes.inputs], activation })
})
const known = [...architectures, growing]

test("makePolicy() takes the architecture that the configuration names, with settings of its own", () => {
  const policy = right(makePolicy(cartPole, { ...settings, id: "growing", options: { times: 3 } }, [], known))
  assert.equal(policy.network.id, "growing")
  assert.equal(policy.size, 4 * 12 + 12 + 12 * 2 + 2)
})

test("an architecture's network of other sizes is of the same architecture: critics are made so", () => {
  const policy = right(sac.makePolicy(pendulum, { ...settings, id: "growing", options: { times: 3 } }, [], known))
  assert.deepEqual([policy.network.inputs, policy.network.outputs], [3, 2])
  const critic = policy.network.sized(4, 1)
  assert.deepEqual([critic.id, critic.layout.size], ["growing", 4 * 12 + 12 + 12 + 1])
})

test("makePolicy() refuses an architecture that there is none of, and settings that it does not take", () => {
  const refusal = (config: object) => {
    const made = makePolicy(cartPole, { ...settings, ...config }, [], known)
    return E.isLeft(made) ? made.left.message : assert.fail("was made")
  }
  assert.match(refusal({ id: "transformer" }), /network\.id one of mlp, .*growing, got transformer/)
  assert.match(refusal({ id: "multihead" }), /got multihead; did you mean multi-head\?$/)
  assert.match(refusal({ id: "mlp", options: { times: 3 } }), /want an option of network mlp, got "times"; there is /)
  assert.match(
    refusal({ id: "growing", options: { times: 0.5 } }),
    /want network\.options\.times an integer for growing, got 0\.5/
  )
  assert.match(refusal({ width: -1 }), /want network\.width a value between 1 and 8192 for mlp, got -1/)
})

const told = { ...settings, id: "multi-head", taskOneHot: true } as const
const ids = ["a", "b", "c"]

test("networks that must be told their task are refused without, and so are other heads than tasks", () => {
  const refusal = (config: object) => {
    const made = makePolicy(cartPole, { ...told, ...config }, ids)
    return E.isLeft(made) ? made.left.message : assert.fail("was made")
  }
  for (const { id } of architectures.filter((a) => a.id !== "mlp")) {
    const want = `network.taskOneHot true for ${id}, which must be told its task, got false; set network.taskOneHot=true`
    assert.equal(refusal({ id, taskOneHot: false }), `Cannot train: want ${want}`)
  }
  for (const heads of [2, 4]) {
    const want = `network.options.heads tasks, or 3, a head for each task, got ${heads}`
    assert.equal(refusal({ options: { heads } }), `Cannot train: want ${want}`)
  }
  assert.match(
    refusal({ options: { head: 3 } }),
    /want an option of network multi-head, got "head"; did you mean heads\?$/
  )
  const embedded = { id: "mlp", options: { embedding: 4 } }
  assert.match(
    refusal({ ...embedded, taskOneHot: false }),
    /taskOneHot true for network\.options\.embedding, which must/
  )
  assert.equal(
    right(makePolicy(cartPole, { ...told, ...embedded }, ids)).network.layout.size,
    3 * 4 + 9 * 5 + 6 * 5 + 6 * 2
  )
  assert.match(refusal({ id: "film", layers: 0 }), /want network\.layers a value between 1 and 64 for film, got 0/)
  assert.match(
    refusal({ id: "film", options: { embedding: 0 } }),
    /want network\.options\.embedding a value between 1 and 8192 for film, got 0/
  )
})

test("a critic is told the task at the place where its policy is, whatever comes behind", () => {
  const policy = right(sac.makePolicy(pendulum, told, ids))
  const critic = policy.network.sized(policy.inputs + 1, 1)
  const place = { at: 3, tasks: 3, ids }
  assert.deepEqual([policy.network.told, critic.told], [place, place])
  assert.deepEqual([critic.inputs, critic.outputs], [7, 1])
})

test("care reads the descriptions of tasks, and refuses texts that it would not read, or none", () => {
  const care = (options: object, taskIds: readonly string[]) =>
    makePolicy(cartPole, { ...told, id: "care", options: { embedding: 6, ...options } }, taskIds)
  const two = ["reach-v3,seed=0,0", "door-open-v3,seed=0,1"]
  const learned = right(care({}, two)).network.layout.size
  assert.equal(right(care({ context: "text" }, two)).network.layout.size, learned - 2 * 6)
  const some = { context: "text", descriptions: { b: "Swing a short pole up" } }
  assert.equal(right(care(some, ids)).network.layout.size, right(care({}, ids)).network.layout.size - 6)
  const refusal = (options: object) => {
    const made = care(options, ids)
    return E.isLeft(made) ? made.left.message : assert.fail("was made")
  }
  const want = "texts for some of the tasks (a, b, c), as network.options.context is text"
  assert.equal(refusal({ context: "text" }), `Cannot train: want network.options.descriptions ${want}, got none`)
  assert.match(
    refusal({ ...some, context: "learned" }),
    /network\.options\.context text, to read descriptions, got learned/
  )
})

test("every task of Meta-World's MT10 is described", () => {
  for (const { id } of mt10) assert.ok(descriptionOf(`${id},seed=0,0`, {}) !== undefined, id)
  assert.equal(descriptionOf("reach-v3", { "reach-v3": "Touch it" }), "Touch it")
  assert.equal(descriptionOf("CartPole-v1", {}), undefined)
})

test("docs/algorithms.md has every architecture in its table, with its defaults, and what it has for MT10", () => {
  const page = readFileSync(new URL("../../docs/algorithms.md", import.meta.url), "utf8")
  const rows =
    page.match(/^\| `[a-z-]+` +\| `[a-zA-Z]+=.*$/gm)?.map((line) => line.split("|").map((cell) => cell.trim())) ?? []
  assert.deepEqual(
    rows.map(([, id = ""]) => id.replaceAll("`", "")),
    architectures.map(({ id }) => id)
  )
  const mt10Sizes = { inputs: 49, outputs: 8, told: { at: 39, tasks: 10 } }
  for (const [, name = "", cells = "", , , parameters] of rows) {
    const id = name.replaceAll("`", "")
    const pairs = [...cells.matchAll(/`(\w+)=([\w-]+)`/g)].map(([, key = "", value = ""]) => [
      key,
      /^\d+$/.test(value) ? Number(value) : value
    ])
    const of = (options: object) => right(makePolicy(cartPole, { ...told, id, options: { ...options } }, ids)).network
    assert.deepEqual(of(Object.fromEntries(pairs)).config, of({}).config, id)
    const shape = id === "soft-modules" ? { layers: 2, width: 256 } : { layers: 3, width: 400 }
    const { layout } = right(makeNetwork({ ...shape, id, activation: "relu" }, mt10Sizes))
    assert.equal(parameters, layout.size.toLocaleString("en-US"), id)
  }
})

/** What environments in Python give is what they declared, or is refused by name. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { zeroKey } from "../../../core/random/mod.ts"
import type { EnvError, Params } from "../../../envs/mod.ts"
import { taskBatch } from "../../../envs/task_batch.ts"
import { makeRows } from "../../../envs/vector.ts"
import { bridge, oddValue, right, skip } from "./support.ts"

const source = bridge()
after(() => source.close())

/** Ten steps of a good task and one with these parameters: what stopped them, and what they had seen and earned last. */
const played = (name: string, params: Params) => {
  const env = oddValue(source, name)
  const tasks = [
    { id: "good", params: {} },
    { id: "odd", params }
  ]
  const batch = right(taskBatch(env, tasks, 1, zeroKey))
  const rows = makeRows(2, batch.observationSize, Float64Array)
  batch.reset(rows.observation)
  for (let t = 0; t < 10 && batch.fault() === undefined; t++) batch.step(Float64Array.of(1, 1), rows)
  const fault: EnvError | undefined = batch.fault()
  batch.remote?.close()
  return { fault, rows }
}

/** What an environment gives, and what the refusal must say. */
const refused: readonly (readonly [name: string, params: Params, says: RegExp])[] = [
  ["Says", { says: -1 }, /Says-v0, task odd, at the reset: want an observation in Discrete\(3\), got -1$/],
  ["Says", { says: 3 }, /want an observation in Discrete\(3\), got 3$/],
  ["Says", { says: 3.5 }, /want an observation in Discrete\(3\), got 3.5$/],
  ["Starts", { says: 4 }, /want an observation in Discrete\(3, start=5\), got 4$/],
  ["Several", { says: -1 }, /task odd, at the reset: want an observation in MultiDiscrete\(\[2 3\]\), got array\(\[/],
  ["Several", { says: 3 }, /want an observation in MultiDiscrete\(\[2 3\]\), got array\(\[/],
  ["Several", { says: 0.5 }, /want an observation in MultiDiscrete\(\[2 3\]\), got array\(\[1\. , 0\.5\]\)$/],
  ["Bits", { says: 2 }, /want an observation of zeros and ones, got array\(\[1\., 2\.\]\)|got array\(\[1, 2\]\)$/],
  ["Tree", { says: -1 }, /want where of an observation in Discrete\(3\), got -1$/],
  ["Tree", { absent: true }, /want an observation with a part 'where', got \{'how': array/],
  ["NanAt", {}, /the observation of .*NanAt-v0, task good, step 7: want finite numbers, got NaN as obs\[1\]; look/],
  ["NanAt", { where: "reward" }, /Cannot use the observation of .*, task good, step 7/],
  ["Gives", { kind: "array" }, /task odd, step 1: want a number as reward, got an array of shape \(1,\), array\(\[1\./],
  ["Gives", { kind: "list" }, /task odd, step 1: want a number as reward, got \[1\.0\]; give float\(reward\)$/],
  ["Gives", { kind: "none" }, /want a number as reward, got None/],
  ["Gives", { kind: "text" }, /want a number as reward, got '1\.0'/],
  ["Gives", { kind: "ended" }, /task odd, step 1: want true or false as terminated, got None$/],
  ["Gives", { kind: "cut" }, /want true or false as truncated, got array\(\[False\]\)$/],
  ["Gives", { kind: "seen" }, /task odd, step 1: want an observation of numbers, got \['a', 'b'\], of type <U1$/],
  ["Gives", { kind: "ragged" }, /want an observation of shape \(2,\), got \[\[1\], \[2, 3\]\]$/]
]

for (const [name, params, says] of refused)
  test(`${name} with ${JSON.stringify(params)} is refused by value, space and task`, { skip }, () => {
    const { fault } = played(name, params)
    assert.match(fault?.message ?? "nothing was refused", says)
    assert.equal(fault?.message.split("\n").length, 1)
  })

for (const [where, says] of [
  ["observation", /Cannot use the observation of .*got NaN as obs\[1\]/],
  [
    "reward",
    /Cannot use the reward of .*, task odd, step 7: want a finite number, got NaN; look for divisions by zero/
  ],
  ["infinity", /Cannot use the observation of .*got Infinity as obs\[1\]/]
] as const)
  test(`a number that is not finite (${where}) names environment, task, step and field`, { skip }, () => {
    const env = oddValue(source, "NanAt")
    const batch = right(taskBatch(env, [{ id: "odd", params: { where } }], 2, zeroKey))
    const rows = makeRows(2, 2)
    batch.reset(rows.observation)
    for (let t = 0; t < 8; t++) batch.step(Float64Array.of(1, 1), rows)
    const fault = batch.fault()
    assert.match(fault?.message ?? "nothing was refused", says)
    assert.match(fault?.doing ?? "", /, task odd, step 7$/, "the fault says where it was")
    // It stays: nothing moves after it.
    const before = rows.episodeLength.slice()
    batch.reset(rows.observation)
    batch.step(Float64Array.of(1, 1), rows)
    assert.deepEqual(rows.episodeLength, before)
    batch.remote?.close()
  })

test("rewards that are numbers of other types are taken, and observations out of their bounds", { skip }, () => {
  for (const [kind, reward] of [
    ["whole", 2],
    ["flat", 2],
    ["outside", 1]
  ] as const) {
    const { fault, rows } = played("Gives", { kind })
    assert.equal(fault, undefined)
    assert.equal(rows.reward[1], reward)
  }
})

test("an environment written for Gym's four values of a step is told so", { skip }, () => {
  const env = oddValue(source, "Gives")
  const batch = right(taskBatch(env, [{ id: "odd", params: { kind: "four" } }], 1, zeroKey))
  const rows = makeRows(1, 2)
  batch.reset(rows.observation)
  batch.step(Float64Array.of(1), rows)
  assert.match(batch.fault()?.message ?? "", /task odd, step 1: want .*(5|five|terminated, truncated).*got/)
  batch.remote?.close()
})

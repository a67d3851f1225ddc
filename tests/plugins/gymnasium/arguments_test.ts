/** What varies between tasks may be whole, text or a list, and may be an argument without a default; wrappers have names. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { type Family, makeRows, type Params, taskBatch } from "../../../envs/mod.ts"
import { bridge, right, skip, without } from "./support.ts"

const source = bridge()
after(() => source.close())

const told = (query = "?goal=0"): Family => right(source.family(`gymnasium:odd_arguments:argument/Told-v0${query}`))

/** Tasks of these options, and the reward of a step in each. */
const worth = (family: Family, options: Params) => {
  const { tasks } = right(family.tasks(options))
  const batch = right(taskBatch(family.environment, tasks, 1, zeroKey))
  const rows = makeRows(batch.count, 2)
  batch.reset(rows.observation)
  batch.step(new Float64Array(batch.count), rows)
  const fault = batch.fault()
  batch.remote?.close()
  assert.equal(fault?.message, undefined)
  return { ids: tasks.map((t) => t.id), rewards: [...rows.reward] }
}

const refusal = (x: Either.Either<{ readonly message: string }, unknown>): string =>
  Either.isLeft(x) ? x.left.message : "nothing"

test("tasks may differ in whole numbers, text, lists, and an argument that has no default", { skip }, () => {
  assert.deepEqual(worth(told(), { n: 3, parameter: "size", from: 1, to: 3 }), {
    ids: ["size=1", "size=2", "size=3"],
    rewards: [3110, 3210, 3310]
  })
  assert.deepEqual(worth(told(), { n: 2, parameter: "size", from: 1, to: 4 }).ids, ["size=1", "size=4"])
  assert.deepEqual(worth(told(), { n: 2, parameter: "name", values: "12,abc" }).rewards, [3320, 3330])
  assert.deepEqual(worth(told(), { n: 2, parameter: "name", values: '["a,b","c"]' }).rewards, [3330, 3310])
  assert.deepEqual(worth(told(), { n: 2, parameter: "corners", values: "[1,1],[5,5]" }), {
    ids: ["corners=[1,1]", "corners=[5,5]"],
    rewards: [2310, 10310]
  })
  assert.deepEqual(worth(told(), { n: 2, parameter: "goal", values: "1,2" }).rewards, [3311, 3312])
  assert.deepEqual(worth(told("?goal=here"), { n: 2, parameter: "goal", values: "here,there" }).rewards, [3314, 3315])
  const deep = worth(told("?goal=0&deep=[[1]]"), { n: 2, parameter: "deep", values: "[[[1]],[[2,3],[4]]]" })
  assert.deepEqual(deep.rewards, [13310, 93310])
})

test("whole numbers are drawn whole, and refused by name where there are too few", { skip }, () => {
  const { tasks } = right(told().draw({ n: 2, parameter: "size", from: 1, to: 9 }, child(zeroKey, 1), 5))
  assert.ok(tasks.every(({ params }) => Number.isInteger(params.size)))
  assert.match(
    refusal(told().tasks({ n: 5, parameter: "size", from: 1, to: 3 })),
    /Cannot set option "n".*at most as many as there are whole numbers, as size is, between from and to.*got 5/
  )
})

test("an argument without a default is asked for by name", { skip }, () =>
  assert.match(
    refusal(source.family("gymnasium:odd_arguments:argument/Told-v0")),
    /want an argument goal for its constructor, got none; say it with the id: .*Told-v0\?goal=…/
  )
)

test("wrappers are named behind the id, and make of a space that has no place here one that has", { skip }, () => {
  const id = "gymnasium:odd_arguments:argument/Strange-v0"
  assert.match(refusal(source.environment(id)), /got Text\(.* as a space; a wrapper .*\?wrappers=module:Name/)
  const family = right(source.family(`${id}?wrappers=odd_arguments:Where`))
  assert.equal(family.environment.observation._tag === "Box" && family.environment.observation.low.length, 2)
  const twice = right(source.environment(`${id}?wrappers=odd_arguments:Where,FlattenObservation`))
  assert.deepEqual(twice.observation, family.environment.observation)
  assert.match(
    refusal(source.environment(`${id}?wrappers=odd_arguments:There`)),
    /want a wrapper of odd_arguments, got 'odd_arguments:There'; say wrappers=module:Name/
  )
  assert.match(
    refusal(source.environment(`${id}?wrappers=odd_arguments:Breaks`)),
    /Strange-v0 to be wrapped by Breaks, got ValueError: not around this/
  )
  assert.match(refusal(source.environment(`${id}?wrappers=nowhere:A`)), /want a module nowhere, got No module/)
})

test("MiniGrid's observations come by a wrapper of its own", { skip: without("minigrid") }, () => {
  const id = "gymnasium:MiniGrid-Empty-5x5-v0"
  assert.match(refusal(source.environment(id)), /MissionSpace.* as a space; a wrapper/)
  const env = right(source.environment(`${id}?wrappers=minigrid.wrappers:ImgObsWrapper`))
  assert.equal(env.observation._tag === "Box" && env.observation.low.length, 7 * 7 * 3)
})

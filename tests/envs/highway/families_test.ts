import assert from "node:assert/strict"
import { test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { highwayDensity, highwayFullDensity, highwayLanes } from "../../../envs/highway/families.ts"
import { right } from "./reference.ts"

test("highway-density spans its range in equal ratios, on the environment it names", () => {
  for (const family of [highwayDensity, highwayFullDensity]) {
    const { tasks, planted } = right(family.tasks({}))
    const densities = tasks.map((t) => Number(t.params.vehicles_density))
    assert.deepEqual([densities[0], densities.at(-1), densities.length], [0.5, 2, 10])
    for (let i = 1; i < 10; i++) assert.ok(Math.abs(densities[i]! / densities[i - 1]! - 4 ** (1 / 9)) < 1e-5)
    assert.equal(planted, undefined)
    assert.ok(tasks.every((t) => t.environment === family.environment.id))
  }
})

test("highway-density's other options hold for all tasks", () => {
  const { tasks } = right(highwayDensity.tasks({ n: 1, lanes_count: 5, vehicles_count: 7, low: 0.8 }))
  assert.deepEqual(tasks[0]?.params, { vehicles_density: 0.8, lanes_count: 5, vehicles_count: 7 })
})

test("highway-lanes goes through the lanes and changes the density from round to round", () => {
  const { tasks } = right(highwayLanes.tasks({ n: 5, fewest: 2, most: 3 }))
  assert.deepEqual(
    tasks.map((t) => t.id),
    [
      "lanes=2,density=0.7",
      "lanes=3,density=0.7",
      "lanes=2,density=0.989949",
      "lanes=3,density=0.989949",
      "lanes=2,density=1.4"
    ]
  )
  const drawn = right(highwayLanes.draw({ fewest: 4, most: 5 }, child(zeroKey, "test"), 30)).tasks
  assert.deepEqual([...new Set(drawn.map((t) => t.params.lanes_count))].sort(), [4, 5])
})

test("families of the highway refuse empty ranges", () => {
  for (const [family, options] of [
    [highwayDensity, { low: 2, high: 1 }],
    [highwayLanes, { fewest: 4, most: 3 }]
  ] as const) {
    const refused = family.tasks(options)
    assert.ok(Either.isLeft(refused) && refused.left._tag === "ParameterError")
  }
})

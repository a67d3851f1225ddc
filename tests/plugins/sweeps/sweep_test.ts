/** Experiments as data: what they are expanded to, and what is refused. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import type { Sweep } from "../../../plugins/sweeps/mod.ts"
import { runNames } from "../../../plugins/sweeps/names.ts"
import { decodeSweep, sweepRuns } from "../../../plugins/sweeps/sweep.ts"
import { right } from "../../support/right.ts"

const six = {
  preset: "quick",
  set: { "family.n": 4, "surrogate.subsetSize": 3 },
  over: { seed: [0, 1, 2], "grouping.k": [2, 3] }
} satisfies Sweep

const runsOf = (value: unknown) => E.chain((s: Sweep2) => sweepRuns(s, "FILE"))(decodeSweep(value, "FILE"))
type Sweep2 = Parameters<typeof sweepRuns>[0]

test("an experiment is a run for every combination, with what it sets in each; the last setting changes first", () => {
  const runs = right(runsOf(six))
  assert.deepEqual(
    runs.map((r) => [r.name, r.config.seed, r.config.grouping.k, r.config.family.n]),
    [
      ["seed=0,k=2", 0, 2, 4],
      ["seed=0,k=3", 0, 3, 4],
      ["seed=1,k=2", 1, 2, 4],
      ["seed=1,k=3", 1, 3, 4],
      ["seed=2,k=2", 2, 2, 4],
      ["seed=2,k=3", 2, 3, 4]
    ]
  )
  assert.deepEqual(runs[3]?.varied, { seed: 1, "grouping.k": 3 })
})

test("presets and lists can be varied too", () => {
  const runs = right(
    runsOf({ over: { preset: ["quick", "pendulum"], "firstOrder.distances": [[0.01], [0.02, 0.05]] } })
  )
  assert.deepEqual(
    runs.map((r) => [r.name, r.config.family.id, r.config.firstOrder.distances]),
    [
      ["preset=quick,distances=0.01", "cartpole-mirrored", [0.01]],
      ["preset=quick,distances=0.02-0.05", "cartpole-mirrored", [0.02, 0.05]],
      ["preset=pendulum,distances=0.01", "pendulum-length", [0.01]],
      ["preset=pendulum,distances=0.02-0.05", "pendulum-length", [0.02, 0.05]]
    ]
  )
})

test("names of runs are different for different runs, and what every file system takes", () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true }), fc.array(fc.integer()), fc.boolean())
  const values = fc.uniqueArray(value, { minLength: 1, maxLength: 4, selector: (v) => JSON.stringify(v) })
  const path = fc.constantFrom("seed", "a.k", "b.k", "meta.iterations", "algorithm.x.y z")
  fc.assert(
    fc.property(fc.dictionary(path, values, { minKeys: 1, maxKeys: 3 }), (over) => {
      const variants = Object.entries(over).reduce<(readonly [string, unknown])[][]>(
        (all, [key, list]) => all.flatMap((before) => list.map((v) => [...before, [key, v] as const])),
        [[]]
      )
      const names = runNames(over, variants)
      assert.equal(new Set(names.map((n) => n.toLowerCase())).size, variants.length)
      for (const name of names) assert.match(name, /^[A-Za-z0-9.+=,~-]{1,250}$/)
    })
  )
})

for (const [what, value, sentence] of [
  ["a list", [], /Cannot read FILE: want an object with preset, set and over, got \[\]/],
  [
    "an unknown field",
    { presets: "quick", over: { seed: [1] } },
    /Cannot use presets from FILE: .*did you mean preset\?/
  ],
  ["no over", { preset: "quick" }, /Cannot read FILE: want preset, set and over, got no over/],
  ["an empty over", { over: {} }, /Cannot read over of FILE: want a setting with the values to take.*, got none/],
  ["a setting without values", { over: { seed: [] } }, /Cannot use over\.seed from FILE: want at least one value/],
  [
    "a value twice",
    { over: { seed: [1, 2, 1] } },
    /Cannot use over\.seed from FILE: want each value once, got 1 twice/
  ],
  [
    "no list of values",
    { over: { seed: 3 } },
    /Cannot read FILE: want preset, set and over, got over\.seed that is not array/
  ],
  [
    "a setting in both",
    { set: { seed: 1 }, over: { seed: [2] } },
    /Cannot use over\.seed from FILE: want a setting of set or of over, got one of both/
  ],
  [
    "an unknown setting in over",
    { over: { "grouping.kk": [2] } },
    /Cannot use grouping\.kk from over of FILE: want a key of grouping, got "kk"; did you mean k\?/
  ],
  [
    "an unknown setting in set",
    { set: { "meta.iteration": 2 }, over: { seed: [2] } },
    /Cannot use meta\.iteration from set of FILE: .*did you mean iterations\?/
  ],
  ["a value that a setting does not take", { over: { seed: [1, -1] } }, /Cannot use seed from over of FILE: .*got -1/],
  ["an unknown preset", { preset: "quik", over: { seed: [1] } }, /Cannot choose a preset: .*did you mean quick\?/],
  [
    "more runs than anybody compares",
    { over: Object.fromEntries(["a", "b", "c", "d", "e"].map((k) => [k, Array.from({ length: 10 }, (_, i) => i)])) },
    /Cannot read over of FILE: want at most 10000 runs, got 100000/
  ]
] as const)
  test(`${what} is refused by name`, () => {
    const refused = runsOf(value)
    assert.ok(E.isLeft(refused))
    assert.match(refused.left.message, sentence)
  })

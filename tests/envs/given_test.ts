import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as Either from "fp-ts/lib/Either.js"
import type { Batch, Rows } from "../../envs/batch.ts"
import { checkedBatch, oddComponent } from "../../envs/given.ts"
import type { Space } from "../../envs/space.ts"
import { makeRows } from "../../envs/vector.ts"

const box = (size: number): Space => ({
  _tag: "Box",
  low: new Array<number>(size).fill(-1),
  high: new Array<number>(size).fill(1),
  names: Array.from({ length: size }, (_, i) => `x${i}`),
  units: new Array<string>(size).fill(""),
  dtype: "float64"
})
const discrete = (n: number): Space => ({ _tag: "Discrete", n, names: Array.from({ length: n }, (_, i) => `${i}`) })

test("oddComponent() finds the first number that is not finite, wherever the others stand", () =>
  fc.assert(
    fc.property(fc.array(fc.double(), { minLength: 1, maxLength: 20 }), fc.nat(5), (x, at) => {
      const all = [...new Array<number>(at).fill(Number.NaN), ...x]
      assert.equal(
        oddComponent(box(x.length), Float64Array.from(all), at),
        x.findIndex((v) => !Number.isFinite(v))
      )
    })
  ))

test("oddComponent() takes the whole numbers of a discrete space alone", () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.oneof(fc.double(), fc.integer({ min: -9, max: 12 })), (n, x) => {
      const is = Array.from({ length: n }, (_, i) => i).includes(x)
      assert.equal(oddComponent(discrete(n), Float64Array.of(x), 0), is ? -1 : 0)
    })
  ))

/** A contributed batch of two members that writes what it is told, at each step. */
const contributed = (write: (rows: Rows, row: number) => void, first = 0): Batch => ({
  count: 2,
  observationSize: 1,
  actionSize: 1,
  reset: (observation, row = 0) => observation.fill(first, row, row + 2),
  step: (_, rows, row = 0) => {
    for (const at of [row, row + 1]) {
      rows.episodeLength[at] = 3
      rows.nextObservation[at] = rows.observation[at] = 0
      for (const flags of [rows.terminated, rows.truncated]) flags[at] = 0
      rows.reward[at] = 1
    }
    write(rows, row + 1)
  },
  save: () => ({ states: "", returns: "", lengths: [], streams: [] }),
  load: () => Either.right(undefined),
  fault: () => undefined
})

const members = [{ task: "a", params: {} }, { params: { gain: 2 } }]

/** What a contributed batch writes at row 1 of two, and what is said of it. */
const odd: readonly (readonly [name: string, says: RegExp, write: (rows: Rows, at: number) => void])[] = [
  ["a reward that is NaN", /the reward of puck, task gain=2, step 3: want a finite number, got NaN/, set("reward")],
  ["an observation beyond its symbols", /the observation of puck, .*a whole number from 0 to 2, got 3/, to(3)],
  ["an observation between its symbols", /got 0\.5; give what its space holds/, to(0.5)],
  ["two ends at once", /the truncated of .*not beside terminated, got both/, ends(1, 1)],
  ["a flag that is no flag", /the terminated of .*want 0 or 1, got 2/, ends(2, 0)],
  [
    "a first observation after an end that is none",
    /the observation of puck, task gain=2, at the reset: .*got -1/,
    (rows, at) => {
      rows.truncated[at] = 1
      rows.observation[at] = -1
    }
  ]
]

function set(name: "reward"): (rows: Rows, at: number) => void {
  return (rows, at) => {
    rows[name][at] = Number.NaN
  }
}
function to(x: number): (rows: Rows, at: number) => void {
  return (rows, at) => {
    rows.nextObservation[at] = rows.observation[at] = x
  }
}
function ends(terminated: number, truncated: number): (rows: Rows, at: number) => void {
  return (rows, at) => {
    rows.terminated[at] = terminated
    rows.truncated[at] = truncated
  }
}

for (const [name, says, write] of odd)
  test(`checkedBatch() stops at ${name}, and says where it was`, () => {
    const batch = checkedBatch({ id: "puck", observation: discrete(3) }, members, contributed(write))
    const rows = makeRows(4, 1)
    batch.reset(rows.observation, 2)
    assert.equal(batch.fault(), undefined)
    batch.step(new Float64Array(2), rows, 2)
    assert.match(batch.fault()?.message ?? "nothing", says)
    rows.reward.fill(9)
    batch.step(new Float64Array(2), rows, 2)
    assert.deepEqual([...rows.reward], [9, 9, 9, 9])
  })

test("checkedBatch() refuses a first observation, and lets what is right pass", () => {
  const rows = makeRows(2, 1)
  const good = checkedBatch(
    { id: "puck", observation: discrete(3) },
    members,
    contributed(() => {})
  )
  good.reset(rows.observation)
  good.step(new Float64Array(2), rows)
  assert.deepEqual([good.fault(), [...rows.reward]], [undefined, [1, 1]])
  const bad = checkedBatch(
    { id: "puck", observation: discrete(3) },
    members,
    contributed(() => {}, 7)
  )
  bad.reset(rows.observation)
  assert.match(bad.fault()?.message ?? "", /puck, task a, at the reset: .*got 7/)
})

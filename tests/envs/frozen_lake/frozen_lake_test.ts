import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as Either from "fp-ts/lib/Either.js"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { hasPath } from "../../../envs/frozen_lake/lake.ts"
import { frozenLake, frozenLake8x8, frozenLakeMaps, randomMap, type TaskSet, transitions } from "../../../envs/mod.ts"

const refusal = <A>(value: Either.Either<{ readonly message: string }, A>): string =>
  Either.isLeft(value) ? value.left.message : "accepted"
const right = <E, A>(value: Either.Either<E, A>): A => {
  if (Either.isLeft(value)) throw new Error(JSON.stringify(value.left))
  return value.right
}

test("transitions() are probabilities, and what is not slippery is certain", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 7 }),
      fc.nat(),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (n, seed, rate) => {
        const map = right(randomMap(n, 0.8, child(zeroKey, seed)))
        for (const slippery of [true, false])
          for (const actions of transitions(map, { slippery, successRate: rate, rewards: [1, 0, 0] }))
            for (const outcomes of actions) {
              const sum = outcomes.reduce((s, o) => s + o.probability, 0)
              assert.ok(Math.abs(sum - 1) < 1e-15)
              assert.ok(slippery || outcomes.length === 1)
              assert.ok(outcomes.every((o) => o.next >= 0 && o.next < n * n))
            }
      }
    )
  ))

test("randomMap() always has a way to the goal", () =>
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 8 }), fc.nat(), (n, seed) => {
      const map = right(randomMap(n, 0.6, child(zeroKey, seed)))
      assert.ok(hasPath(map))
      assert.equal(map.length, n)
      assert.equal(map[0]![0], "S")
      assert.equal(map[n - 1]![n - 1], "G")
    }),
    { numRuns: 50 }
  ))

test("a map that is none, and a size or p that no map has, are refused with what is wanted", () => {
  assert.match(refusal(frozenLake.make({ desc: "SFF,FG" })), /"desc" of FrozenLake-v1: want rows of one length/)
  assert.match(refusal(frozenLake.make({ desc: "FFF,FFG" })), /want a map with a start S/)
  assert.match(refusal(frozenLake.make({ desc: "SFFFF,FFFFF,FFFFF,FFFFG" })), /"desc".*take FrozenLake8x8-v1$/)
  assert.match(refusal(frozenLake.make({ desc: `${"S".repeat(65)}G` })), /no environment has those of a map of more/)
  assert.match(refusal(frozenLake.make({ desc: "SX" })), /want rows of S, F, H and G with commas/)
  assert.match(refusal(frozenLake.make({ map_name: "8x8" })), /"map_name".*got "8x8"; take FrozenLake8x8-v1$/)
  assert.match(refusal(frozenLake.make({ map_name: "5x5" })), /want one of "4x4", "8x8"/)
  assert.match(refusal(frozenLake.make({ reward_schedule: "1,0" })), /want three numbers/)
  assert.equal(refusal(frozenLake8x8.make({ desc: "SFFFF,FFFFF,FFFFF,FFFFG" })), "accepted")
  assert.match(refusal(randomMap(1, 0.5, zeroKey)), /want an integer of at least 2, got 1/)
  assert.match(refusal(randomMap(4, 0, zeroKey)), /want a number above 0/)
})

test("a search that finds no map stops and says so", () => {
  assert.match(refusal(randomMap(16, 0.01, zeroKey)), /10000 maps of size 16 had none/)
})

test("frozenlake-maps are the maps of consecutive seeds, and drawn ones of other seeds", () => {
  const set: TaskSet = right(frozenLakeMaps.tasks({ n: 3, seed: 5 }))
  assert.deepEqual(
    set.tasks.map((t) => t.id),
    ["map=5", "map=6", "map=7"]
  )
  assert.deepEqual(set.tasks.slice(1), right(frozenLakeMaps.tasks({ n: 2, seed: 6 })).tasks)
  const drawn = right(frozenLakeMaps.draw({}, child(zeroKey, 1), 20))
  assert.ok(drawn.tasks.every((t) => Number(t.id.slice(4)) >= 2 ** 31))
  const holes = (p: number): number =>
    right(frozenLakeMaps.tasks({ p, n: 50 })).tasks.reduce((n, t) => n + String(t.params.desc).split("H").length - 1, 0)
  assert.ok(holes(0.9) < holes(0.7))
})

test("render() shows the walker where the state is", () => {
  const dynamics = right(frozenLake.make({}))
  const picture = (s: number): string => dynamics.render?.(Float64Array.of(s), 0) ?? ""
  assert.match(picture(0), /<circle cx="20" cy="20"/)
  assert.match(picture(7), /<circle cx="140" cy="60"/)
})

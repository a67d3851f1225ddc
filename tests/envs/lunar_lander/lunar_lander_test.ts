import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { child, copyStream, random, zeroKey } from "../../../core/random/mod.ts"
import type { Dynamics } from "../../../envs/env.ts"
import { lunarLanderGravity, lunarLanderWind } from "../../../envs/lunar_lander/families.ts"
import { CRASHED } from "../../../envs/lunar_lander/layout.ts"
import { lunarLander, lunarLanderContinuous } from "../../../envs/lunar_lander/lunar_lander.ts"
import { right, seeded } from "./reference.ts"

const outcome = { reward: 0, terminated: false }
const seen = (d: Dynamics, state: Float64Array, at = 0): number[] => {
  const out = new Float64Array(8)
  d.observe(state, at, out, 0)
  return [...out]
}

test("a copied state goes on as the original does, in any place and order", () =>
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.integer({ min: 1, max: 90 }),
      fc.integer({ min: 1, max: 15 }),
      (seed, before, after) => {
        const d = right(lunarLanderContinuous.make({ enable_wind: true }))
        const source = seeded(seed)
        const state = new Float64Array(d.stateSize)
        const step = (to: Float64Array, at: number, from: typeof source) =>
          d.step(to, at, Float64Array.of(2 * random(from) - 1, 2 * random(from) - 1), from, outcome)
        d.reset(state, 0, source)
        for (let t = 0; t < before; t++) step(state, 0, source)
        const copies = new Float64Array(2 * d.stateSize + 1)
        copies.set(state, 1)
        copies.set(state, 1 + d.stateSize)
        const [again, late] = [copyStream(source), copyStream(source)]
        for (let t = 0; t < after; t++) {
          step(state, 0, source)
          step(copies, 1, again)
          assert.deepEqual(seen(d, copies, 1), seen(d, state))
        }
        for (let t = 0; t < after; t++) step(copies, 1 + d.stateSize, late)
        assert.deepEqual(copies.slice(1, 1 + d.stateSize), state)
        assert.deepEqual(copies.slice(1 + d.stateSize), state)
      }
    ),
    { numRuns: 15 }
  ))

test("engines that are fully on are those that are switched on", () => {
  const [discrete, continuous] = [right(lunarLander.make({})), right(lunarLanderContinuous.make({}))]
  const [a, b] = [seeded(3), seeded(3)]
  const [x, y] = [new Float64Array(discrete.stateSize), new Float64Array(continuous.stateSize)]
  discrete.reset(x, 0, a)
  continuous.reset(y, 0, b)
  const asBox = [
    [0, 0],
    [0, -1],
    [1, 0],
    [0, 1]
  ] as const
  for (let t = 0; t < 60; t++) {
    discrete.step(x, 0, Float64Array.of(t % 4), a, outcome)
    const { reward } = outcome
    continuous.step(y, 0, Float64Array.of(...asBox[t % 4]!), b, outcome)
    assert.deepEqual([seen(discrete, x), reward], [seen(continuous, y), outcome.reward])
  }
})

test("throttles at or below half leave side engines off, at or below 0 the main engine", () => {
  const d = right(lunarLanderContinuous.make({}))
  const after = (...action: readonly [number, number]): number[] => {
    const source = seeded(4)
    const state = new Float64Array(d.stateSize)
    d.reset(state, 0, source)
    d.step(state, 0, Float64Array.of(...action), source, outcome)
    return seen(d, state)
  }
  assert.deepEqual(after(-1, 0.5), after(0, 0))
  assert.notDeepEqual(after(0.01, 0), after(0, 0))
  assert.notDeepEqual(after(0, -0.51), after(0, 0))
  assert.deepEqual(after(1, 0), after(7, 0))
})

test("a lander that falls crashes: -100, and no later step changes that it has", () => {
  const d = right(lunarLander.make({}))
  const source = seeded(5)
  const state = new Float64Array(d.stateSize)
  d.reset(state, 0, source)
  let steps = 0
  outcome.terminated = false
  for (; !outcome.terminated && steps < 1000; steps++) d.step(state, 0, Float64Array.of(0), source, outcome)
  assert.deepEqual([outcome.reward, state[CRASHED]], [-100, 1])
  for (; steps < 1000; steps++) d.step(state, 0, Float64Array.of(0), source, outcome)
  assert.equal(outcome.terminated, true)
  const full = state.slice()
  d.step(state, 0, Float64Array.of(2), source, outcome)
  assert.deepEqual([state, outcome], [full, { reward: 0, terminated: true }])
})

test("render() shows ground, two flags, two legs and the hull", () => {
  const d = right(lunarLander.make({}))
  const state = new Float64Array(d.stateSize)
  d.reset(state, 0, seeded(6))
  const picture = d.render!(state, 0)
  assert.equal(picture.split("<polygon").length - 1, 6)
  assert.equal(picture.split("#cc0").length - 1, 2)
  assert.ok(!picture.includes("NaN"))
})

test("families go through gravity and wind in equal steps, with the other parameters for all", () => {
  const { tasks } = right(lunarLanderGravity.tasks({ n: 4, low: -11, high: -2, enable_wind: true }))
  assert.deepEqual(
    tasks.map((t) => t.params.gravity),
    [-11, -8, -5, -2]
  )
  assert.ok(tasks.every((t) => t.params.enable_wind === true && t.params.wind_power === 15))
  const windy = right(lunarLanderWind.draw({ gravity: -5 }, child(zeroKey, "test"), 20)).tasks
  assert.ok(windy.every(({ params: p }) => p.enable_wind === true && p.gravity === -5 && Number(p.wind_power) < 20))
  const refused = lunarLanderGravity.tasks({ low: -3, high: -3 })
  assert.ok(refused._tag === "Left" && refused.left._tag === "ParameterError" && refused.left.parameter === "high")
})

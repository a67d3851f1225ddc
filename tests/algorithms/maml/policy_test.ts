import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { makePolicy } from "../../../algorithms/meta/policy.ts"
import { cartPole, type Space } from "../../../envs/mod.ts"
import { right } from "../support.ts"

const network = { layers: 1, width: 4, activation: "tanh", taskOneHot: false } as const
const observation: Space = { _tag: "Box", low: [0], high: [1], names: ["x"], units: [""], dtype: "float64" }

const range = fc
  .tuple(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.double({ min: 1e-3, max: 1e3, noNaN: true }))
  .map(([low, width]) => [low, low + width] as const)

test("a meta-learner's actions are parts of the range: −1 and less its low end, 0 its middle, 1 and more its high end", () =>
  fc.assert(
    fc.property(
      fc.array(range, { minLength: 1, maxLength: 3 }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      (ends, u) => {
        const [low, high] = [ends.map((e) => e[0]), ends.map((e) => e[1])]
        const blank = ends.map(() => "")
        const action: Space = { _tag: "Box", low, high, names: blank, units: blank, dtype: "float64" }
        const { play } = right(makePolicy({ observation, action }, network))
        const played = new Float64Array(2 * ends.length)
        play?.(Float64Array.of(...ends.map(() => u), ...ends.map(() => -5)), played)
        for (const [i, [from, to]] of ends.entries()) {
          const want = from + (to - from) * ((Math.min(1, Math.max(-1, u)) + 1) / 2)
          assert.ok(Math.abs(played[i]! - want) <= 1e-12 * Math.max(1, Math.abs(from), Math.abs(to)))
          assert.ok(played[i]! >= from && played[i]! <= to)
          assert.ok(played[ends.length + i] === from)
        }
      }
    )
  ))

test("where actions have no bounds, or are not numbers, they are played as they are drawn", () => {
  for (const spaces of [cartPole, { observation, action: unbounded }])
    assert.equal(right(makePolicy(spaces, network)).play, undefined)
})

const unbounded: Space = { ...observation, low: [-Infinity], high: [1] }

import assert from "node:assert/strict"
import { test } from "node:test"
import { stream, zeroKey } from "../../../core/random/mod.ts"
import { highwayFast } from "../../../envs/highway/highway.ts"
import { columnAt } from "../../../envs/highway/traffic.ts"
import { right } from "./reference.ts"

test("render() draws who is near, the agent green and the crashed red", () => {
  const dynamics = right(highwayFast.make({ vehicles_density: 3 }))
  const state = new Float64Array(dynamics.stateSize)
  dynamics.reset(state, 0, stream(zeroKey))
  const count = (colour: string): number => dynamics.render!(state, 0).split(colour).length - 1
  assert.equal(count("#3fa34d"), 1)
  const others = count("#5a86c5")
  assert.ok(others > 0 && others < 20)
  state[columnAt("crashed", 21) + 1] = 1
  assert.deepEqual([count("#c0392b"), count("#5a86c5")], [1, others - 1])
  state[columnAt("x", 21) + 1] = 5000
  assert.equal(count("#c0392b"), 0)
})

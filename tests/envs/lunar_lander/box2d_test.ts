/** The lander's bodies beside Box2D 2.3 itself, compiled with float64: what planck does otherwise must not come back. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { AWAKE, BODIES, CRASHED, HEIGHTS, TOUCHING } from "../../../envs/lunar_lander/layout.ts"
import { lunarLander, lunarLanderContinuous } from "../../../envs/lunar_lander/lunar_lander.ts"
import { gzipJson } from "../../support/gzip_json.ts"
import { type Made, paramsOf, right, seeded } from "./reference.ts"

interface Episode extends Made {
  readonly seed: number
  readonly policy: string
  readonly continuous: boolean
  /** What of planck's own ways this episode shows, where one is put back: order, corners, rest. */
  readonly shows: readonly string[]
  /** A digit for each action, or the two numbers of each. */
  readonly actions: string | readonly (readonly [number, number])[]
  /** A hexadecimal digit for each step: 1 and 2 the legs touch, 4 crashed, 8 awake. */
  readonly flags: string
  /** The step, and x, y, angle, v_x, v_y, ω of hull and legs. */
  readonly bodies: readonly (readonly number[])[]
}

const { episodes } = gzipJson<{ readonly episodes: readonly Episode[] }>("lunarlander/box2d_float64.json.gz")

/** Rounding alone; Box2D's own numbers part by up to 1e-7 in such episodes if the first push differs by one unit in 1e15. */
const TOLERANCE = 1e-6

const flagsOf = (state: Float64Array): string =>
  (state[TOUCHING]! + 2 * state[TOUCHING + 1]! + 4 * state[CRASHED]! + 8 * state[AWAKE]!).toString(16)

const play = (e: Episode): { readonly flags: string; readonly states: readonly Float64Array[] } => {
  const dynamics = right((e.continuous ? lunarLanderContinuous : lunarLander).make(paramsOf(e)))
  const source = seeded(e.seed)
  const state = new Float64Array(dynamics.stateSize)
  const outcome = { reward: 0, terminated: false }
  dynamics.reset(state, 0, source)
  const states = [state.slice(0, HEIGHTS)]
  for (const action of e.actions) {
    const numbers = typeof action === "string" ? [Number(action)] : action.map(Math.fround)
    dynamics.step(state, 0, Float64Array.from(numbers), source, outcome)
    states.push(state.slice(0, HEIGHTS))
  }
  return { flags: states.map(flagsOf).join(""), states }
}

for (const e of episodes) {
  const label = `${e.continuous ? "throttled" : "on or off"}, seed ${e.seed}${e.shows.map((s) => `, ${s}`).join("")}`

  test(`hull and legs move, touch and come to rest as in Box2D with float64: ${label}`, () => {
    const { flags, states } = play(e)
    assert.equal(flags, e.flags)
    for (const [step, ...bodies] of e.bodies)
      for (const [i, x] of bodies.entries())
        assert.ok(Math.abs(states[step!]![BODIES + i]! - x) < TOLERANCE, `step ${step}, number ${i}`)
  })
}

test("the episodes show the order of contacts, the numbers of corners and the time at rest", () => {
  assert.deepEqual([...new Set(episodes.flatMap((e) => e.shows))].sort(), ["corners", "order", "rest"])
})

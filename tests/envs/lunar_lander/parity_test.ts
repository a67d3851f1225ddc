import assert from "node:assert/strict"
import { test } from "node:test"
import { BODIES, FORCE, HEIGHTS, WIND } from "../../../envs/lunar_lander/layout.ts"
import { lunarLander } from "../../../envs/lunar_lander/lunar_lander.ts"
import { groundAt } from "../../../envs/lunar_lander/world.ts"
import { episodes, paramsOf, right, seeded } from "./reference.ts"

/** float32 against float64: what one step of the reset leaves, and what 30 steps do. */
const TOLERANCE = { reset: 1e-6, first: 1e-5, firstReward: 1e-3 }

const label = (e: (typeof episodes)[number]) =>
  `seed ${e.seed}, gravity ${e.gravity}, ${e.enable_wind ? "wind" : "still"}, ${e.policy}`

const distance = (a: ArrayLike<number>, b: readonly number[], count = b.length): number =>
  Math.max(...b.slice(0, count).map((x, i) => Math.abs(x - a[i]!)))

const played = episodes.map((e) => {
  const dynamics = right(lunarLander.make(paramsOf(e)))
  const source = seeded(e.seed)
  const state = new Float64Array(dynamics.stateSize)
  dynamics.reset(state, 0, source)
  const first = state.slice()
  const outcome = { reward: 0, terminated: false }
  const seen = new Float32Array(8)
  dynamics.observe(state, 0, seen, 0)
  const initial = [...seen]
  const steps = e.actions.map((action) => {
    dynamics.step(state, 0, Float64Array.of(action), source, outcome)
    dynamics.observe(state, 0, seen, 0)
    return { obs: [...seen], ...outcome }
  })
  return { e, first, initial, steps }
})

for (const { e, first, initial, steps } of played) {
  test(`a seed gives Gymnasium's terrain, push and wind exactly: ${label(e)}`, () => {
    const draws = e.reset_draws
    assert.deepEqual([...first.subarray(HEIGHTS, FORCE)], draws.heights_with_helipad)
    assert.deepEqual([...first.subarray(FORCE, WIND)], draws.initial_force)
    if (e.enable_wind) assert.deepEqual([...first.subarray(WIND, WIND + 2)], [draws.wind_idx, draws.torque_idx])
    for (const [i, y] of draws.smooth_y.entries()) assert.equal(groundAt(first, 0, i), y)
    assert.ok(distance(initial, e.initial_obs) < TOLERANCE.reset)
    for (const [i, body] of e.initial_bodies.entries())
      assert.ok(distance(first.subarray(BODIES + 6 * i), body) < 1e-4, `body ${i}`)
  })

  test(`30 steps stay within 1e-5 of Gymnasium's, rewards within 1e-3: ${label(e)}`, () => {
    for (const [t, { obs, reward }] of steps.slice(0, 30).entries()) {
      assert.ok(distance(obs, e.obs[t]!) < TOLERANCE.first, `step ${t}: ${obs}`)
      assert.ok(Math.abs(reward - e.rewards[t]!) < TOLERANCE.firstReward, `step ${t}: reward ${reward}`)
    }
  })

  test(`the episode ends when Gymnasium's does, with the same last reward: ${label(e)}`, () => {
    assert.deepEqual(
      steps.map((s) => s.terminated),
      e.terminated
    )
    if (e.terminated.at(-1)) assert.equal(steps.at(-1)?.reward, e.rewards.at(-1))
  })
}

test("whole episodes stay within 1e-3 of Gymnasium's, but for a few that part at a bounce", () => {
  const far = played.filter(({ e, steps }) => steps.some(({ obs }, t) => distance(obs, e.obs[t]!, 6) > 1e-3))
  assert.ok(far.length <= 2, far.map(({ e }) => label(e)).join("; "))
  for (const { e, steps } of played)
    assert.ok(Math.max(...steps.map(({ obs }, t) => distance(obs, e.obs[t]!, 6))) < 0.05, label(e))
})

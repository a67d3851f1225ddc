import assert from "node:assert/strict"
import { test } from "node:test"
import { key, uniform } from "../../../core/random/mod.ts"
import { lunarLander, lunarLanderContinuous } from "../../../envs/lunar_lander/lunar_lander.ts"
import { replay } from "../../../envs/replay.ts"
import { gzipJson } from "../../support/gzip_json.ts"
import { playEpisode } from "../../support/returns.ts"
import { type Made, paramsOf, pilotsAims, right, type Statistics, seeded } from "./reference.ts"
import { testReturns } from "./returns.ts"

interface Episode extends Made {
  readonly seed: number
  readonly policy: string
  readonly initial_obs: readonly number[]
  readonly actions: readonly (readonly number[])[]
  readonly obs: readonly (readonly number[])[]
  readonly rewards: readonly number[]
  readonly terminated: readonly boolean[]
  readonly truncated: readonly boolean[]
}

const { episodes, stats } = gzipJson<{ readonly episodes: readonly Episode[]; readonly stats: readonly Statistics[] }>(
  "lunarlander/continuous.json.gz"
)

/** float32 against float64, as for the lander whose engines are on or off. */
const TOLERANCE = { reset: 1e-6, first: 1e-5, firstReward: 1e-3, whole: 1e-3 }

const distance = (a: readonly number[], b: readonly number[], count = b.length): number =>
  Math.max(...b.slice(0, count).map((x, i) => Math.abs(x - a[i]!)))

const played = episodes.map((e) => {
  const actions = e.actions.map((a) => a.map(Math.fround))
  return { e, ...right(replay(lunarLander, { ...paramsOf(e), continuous: true }, right(key(e.seed)), actions)) }
})

test("LunarLander-v3 with continuous: true gives Gymnasium's first 30 steps within 1e-5, rewards within 1e-3", () => {
  assert.equal(played.length, 16)
  for (const { e, obs, steps } of played) {
    assert.ok(distance(obs, e.initial_obs) < TOLERANCE.reset, `seed ${e.seed}: ${obs}`)
    for (const [t, step] of steps.slice(0, 30).entries()) {
      assert.ok(distance(step.obs, e.obs[t]!) < TOLERANCE.first, `seed ${e.seed}, step ${t}: ${step.obs}`)
      assert.ok(Math.abs(step.reward - e.rewards[t]!) < TOLERANCE.firstReward, `seed ${e.seed}, step ${t}`)
    }
  }
})

test("its episodes stay within 1e-3 of Gymnasium's until a leg touches, where few part, and end when those do", () => {
  for (const { e, steps } of played) {
    assert.deepEqual(
      steps.map((s) => [s.terminated, s.truncated]),
      e.terminated.map((terminated, t) => [terminated, e.truncated[t]]),
      `seed ${e.seed}`
    )
    const touches = (seen: readonly number[]) => seen[6] !== 0 || seen[7] !== 0
    const air = steps.findIndex(({ obs }, t) => touches(obs) || touches(e.obs[t]!))
    for (const [t, { obs }] of steps.slice(0, air < 0 ? steps.length : air).entries())
      assert.ok(distance(obs, e.obs[t]!) < TOLERANCE.whole, `seed ${e.seed}, step ${t}`)
  }
})

const play = (s: Statistics, seed: number): { readonly total: number; readonly length: number } => {
  const dynamics = right(lunarLanderContinuous.make(paramsOf(s)))
  const chance = seeded(seed)
  const seen = new Float32Array(8)
  return playEpisode(lunarLanderContinuous, dynamics, seeded(seed), (action, state) => {
    dynamics.observe(state, 0, seen, 0)
    const { lift, turn } = pilotsAims(seen)
    const [main, side] =
      s.policy === "random" ? [uniform(chance, -1, 1), uniform(chance, -1, 1)] : [lift * 20 - 1, -turn * 20]
    action[0] = Math.fround(Math.min(Math.max(main, -1), 1))
    action[1] = Math.fround(Math.min(Math.max(side, -1), 1))
  })
}

testReturns("engines that can be throttled", stats, 20, play)

import assert from "node:assert/strict"
import { test } from "node:test"
import { child, integers, type Key, key, stream, zeroKey } from "../../../core/random/mod.ts"
import { environmentOf, paramsOf, right, type Statistic, statistics } from "./reference.ts"

interface Played {
  readonly total: number
  readonly length: number
  readonly crashed: boolean
}

/** One episode; the policy draws from a stream of the same key, as the records' does. */
const play = (s: Statistic, k: Key): Played => {
  const dynamics = right(environmentOf(s.env_id).make(paramsOf(s.config_given)))
  const state = new Float64Array(dynamics.stateSize)
  const outcome = { reward: 0, terminated: false }
  const policy = stream(k)
  const action = new Float64Array(1)
  dynamics.reset(state, 0, stream(k))
  let total = 0
  let length = 0
  while (!outcome.terminated && length < dynamics.maxEpisodeSteps!) {
    action[0] = s.policy === "idle" ? 1 : integers(policy, 0, 5)
    dynamics.step(state, 0, action, policy, outcome)
    total += outcome.reward
    length++
  }
  return { total, length, crashed: outcome.terminated }
}

/** Largest distance of two samples' empirical distributions. */
const kolmogorovSmirnov = (a: readonly number[], b: readonly number[]): number => {
  const share = (x: readonly number[], bound: number) => x.filter((v) => v <= bound).length / x.length
  return Math.max(...[...a, ...b].map((bound) => Math.abs(share(a, bound) - share(b, bound))))
}

for (const s of statistics) {
  const label = `${s.env_id}, ${JSON.stringify(s.config_given)}, ${s.policy}`

  test(`each of highway-env's hundred episodes comes again from its seed: ${label}`, () => {
    for (const [i, total] of s.returns.entries()) {
      const got = play(s, right(key(s.reset_seeds[0] + i)))
      assert.deepEqual([got.length, got.crashed], [s.lengths[i], s.crashed[i]], `episode ${i}`)
      assert.ok(Math.abs(got.total - total) < 1e-8, `episode ${i}: ${got.total} and ${total}`) // stored to 8 decimals
    }
  })

  test(`returns of other seeds have highway-env's distribution: ${label}`, () => {
    const count = 300
    const returns = Array.from({ length: count }, (_, i) => play(s, child(zeroKey, "statistics", i)).total)
    const distance = kolmogorovSmirnov(returns, s.returns)
    // Beyond this, one in a thousand pairs of equally distributed samples lies (1.949 for large ones).
    const critical = 1.949 * Math.sqrt((count + s.returns.length) / (count * s.returns.length))
    assert.ok(distance < critical, `${distance} is not below ${critical}`)
  })
}

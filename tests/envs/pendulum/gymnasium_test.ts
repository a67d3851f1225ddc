import assert from "node:assert/strict"
import { test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { child, key, stream, uniform, zeroKey } from "../../../core/random/mod.ts"
import { type Params, pendulum, replay } from "../../../envs/mod.ts"
import { gzipJson } from "../../support/gzip_json.ts"
import { kolmogorovSmirnov } from "../../support/kolmogorov.ts"
import { playEpisode } from "../../support/returns.ts"

interface Episode {
  readonly seed: number
  readonly params: Params
  readonly options: Params
  readonly action_dtype: "float32" | "float64"
  readonly initial_state: readonly number[]
  readonly initial_obs: readonly number[]
  readonly actions: readonly number[]
  readonly states: readonly (readonly number[])[]
  readonly obs: readonly (readonly number[])[]
  readonly rewards: readonly number[]
}
const { episodes, random_policy } = gzipJson<{
  readonly episodes: readonly Episode[]
  readonly random_policy: { readonly first_seed: number; readonly returns: readonly number[] }
}>("pendulum/episodes.json.gz")

const right = <E, A>(value: Either.Either<E, A>): A => {
  if (Either.isLeft(value)) throw new Error(JSON.stringify(value.left))
  return value.right
}

/** NumPy's sine is not rounded as ours; swinging makes little of it. */
const TOLERANCE = { float32: 1e-10, float64: 1e-6 }

for (const e of episodes) {
  const params = { ...e.params, ...e.options }
  const label = `seed ${e.seed}, ${JSON.stringify(params)}, ${e.action_dtype} actions`

  test(`the state stays with Gymnasium's over 200 steps: ${label}`, () => {
    const dynamics = right(pendulum.make(params))
    const source = stream(right(key(e.seed)))
    const state = new Float64Array(2)
    dynamics.reset(state, 0, source)
    assert.deepEqual([...state], e.initial_state)
    const outcome = { reward: 0, terminated: false }
    const tolerance = TOLERANCE[e.action_dtype]
    assert.equal(e.states.length, 200)
    for (const [t, action] of e.actions.entries()) {
      dynamics.step(state, 0, Float64Array.of(action), source, outcome)
      const off = Math.max(
        ...e.states[t]!.map((x, i) => Math.abs(x - state[i]!)),
        Math.abs(outcome.reward - e.rewards[t]!)
      )
      assert.ok(off < tolerance, `step ${t}: ${off}`)
    }
  })

  test(`one step from each of Gymnasium's states gives the next: ${label}`, () => {
    const dynamics = right(pendulum.make(params))
    const outcome = { reward: 0, terminated: false }
    const tolerance = e.action_dtype === "float32" ? 1e-14 : 1e-6
    for (const [t, action] of e.actions.entries()) {
      const state = Float64Array.from(t === 0 ? e.initial_state : e.states[t - 1]!)
      dynamics.step(state, 0, Float64Array.of(action), stream(zeroKey), outcome)
      for (const [i, x] of e.states[t]!.entries()) {
        const off = Math.abs(x - state[i]!) / Math.max(1, Math.abs(x))
        assert.ok(off < tolerance, `step ${t}: ${off}`)
      }
    }
  })

  test(`replay() gives Gymnasium's float32 observations: ${label}`, () => {
    const got = right(replay(pendulum, params, right(key(e.seed)), e.actions))
    assert.equal(got.steps.at(-1)?.truncated, true)
    assert.deepEqual(got.obs, e.initial_obs)
    for (const [t, { obs }] of got.steps.entries())
      for (const [i, x] of obs.entries()) {
        const off = Math.abs(x - e.obs[t]![i]!)
        assert.ok(off < 1e-6, `step ${t}[${i}]: ${off}`)
      }
  })
}

test("a random policy's returns equal Gymnasium's, seed by seed, and other seeds' are distributed alike", () => {
  const { first_seed, returns } = random_policy
  const dynamics = right(pendulum.make({}))
  const of = (env: Parameters<typeof stream>[0], acts: Parameters<typeof stream>[0]): number => {
    const source = stream(acts)
    return playEpisode(pendulum, dynamics, stream(env), (a) => {
      a[0] = Math.fround(uniform(source, -2, 2))
    }).total
  }
  for (const [i, wanted] of returns.entries()) {
    const k = right(key(first_seed + i))
    const got = of(k, k)
    assert.ok(Math.abs(got - wanted) < 1e-8, `${i}: ${got} and ${wanted}`)
  }
  const others = returns.map((_, i) => of(child(zeroKey, "env", i), child(zeroKey, "policy", i)))
  const ks = kolmogorovSmirnov(returns, others)
  assert.ok(ks.probability > 1e-3, `D ${ks.distance}, p ${ks.probability}`)
})

import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { gunzipSync } from "node:zlib"
import * as Either from "fp-ts/lib/Either.js"
import { key, stream } from "../../../core/random/mod.ts"
import { cartPole } from "../../../envs/cartpole/cartpole.ts"
import type { Params } from "../../../envs/parameter.ts"
import { replay } from "../../../envs/replay.ts"

interface Episode {
  readonly seed: number
  readonly reset_options: { readonly low: number; readonly high: number } | null
  readonly make_kwargs: Params
  readonly changed: Params
  readonly derived_recomputed: boolean
  readonly initial_state: readonly number[]
  readonly initial_obs: readonly number[]
  readonly actions: readonly number[]
  readonly states: readonly (readonly number[])[]
  readonly obs: readonly (readonly number[])[]
  readonly rewards: readonly number[]
  readonly terminated: readonly boolean[]
  readonly truncated: readonly boolean[]
}

const right = <E, A>(value: Either.Either<E, A>): A => {
  if (Either.isLeft(value)) throw new Error(JSON.stringify(value.left))
  return value.right
}
const read = (name: string): readonly Episode[] =>
  JSON.parse(gunzipSync(readFileSync(new URL(`../../fixtures/cartpole/${name}.json.gz`, import.meta.url))).toString())
    .episodes
const paramsOf = (e: Episode): Params => ({
  ...e.make_kwargs,
  ...e.changed,
  derived_recomputed: e.derived_recomputed,
  ...(e.reset_options === null ? {} : { reset_low: e.reset_options.low, reset_high: e.reset_options.high })
})

for (const name of ["default", "variants"])
  for (const episode of read(name)) {
    const label = `${name}, seed ${episode.seed}, ${JSON.stringify(paramsOf(episode))}`

    test(`replay() gives Gymnasium's episode to the last bit: ${label}`, () => {
      const got = right(replay(cartPole, paramsOf(episode), right(key(episode.seed)), episode.actions))
      assert.deepEqual(got.obs, episode.initial_obs)
      assert.equal(got.unused, 0)
      const wanted = episode.obs.map((obs, t) => ({
        obs,
        reward: episode.rewards[t],
        terminated: episode.terminated[t],
        truncated: episode.truncated[t]
      }))
      assert.deepEqual(got.steps, wanted)
    })

    test(`step() keeps Gymnasium's float64 state to the last bit: ${label}`, () => {
      const dynamics = right(cartPole.make(paramsOf(episode)))
      const source = stream(right(key(episode.seed)))
      const state = new Float64Array(4)
      dynamics.reset(state, 0, source)
      assert.deepEqual([...state], episode.initial_state)
      const outcome = { reward: 0, terminated: false }
      for (const [t, action] of episode.actions.entries()) {
        dynamics.step(state, 0, Float64Array.of(action), source, outcome)
        assert.deepEqual([...state], episode.states[t], `step ${t}`)
      }
    })
  }

/** Robots beside Gymnasium 1.4.0 in MuJoCo 3.3.0, or 3.14.0 where the record says so: tests/fixtures/mujoco. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { key, stream } from "../../../core/random/mod.ts"
import type { Environment, Params } from "../../../envs/mod.ts"
import { ant, type EngineId, halfCheetah, hopper, walker2d } from "../../../plugins/mujoco/mod.ts"
import { gzipJson } from "../../support/gzip_json.ts"
import { right } from "../../support/right.ts"
import { without } from "./support.ts"

interface Recorded {
  readonly seed: number
  readonly kwargs: Readonly<Record<string, number | boolean | readonly number[]>>
  readonly qpos0: readonly number[]
  readonly qvel0: readonly number[]
  readonly initial_obs: readonly number[]
  readonly actions: readonly (readonly number[])[]
  readonly obs: readonly (readonly number[])[]
  readonly rewards: readonly number[]
  readonly terminated: readonly boolean[]
}

/** What Gymnasium is given, as our parameters: lists are texts. */
const paramsOf = ({ kwargs }: Recorded, mujoco: EngineId): Params => ({
  ...Object.fromEntries(Object.entries(kwargs).map(([k, v]) => [k, typeof v === "object" ? v.join(",") : v])),
  mujoco
})

/** Largest difference of observations and rewards after each step, played from the same seed. */
const differences = (environment: Environment, e: Recorded, mujoco: EngineId): readonly number[] => {
  const dynamics = right(environment.make(paramsOf(e, mujoco)))
  const state = new Float64Array(dynamics.stateSize)
  const source = stream(right(key(e.seed)))
  dynamics.reset(state, 0, source)
  const nq = e.qpos0.length
  assert.deepEqual([...state.subarray(0, nq)], e.qpos0)
  assert.deepEqual([...state.subarray(nq, nq + e.qvel0.length)], e.qvel0)
  const seen = new Float64Array(dynamics.observationSize)
  dynamics.observe(state, 0, seen, 0)
  assert.deepEqual([...seen], e.initial_obs)
  const outcome = { reward: 0, terminated: false }
  return e.actions.map((action, t) => {
    dynamics.step(state, 0, Float64Array.from(action), source, outcome)
    assert.equal(outcome.terminated, e.terminated[t])
    dynamics.observe(state, 0, seen, 0)
    const obs = Math.max(...e.obs[t]!.map((x, i) => Math.abs(x - seen[i]!)))
    return Math.max(obs, Math.abs(e.rewards[t]! - outcome.reward))
  })
}

const of = (name: string) => gzipJson<{ readonly episodes: readonly Recorded[] }>(`mujoco/${name}.json.gz`).episodes

/** What is held to which record, in which engine. */
const held: readonly (readonly [Environment, record: string, EngineId])[] = [
  [halfCheetah, "half_cheetah", "3.3.8"],
  [halfCheetah, "half_cheetah", "3.14.0"],
  [ant, "ant", "3.3.8"],
  [ant, "ant-3.14.0", "3.14.0"],
  [hopper, "hopper", "3.3.8"],
  [hopper, "hopper-3.14.0", "3.14.0"],
  [walker2d, "walker2d", "3.3.8"],
  [walker2d, "walker2d-3.14.0", "3.14.0"]
]

for (const [environment, record, id] of held)
  for (const e of of(record))
    test(`${environment.id} in MuJoCo ${id} is within 1e-10 of Gymnasium's for ten steps: ${record}, seed ${e.seed}`, {
      skip: without(id)
    }, () => {
      const off = differences(environment, e, id)
      assert.ok(off.length >= 10, `${off.length} steps`)
      assert.ok(Math.max(...off.slice(0, 10)) < 1e-10, off.slice(0, 10).join(" "))
    })

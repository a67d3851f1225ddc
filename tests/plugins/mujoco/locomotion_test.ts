/** What robots are rewarded for, and what is said where there is no physics or no more of it. */
import assert from "node:assert/strict"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import * as E from "fp-ts/lib/Either.js"
import { key, stream, zeroKey } from "../../../core/random/mod.ts"
import { type Dynamics, type Environment, identity, makeRows, type Params, vectorise } from "../../../envs/mod.ts"
import { ant, antVelocity, halfCheetah, halfCheetahDirection, packModel, packs } from "../../../plugins/mujoco/mod.ts"
import { gzipJson } from "../../support/gzip_json.ts"
import { right } from "../../support/right.ts"
import { without } from "./support.ts"

const options = { skip: without("3.3.8") }

interface Recorded {
  readonly seed: number
  readonly kwargs: Params
  readonly actions: readonly (readonly number[])[]
  readonly rewards: readonly number[]
  readonly x_velocity: readonly number[]
}

/** The rewards of Gymnasium's first ten actions from its seed. */
const rewards = (environment: Environment, { seed, actions }: Recorded, params: Params): readonly number[] => {
  const dynamics = right(environment.make({ ...params, mujoco: "3.3.8" }))
  const state = new Float64Array(dynamics.stateSize)
  const source = stream(right(key(seed)))
  const outcome = { reward: 0, terminated: false }
  dynamics.reset(state, 0, source)
  return actions.slice(0, 10).map((action) => {
    dynamics.step(state, 0, Float64Array.from(action), source, outcome)
    return outcome.reward
  })
}

for (const [environment, file] of [
  [halfCheetah, "half_cheetah"],
  [ant, "ant"]
] as const) {
  const { episodes } = gzipJson<{ readonly episodes: readonly Recorded[] }>(`mujoco/${file}.json.gz`)
  const e = episodes.find((one) => one.seed === 0)
  if (e === undefined) throw new Error(`no seed 0 in ${file}`)

  test(`${environment.id}: a velocity to keep takes the place of Gymnasium's reward for speed`, options, () => {
    const got = rewards(environment, e, { keep_velocity: true, target_velocity: 1.5 })
    for (const [t, reward] of got.entries()) {
      const v: number = e.x_velocity[t] ?? 0
      assert.ok(Math.abs(reward - (e.rewards[t]! - v - Math.abs(v - 1.5))) < 1e-10, `step ${t}`)
    }
  })

  test(`${environment.id}: backwards is the same with the speed's sign turned`, options, () => {
    const got = rewards(environment, e, { forward_reward_weight: -1 })
    for (const [t, reward] of got.entries())
      assert.ok(Math.abs(reward - (e.rewards[t]! - 2 * e.x_velocity[t]!)) < 1e-10, `step ${t}`)
  })
}

test("a batch tells MuJoCo's own warning where the numbers are lost, and what goes on is as alone", options, () => {
  const sound = right(halfCheetah.make({ mujoco: "3.3.8" }))
  /** Begins with a velocity beyond what MuJoCo takes for a number. */
  const lost: Dynamics = {
    ...sound,
    reset: (state, at, source) => {
      sound.reset(state, at, source)
      state[at + 9] = 1e11
    }
  }
  const played = (all: readonly Dynamics[]) => {
    const batch = right(
      vectorise(all.map((dynamics) => ({ dynamics, maxEpisodeSteps: 1000, stream: stream(zeroKey) })))
    )
    const rows = makeRows(all.length, batch.observationSize, Float64Array)
    batch.reset(rows.observation)
    batch.step(new Float64Array(all.length * batch.actionSize), rows)
    return { rows, fault: batch.fault() }
  }
  const both = played([lost, sound])
  assert.match(both.fault?.message ?? "", /^Cannot use step\(\) of HalfCheetah-v5: .*bad number in qvel/)
  assert.ok(Number.isNaN(both.rows.reward[0]))
  const alone = played([sound])
  assert.equal(alone.fault, undefined)
  assert.equal(both.rows.reward[1], alone.rows.reward[0])
})

test("the version of MuJoCo is in the identity, and two at once are refused", () => {
  const text = (params: Params) => right(identity(halfCheetah, params))
  assert.match(text({}), /"mujoco":"3\.14\.0"/)
  assert.notEqual(text({}), text({ mujoco: "3.3.8" }))
  const refused = halfCheetah.make({ mujoco: "3.14.0,3.3.8" })
  assert.ok(E.isLeft(refused))
  assert.match(refused.left.message, /set parameter "mujoco" of HalfCheetah-v5: want one of "3\.14\.0", "3\.3\.8"/)
})

test("tasks of the families are the papers'", () => {
  const { tasks, planted } = right(halfCheetahDirection.tasks({ n: 3 }))
  assert.deepEqual(
    tasks.map(({ id, params }) => [id, params.forward_reward_weight]),
    [
      ["forward", 1],
      ["backward", -1],
      ["forward-2", 1]
    ]
  )
  assert.deepEqual(planted, [0, 1, 0])
  const speeds = right(antVelocity.tasks({ n: 4 })).tasks.map(({ params }) => params.target_velocity)
  assert.deepEqual(speeds, [0, 1, 2, 3])
})

test("without its asset pack a robot names the command that fetches it", () => {
  const model = packModel(packs.gymnasium, packs.gymnasium.models[0] ?? "", {
    PGEX_ASSETS: mkdtempSync(join(tmpdir(), "pgex-none-"))
  })
  assert.ok(E.isLeft(model) && model.left.reason === "missing")
  assert.match(model.left.message, /half_cheetah\.xml.*want the asset pack gymnasium.*pgex assets get gymnasium/)
})

import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { evaluator } from "../../algorithms/mod.ts"
import { successes } from "../../algorithms/success.ts"
import { child, type Floats, stream, zeroKey } from "../../core/random/mod.ts"
import {
  cartPole,
  type Environment,
  frameSkip,
  frozenLake,
  gridWorld,
  highwayFast,
  lunarLander,
  makeRows,
  navigation,
  normaliseReward,
  type Params,
  sample,
  taskBatch
} from "../../envs/mod.ts"
import { pilot } from "../envs/lunar_lander/reference.ts"
import { inSession, problemOf, right } from "./support.ts"

/** The end of an episode, as the learner sees it. */
interface End {
  readonly succeeded: boolean | undefined
  readonly terminated: boolean
  readonly reward: number
  readonly seen: Floats
}

type Act = (seen: Floats, t: number) => number

/** These actions, one a step, over and over. */
const inTurn =
  (...actions: readonly number[]): Act =>
  (_, t) =>
    actions[t % actions.length]!

/** The first ends under these actions, else under random ones. */
const ends = (env: Environment, params: Params, count: number, act?: Act): End[] => {
  const batch = right(taskBatch(env, [{ id: "only", params }], 1, zeroKey))
  const rows = makeRows(1, batch.observationSize)
  const source = stream(child(zeroKey, "actions"))
  const action = new Float64Array(batch.actionSize)
  const found: End[] = []
  batch.reset(rows.observation)
  for (let t = 0; found.length < count; t++) {
    sample(env.action, source, action, 0)
    if (act !== undefined) action[0] = act(rows.observation, t)
    batch.step(action, rows)
    const terminated = rows.terminated[0] === 1
    if (!terminated && rows.truncated[0] === 0) continue
    const [reward, seen] = [rows.reward[0]!, rows.nextObservation.slice()]
    found.push({ succeeded: batch.succeeded?.(0), terminated, reward, seen })
  }
  return found
}

const succeeded = (all: readonly End[]) => all.map((e) => e.succeeded)

test("an episode on the ice succeeds at the goal, not in a hole nor at the time limit", () => {
  const firm = { is_slippery: false }
  assert.deepEqual(succeeded(ends(frozenLake, firm, 2, inTurn(1, 1, 2, 1, 2, 2))), [true, true])
  assert.deepEqual(succeeded(ends(frozenLake, firm, 1, inTurn(2, 1))), [false])
  assert.deepEqual(succeeded(ends(frozenLake, firm, 1, inTurn(0))), [false])
  for (const e of ends(frozenLake, { reward_schedule: "0,-1,0" }, 200)) assert.equal(e.succeeded, e.seen[0] === 15)
})

test("episodes that end by a goal alone succeed where they terminate", () => {
  for (const [env, params] of [
    [navigation, { threshold: 0.8 }],
    [gridWorld, { size: 3 }]
  ] as const) {
    const all = ends(env, params, 60)
    for (const e of all) assert.equal(e.succeeded, e.terminated)
    assert.equal(new Set(succeeded(all)).size, 2)
  }
})

test("an episode on the highway succeeds without a crash, on the road", () => {
  for (const e of ends(highwayFast, {}, 30)) assert.equal(e.succeeded, !e.terminated)
  assert.deepEqual(succeeded(ends(highwayFast, { vehicles_count: 0 }, 1, inTurn(1))), [true])
  assert.deepEqual(succeeded(ends(highwayFast, { vehicles_count: 0, simulation_frequency: 1 }, 1, inTurn(0, 2, 2))), [
    false
  ])
})

test("a lander succeeds where it comes to rest, whose reward is 100", () => {
  const all = [...ends(lunarLander, {}, 4), ...ends(lunarLander, {}, 4, pilot)]
  for (const e of all) assert.equal(e.succeeded, e.terminated && e.reward === 100)
  assert.equal(new Set(succeeded(all)).size, 2)
})

test("wrappers leave success as it is; cart-poles tell nothing of it", () => {
  const moments = { count: 9, mean: [0], squares: [9] }
  const wrapped = normaliseReward(moments)(frameSkip(2)(gridWorld))
  const all = ends(wrapped, { size: 3 }, 30)
  for (const e of all) assert.equal(e.succeeded, e.terminated)
  assert.deepEqual(succeeded(ends(cartPole, {}, 2)), [undefined, undefined])
})

test("successes() counts episodes of each environment of a batch by itself", () => {
  const tasks = [
    { id: "there", params: { is_slippery: false, desc: "SFFG" } },
    { id: "never", params: { is_slippery: false, desc: "SFFF" } }
  ]
  const batch = right(taskBatch(frozenLake, tasks, 1, zeroKey))
  const rows = makeRows(2, 1)
  const told = successes(batch)
  batch.reset(rows.observation)
  for (let t = 0; t < 100; t++) {
    batch.step(Float64Array.of(2, 2), rows)
    right(told.step(rows))
  }
  assert.deepEqual(told.of(0, 3), [true, true, true])
  assert.deepEqual(told.of(1, 3), [false])
})

test("evaluator() tells which episodes of a native environment succeeded", () =>
  inSession(
    Effect.gen(function* () {
      const tasks = [{ id: "only", params: { is_slippery: false, desc: "SH,FG" } }]
      const problem = problemOf(frozenLake, { environmentsPerTask: 4, tasks })
      const theta = problem.policy.init(zeroKey)
      const [drawn] = yield* (yield* evaluator(problem))(theta, { episodes: 40, actions: "sample" }, zeroKey)
      assert.deepEqual(
        drawn?.successes,
        drawn?.returns.map((r) => r === 1)
      )
      assert.equal(new Set(drawn?.successes).size, 2)
    })
  ))

import assert from "node:assert/strict"
import { test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { stream, zeroKey } from "../../../core/random/mod.ts"
import { type EnvError, environmentLaws, type Family, familyLaws, replay } from "../../../envs/mod.ts"
import { metaworldFamilies, metaworldMt10, metaworldTasks } from "../../../plugins/metaworld/mod.ts"
import { mt10 } from "../../../plugins/metaworld/mt10.ts"
import { benchmarkVectors } from "../../../plugins/metaworld/vectors.ts"
import { pgex } from "../../support/pgex.ts"
import { dynamicsFor, unavailable } from "./pack.ts"
import { policies } from "./policies.ts"
import { referenceOf } from "./reference.ts"

const [reach] = metaworldTasks
const windowClose = metaworldTasks.at(-1)!
assert.ok(reach)

const right = <A>(value: Either.Either<EnvError, A>): A => {
  assert.ok(Either.isRight(value), Either.isLeft(value) ? value.left.message : "")
  return value.right
}
const message = (value: Either.Either<EnvError, unknown>): string => {
  assert.ok(Either.isLeft(value))
  return value.left.message
}

for (const { name, check } of environmentLaws(metaworldMt10))
  test(`metaworld-mt10: ${name}`, unavailable, () => assert.equal(check(), undefined))

const [tenTasks, ofReach] = metaworldFamilies
for (const family of [tenTasks, ofReach])
  for (const { name, check } of familyLaws(family!))
    test(`${family!.id}: ${name}`, unavailable, () => assert.equal(check(), undefined))

test(
  "replay() of a reference's episode gives its rows, with success, and takes actions beyond the box",
  unavailable,
  () => {
    const [episode] = referenceOf("window-close-v3").episodes
    assert.ok(episode)
    assert.ok(episode.actions.some((action) => action.some((x) => Math.abs(x) > 1)))
    const params = { rand_vec: episode.rand_vec.join(",") }
    const { obs, steps } = right(replay(windowClose, params, zeroKey, episode.actions))
    assert.ok(obs.every((x, i) => Math.abs(x - episode.initial_obs[i]!) < 1e-7))
    for (const [t, row] of steps.entries()) {
      assert.equal(row.success, episode.info.success[t] === 1)
      assert.ok(row.obs.every((x, i) => Math.abs(x - episode.obs[t]![i]!) < 1e-7))
      assert.deepEqual([row.terminated, row.truncated], [false, false])
    }
  }
)

test("MT10's environment plays a task as the task's own environment does", unavailable, () => {
  const params = { rand_vec: "0,0.9,0.15" }
  const actions = Array.from({ length: 30 }, (_, t) => [Math.sin(t), Math.cos(t), -0.3, 1])
  const own = replay(metaworldTasks[3]!, params, zeroKey, actions)
  assert.deepEqual(replay(metaworldMt10, { task: "door-open-v3", ...params }, zeroKey, actions), own)
})

test("what is no random vector or no task of MT10 is refused by name", () => {
  assert.match(message(reach.make({ rand_vec: "1,2" })), /rand_vec.*want 6 numbers.*got 2/)
  assert.match(message(reach.make({ rand_vec: "0,0.6,0.02,0,0.5,0.2" })), /from 0\.8 to 0\.9 as number 5, got 0\.5/)
  assert.match(message(reach.make({ rand_vec: "a" })), /numbers with commas/)
  assert.match(message(metaworldMt10.make({ task: "reach-v2" })), /got "reach-v2"; did you mean "reach-v3"/)
})

test("MT10's family has the vectors of MT10(seed), an MT1 family those of MT1(name, seed)", () => {
  const tasks = (family: Family | undefined, given: object) => right(family!.tasks({ ...given })).tasks
  assert.deepEqual(
    tasks(tenTasks, { seed: 3 }).map(({ id, params }) => [id, params]),
    mt10.map(({ id }) => [id, { task: id, seed: 3 }])
  )
  const [vectors] = right(benchmarkVectors([mt10[0]!], 5))
  assert.deepEqual(
    tasks(ofReach, { n: 50, seed: 5 }).map(({ params }) => params.rand_vec),
    vectors!.map((v) => [...v].join(","))
  )
})

test("batches of two tasks in one scene, and of two goals, do not see each other", unavailable, () => {
  const [open, close] = mt10.filter(({ scene }) => scene === "sawyer_drawer")
  const goals = [Float64Array.of(-0.1, 0.9, 0), Float64Array.of(0.1, 0.9, 0)]
  const action = Float64Array.of(0.3, 1, -0.5, 1)
  const outcome = { reward: 0, terminated: false }
  const play = (mixed: boolean): number[] => {
    const all = [open!, close!].flatMap((task) => goals.map((goal) => dynamicsFor(task, [goal])))
    const states = all.map((d) => new Float64Array(d.stateSize))
    for (const [i, d] of all.entries()) d.reset(states[i]!, 0, stream(zeroKey))
    const steps = Array.from({ length: 20 }, (_, t) => t)
    const order = mixed ? steps.flatMap(() => [...all.keys()]) : [...all.keys()].flatMap((i) => steps.map(() => i))
    for (const i of order) all[i]!.step(states[i]!, 0, action, stream(zeroKey), outcome)
    return states.flatMap((state) => [...state])
  }
  assert.deepEqual(play(true), play(false))
})

test("hand-written policies solve nine goals in ten, of two tasks", unavailable, () => {
  // Python's metaworld: 100 of 100 each (docs/metaworld.md).
  for (const id of ["reach-v3", "drawer-close-v3"]) {
    const task = mt10.find((t) => t.id === id)!
    const [vectors] = right(benchmarkVectors([task], 0))
    const seen = new Float64Array(39)
    const outcome = { reward: 0, terminated: false }
    let solved = 0
    for (const vector of vectors!.slice(0, 10)) {
      const d = dynamicsFor(task, [vector])
      const state = new Float64Array(d.stateSize)
      d.reset(state, 0, stream(zeroKey))
      for (let t = 0; t < 150; t++) {
        d.observe(state, 0, seen, 0)
        d.step(state, 0, Float64Array.from(policies[id]!(seen)), stream(zeroKey), outcome)
      }
      if (d.succeeded?.(state, 0) === true) solved++
    }
    assert.ok(solved >= 9, `${id}: ${solved} of 10`)
  }
})

test("without the asset pack the command that fetches it is named", unavailable, () => {
  const args = ["replay", "--env", "reach-v3", "--actions", "-"]
  const { code, stderr, stdout } = pgex(args, "[[0, 0, 0, 0]]", { PGEX_ASSETS: "/nowhere/to/be/found" })
  assert.deepEqual([code, stdout], [1, ""])
  assert.match(stderr, /want the asset pack metaworld .*got none on this machine; pgex assets get metaworld/)
})

/** An iteration's loss on what it trained on and on what it never saw. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { type Algorithm, ppo, sac } from "../../../../algorithms/mod.ts"
import { child, key } from "../../../../core/random/mod.ts"
import { tInterval } from "../../../../core/stat/mod.ts"
import { cartPole, type Environment, pendulum } from "../../../../envs/mod.ts"
import type { Setting } from "../../../../pipeline/mod.ts"
import { checkpointsOf, setsBySize } from "../../../../pipeline/stages/curvature/course.ts"
import { measurer, measuring } from "../../../../pipeline/stages/curvature/measure.ts"
import { inSession, right, small } from "../../../algorithms/support.ts"

const settingOf = <C>(environment: Environment, algorithm: Algorithm<C>, config: C): Setting<C> => ({
  environment,
  algorithm,
  algorithmConfig: config,
  policy: right(algorithm.makePolicy(environment, small)),
  environmentsPerTask: 8,
  stepsPerTask: 64,
  episodes: 1
})

const tasks = [
  { id: "short", environment: cartPole.id, params: { length: 0.3 } },
  { id: "long", environment: cartPole.id, params: { length: 1 } }
]
const set = { set: "all tasks", tasks }
const seed = right(key(3))
const how = { ...measuring, probes: 12, sampled: 16 }

test("a learner that fits few transitions closely loses on unseen ones, and the bound is above what it loses", () =>
  inSession(
    Effect.gen(function* () {
      const config = { ...ppo.defaults, epochs: 60, learningRate: 1e-2, batch: 128, clip: 10 }
      const setting = settingOf(cartPole, ppo, config)
      const from = yield* checkpointsOf(setting, tasks, { iterations: 1, checkpoints: 2 }, seed)
      const measure = yield* measurer(setting, set, { ...how, unseen: 8 })
      const gaps: number[] = []
      for (let trial = 0; trial < 8; trial++) {
        const point = yield* measure(from[0]!, child(seed, trial))
        assert.deepEqual(point.transitions, { training: 128, unseen: 1024 })
        assert.ok(point.loss.training < 0, "it trained on these")
        assert.equal(point.gap.estimate.toFixed(9), (point.loss.unseen - point.loss.training).toFixed(9))
        assert.ok(point.start.bound.gap >= point.gap.estimate)
        assert.ok(point.start.weighted.estimate > 0 && point.start.square < point.zero.square)
        gaps.push(point.gap.estimate)
      }
      assert.ok(right(tInterval(gaps, 0.99)).low > 0, `${gaps}`)
    })
  ))

test("a learner that learns nothing has a loss of 0 on all transitions, and no gap", () =>
  inSession(
    Effect.gen(function* () {
      const setting = settingOf(cartPole, ppo, { ...ppo.defaults, learningRate: 0, batch: 128 })
      const [from] = yield* checkpointsOf(setting, tasks, { iterations: 1, checkpoints: 1 }, seed)
      const point = yield* (yield* measurer(setting, set, how))(from!, seed)
      assert.ok(Math.abs(point.gap.estimate) <= 1e-6 && Math.abs(point.loss.training) <= 1e-6)
      assert.equal(point.start.square, 0)
      assert.equal(point.start.bound.hessian, 0)
    })
  ))

test("a learner that trains on other transitions than a rollout of its weights is refused by name", () =>
  inSession(
    Effect.gen(function* () {
      const setting = settingOf(pendulum, sac, { ...sac.defaults, batch: 16, learningStarts: 16 })
      const alone = { set: "only", tasks: [{ id: "only", environment: pendulum.id, params: {} }] }
      const [from] = yield* checkpointsOf(setting, alone.tasks, { iterations: 1, checkpoints: 1 }, seed)
      const measure = yield* measurer(setting, alone, how)
      const refused = yield* Effect.flip(measure(from!, seed))
      assert.match(refused.message, /a learner whose iteration trains on one rollout of its weights.*got sac.*replay/)
    })
  ))

test("checkpointsOf() gives where a training stood, evenly from the first iteration to the last", () =>
  inSession(
    Effect.gen(function* () {
      const setting = settingOf(cartPole, ppo, { ...ppo.defaults, batch: 128 })
      const at = (checkpoints: number) => checkpointsOf(setting, tasks, { iterations: 5, checkpoints }, seed)
      const all = yield* at(6)
      assert.deepEqual(
        all.map((f) => f.iteration),
        [0, 1, 2, 3, 4, 5]
      )
      const some = yield* at(3)
      assert.deepEqual(
        some.map((f) => f.iteration),
        [0, 3, 5]
      )
      assert.deepEqual(some[1], all[3])
      assert.notDeepEqual(all[0]!.at.policy, all[1]!.at.policy)
    })
  ))

test("setsBySize() draws sets of each size, none twice, as many as there are", () => {
  const five = ["a", "b", "c", "d", "e"].map((id) => ({ id, environment: cartPole.id, params: {} }))
  const sets = setsBySize(five, [1, 2, 5], 4, seed)
  assert.deepEqual(
    sets.map((s) => s.tasks.length),
    [1, 1, 1, 1, 2, 2, 2, 2, 5]
  )
  assert.equal(new Set(sets.map((s) => s.set)).size, sets.length)
})

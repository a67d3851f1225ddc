import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, type Scope } from "effect"
import { towardsWorst } from "../../../algorithms/maml/learner.ts"
import { emaml, fomaml, maml, mamlTrpo, promp, reptile, trMaml } from "../../../algorithms/maml/maml.ts"
import { algorithmLaws, type LearnerError, untyped } from "../../../algorithms/mod.ts"
import { zeroKey } from "../../../core/random/mod.ts"
import type { Session } from "../../../core/service/session.ts"
import { cartPole, navigation } from "../../../envs/mod.ts"
import { poisonous } from "../environments.ts"
import { inSession, problemOf, right, twoPoles } from "../support.ts"

for (const algorithm of [maml, mamlTrpo, reptile, promp])
  for (const law of algorithmLaws(algorithm, twoPoles))
    test(`${algorithm.id}: ${law.name}`, () => inSession(law.check).then((r) => assert.equal(r, undefined)))

const pair = [
  { id: "east", params: { goal_angle: 0 } },
  { id: "west", params: { goal_angle: Math.PI } }
]

type Refused = Effect.Effect<unknown, LearnerError, Session | Scope.Scope>

test("a meta-learner refuses one task, steps that its rollouts cannot share, and options that would do nothing", () =>
  inSession(
    Effect.gen(function* () {
      const problem = problemOf(navigation, { tasks: pair })
      const refusals: readonly (readonly [Refused, string])[] = [
        [Effect.flatMap(maml.learner(maml.defaults, problemOf(navigation)), (l) => l.init(zeroKey)), "tasks"],
        [maml.learner({ ...maml.defaults, inner: { ...maml.defaults.inner, steps: 2 } }, problem), "stepsPerTask"],
        [reptile.learner(promp.defaults, problem), "outer.learner"],
        [reptile.learner(emaml.defaults, problem), "outer.exploration"],
        [maml.learner({ ...maml.defaults, outer: { ...maml.defaults.outer, epochs: 2 } }, problem), "outer.epochs"]
      ]
      for (const [refused, field] of refusals) {
        const error = yield* Effect.flip(refused)
        assert.ok(error._tag === "ArgumentError")
        assert.equal(error.want.split(" ")[0], field)
      }
    })
  ))

test("a meta-learner goes on from given parameters with a group of one task", () =>
  inSession(
    Effect.gen(function* () {
      const learner = yield* maml.learner(maml.defaults, problemOf(navigation))
      const start = yield* learner.init(zeroKey, { policy: learner.policy.init(zeroKey) })
      const { state, rows } = yield* learner.iterate(start)
      assert.deepEqual(
        rows.map((r) => [r.task, r.metrics.weight]),
        [["only", 1]]
      )
      assert.notDeepEqual(state.policy, start.policy)
    })
  ))

test("iterate() fails with the task whose rewards are not numbers", () =>
  inSession(
    Effect.gen(function* () {
      const problem = problemOf(poisonous, {
        tasks: [
          { id: "a", params: {} },
          { id: "b", params: {} }
        ],
        stepsPerTask: 512
      })
      const learner = yield* fomaml.learner(fomaml.defaults, problem)
      const error = yield* Effect.flip(learner.iterate(yield* learner.init(zeroKey)))
      assert.ok(error._tag === "TrainingDiverged")
      assert.deepEqual([error.doing, error.quantity], ["go on with fomaml", "reward or log-probability"])
    })
  ))

test("learned step sizes are part of the state, and change with it", () =>
  inSession(
    Effect.gen(function* () {
      const config = { ...maml.defaults, inner: { ...maml.defaults.inner, learnRates: true } }
      const learner = yield* maml.learner(config, problemOf(navigation, { tasks: pair }))
      const start = yield* learner.init(zeroKey)
      const { state } = yield* learner.iterate(start)
      const rates = (x: typeof start) => Array.from(x.arrays.rate ?? [])
      assert.ok(rates(start).length === start.policy.length && rates(start).every((a) => Math.abs(a - 0.1) < 1e-7))
      assert.ok(rates(state).some((a) => a !== rates(start)[0]) && rates(state).every(Number.isFinite))
      assert.deepEqual(right(learner.load(learner.save(state))), state)
    })
  ))

test("towardsWorst() keeps a distribution, and gives the task with the least reward the most", () => {
  const weight = towardsWorst(1, [0.25, 0.25, 0.5], [-2, -1, -1])
  assert.ok(Math.abs(weight.reduce((a, b) => a + b, 0) - 1) < 1e-12)
  assert.ok(weight[0]! > 0.25 && weight[1]! < 0.25 && Math.abs(weight[2]! - 2 * weight[1]!) < 1e-12)
  assert.deepEqual([...towardsWorst(0, [0.5, 0.5], [3, -3])], [0.5, 0.5])
})

test("tr-maml gives the pole that falls first the most weight, though every step's reward is the same", () =>
  inSession(
    Effect.gen(function* () {
      const problem = problemOf(cartPole, { tasks: twoPoles.tasks, stepsPerTask: 1024 })
      const learner = yield* trMaml.learner(trMaml.defaults, problem)
      const { rows } = yield* learner.iterate(yield* learner.init(zeroKey))
      const [worst, best] = rows.toSorted((a, b) => (a.meanReturn ?? 0) - (b.meanReturn ?? 0))
      assert.ok((worst?.metrics.weight ?? 0) > 0.5 && (best?.metrics.weight ?? 1) < 0.5)
    })
  ))

test("adapter() takes each task its own way, by the key, and not at all in 0 steps", () =>
  inSession(
    Effect.gen(function* () {
      const problem = problemOf(navigation, { tasks: pair })
      const learner = yield* maml.learner(maml.defaults, problem)
      const at = yield* learner.init(zeroKey)
      const make = untyped(maml).adapter
      assert.ok(make !== undefined)
      const unseen = [{ id: "north", params: { goal_angle: Math.PI / 2 } }, ...pair]
      const { adapt } = yield* make(maml.defaults, { ...problem, tasks: unseen, stepsPerTask: 80 })
      const [north, east, west] = yield* adapt(at, 3, zeroKey)
      assert.deepEqual([north?.task, east?.task, west?.task], ["north", "east", "west"])
      assert.notDeepEqual(east?.policy, west?.policy)
      assert.equal(north?.rollouts.length, 4)
      assert.deepEqual((yield* adapt(at, 3, zeroKey))[0], north)
      // A task adapts as it would alone.
      const alone = yield* make(maml.defaults, { ...problem, tasks: [pair[1]!], stepsPerTask: 80 })
      assert.deepEqual((yield* alone.adapt(at, 3, zeroKey))[0], west)
      assert.deepEqual((yield* adapt(at, 0, zeroKey))[0]?.policy, at.policy)
      // Beyond the steps that were trained for, α is as small as was set: here nothing.
      const stop = { ...maml.defaults, inner: { ...maml.defaults.inner, later: 0 } }
      const stopping = yield* make(stop, { ...problem, tasks: unseen, stepsPerTask: 80 })
      const policies = yield* Effect.forEach([1, 3], (steps) => stopping.adapt(at, steps, zeroKey))
      assert.deepEqual(
        policies[0]?.map((a) => a.policy),
        policies[1]?.map((a) => a.policy)
      )
    })
  ))

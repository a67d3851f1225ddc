/** PPO with advantages against a baseline that is fitted to each task's rollout. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { algorithmLaws, ppo } from "../../../algorithms/mod.ts"
import { dwa, pcgrad } from "../../../core/aggregate/mod.ts"
import { zeroKey } from "../../../core/random/mod.ts"
import { cartPole } from "../../../envs/mod.ts"
import { layer as wasm } from "../../../plugins/sessions/wasm/mod.ts"
import { inSession, problemOf, train, twoPoles } from "../support.ts"

const linear = { ...ppo, defaults: { ...ppo.defaults, baseline: "linear" as const } }

for (const law of algorithmLaws(linear, twoPoles))
  test(`ppo with a linear baseline: ${law.name}`, () =>
    Effect.runPromise(Effect.scoped(law.check).pipe(Effect.provide(wasm()))).then((r) => assert.equal(r, undefined)))

test("the value network is not trained, the policy is, whether or not gradients are combined", () =>
  inSession(
    Effect.gen(function* () {
      for (const aggregator of [undefined, pcgrad]) {
        const combined = aggregator === undefined ? {} : { aggregator }
        const problem = problemOf(cartPole, { tasks: twoPoles.tasks, ...combined })
        const learner = yield* ppo.learner(linear.defaults, problem)
        const start = yield* learner.init(zeroKey)
        const end = yield* train(learner, start, 2)
        assert.deepEqual(end.value, start.value)
        assert.notDeepEqual(end.policy, start.policy)
      }
    })
  ))

test("a linear baseline explains returns that fall with time, which no observation of a cart-pole tells", () =>
  inSession(
    Effect.gen(function* () {
      const problem = problemOf(cartPole, { tasks: twoPoles.tasks, stepsPerTask: 1024 })
      const learner = yield* ppo.learner({ ...linear.defaults, gamma: 0.99 }, problem)
      const { rows } = yield* learner.iterate(yield* learner.init(zeroKey))
      for (const { metrics } of rows) assert.ok(metrics.explainedVariance! > 0.2, `${metrics.explainedVariance}`)
    })
  ))

test("combinations that go by losses are refused: none is learned but the policy's, which may be negative", () => {
  const refused = ppo.check!(linear.defaults, problemOf(cartPole, { tasks: twoPoles.tasks, aggregator: dwa() }))
  assert.ok(E.isLeft(refused))
  assert.match(refused.left.message, /aggregator.*goes by gradients with baseline linear.*got dwa/)
  assert.ok(E.isRight(ppo.check!(linear.defaults, problemOf(cartPole, { tasks: twoPoles.tasks, aggregator: pcgrad }))))
})

test("transitions are valued by the baseline that is trained with, not by the network that is not", () =>
  inSession(
    Effect.gen(function* () {
      const problem = problemOf(cartPole, { tasks: twoPoles.tasks, stepsPerTask: 512 })
      const learner = yield* ppo.learner(linear.defaults, problem)
      const collector = yield* ppo.collector(linear.defaults, problem)
      const rows = yield* collector.collect(yield* learner.init(zeroKey), 512, zeroKey)
      for (const { value, advantage } of rows) {
        const reached = Array.from(value, (v, i) => v + advantage[i]!)
        const square = (of: (x: number, i: number) => number): number =>
          reached.reduce((s, x, i) => s + of(x, i) ** 2, 0)
        const mean = reached.reduce((s, x) => s + x, 0) / reached.length
        const left = square((_, i) => advantage[i]!) / square((x) => x - mean)
        assert.ok(left < 0.8, `${left} of the variance is left`)
      }
    })
  ))

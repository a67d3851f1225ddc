import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Fiber } from "effect"
import { ppo } from "../../../algorithms/mod.ts"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { Session } from "../../../core/service/session.ts"
import { cartPole, cartPoleMirrored } from "../../../envs/mod.ts"
import { layer } from "../../../plugins/sessions/wasm/mod.ts"
import { endless, poisonous } from "../environments.ts"
import { inSession, problemOf, right, train } from "../support.ts"

test("collector() values the observation that was really reached, also where the limit cut the episode", () =>
  inSession(
    Effect.gen(function* () {
      // On a task that never changes, v(s_{t+1}) = v(s_t) at every step, cut or not.
      const problem = problemOf(endless)
      const learner = yield* ppo.learner(ppo.defaults, problem)
      const collector = yield* ppo.collector(ppo.defaults, problem)
      const [only] = yield* collector.collect(yield* learner.init(child(zeroKey, 3)), 80, zeroKey)
      assert.ok(only !== undefined)
      assert.equal(
        only.truncated.reduce((a, b) => a + b, 0),
        16
      )
      assert.ok(Math.abs(only.value[0]!) > 1e-3)
      assert.deepEqual(only.nextValue, only.value)
    })
  ))

test("iterate() fails with the task and the last finite values when a reward is not a number", () =>
  inSession(
    Effect.gen(function* () {
      const learner = yield* ppo.learner(ppo.defaults, problemOf(poisonous, { stepsPerTask: 64 }))
      const start = yield* learner.init(zeroKey)
      const { state } = yield* learner.iterate(start)
      const error = yield* Effect.flip(learner.iterate(state))
      assert.ok(error._tag === "TrainingDiverged")
      assert.deepEqual([error.iteration, error.tasks, error.quantity], [1, ["only"], "reward or log-probability"])
      // What was finished is kept: the state still saves, and still fails in the same way.
      assert.deepEqual(right(learner.load(learner.save(state))), state)
      assert.equal((yield* Effect.flip(learner.iterate(state)))._tag, "TrainingDiverged")
    })
  ))

test("iterate() fails when the parameters stop being finite, naming the last finite loss", () =>
  inSession(
    Effect.gen(function* () {
      const config = { ...ppo.defaults, learningRate: 1, maxGradientNorm: "off", value: 10 } as const
      const problem = problemOf(cartPole, { stepsPerTask: 256 })
      const learner = yield* ppo.learner(config, problem)
      const start = yield* learner.init(zeroKey)
      const huge = { ...start, policy: start.policy.map((x) => x * 1e30), value: start.value.map(() => 1e30) }
      const error = yield* Effect.flip(learner.iterate(huge))
      assert.equal(error._tag, "TrainingDiverged")
      assert.ok(error.message.startsWith("Cannot go on with ppo: want finite numbers, got a "), error.message)
    })
  ))

test("iterate() gives one row a task, under the task's id, whatever the order of tasks", () =>
  inSession(
    Effect.gen(function* () {
      const { tasks } = right(cartPoleMirrored.tasks({ n: 4 }))
      const learner = yield* ppo.learner(ppo.defaults, problemOf(cartPole, { tasks, environmentsPerTask: 4 }))
      const { rows, steps } = yield* learner.iterate(yield* learner.init(zeroKey))
      assert.deepEqual(
        rows.map((r) => r.task),
        tasks.map((t) => t.id)
      )
      assert.equal(steps, 4 * 256)
      const turned = yield* ppo.learner(
        ppo.defaults,
        problemOf(cartPole, { tasks: tasks.toReversed(), environmentsPerTask: 4 })
      )
      const again = yield* turned.iterate(yield* turned.init(zeroKey))
      // Before the first update every task meets the same policy with its own streams.
      for (const r of rows) {
        const other = again.rows.find((x) => x.task === r.task)
        assert.deepEqual(
          [other?.episodes, other?.meanReturn, other?.meanLength],
          [r.episodes, r.meanReturn, r.meanLength]
        )
      }
    })
  ))

test("iterate() stops the update early once the KL divergence is beyond its limit", () =>
  inSession(
    Effect.gen(function* () {
      const problem = problemOf(cartPole)
      const kl = (klStop: number | "off") =>
        Effect.gen(function* () {
          const learner = yield* ppo.learner({ ...ppo.defaults, learningRate: 0.03, klStop }, problem)
          return (yield* learner.iterate(yield* learner.init(zeroKey))).rows[0]!.metrics.kl!
        })
      const [free, held] = [yield* kl("off"), yield* kl(0.01)]
      assert.ok(held < free, `${held} against ${free}`)
    })
  ))

test("iterate() can be interrupted, and its session's memory is given back", async () => {
  const problem = problemOf(cartPole, { stepsPerTask: 8192 })
  const left = await Effect.runPromise(
    Effect.gen(function* () {
      const session = yield* Session
      const before = yield* session.memory
      // A thousand epochs take minutes: the test ends only because the fiber does.
      const endlessly = Effect.scoped(
        Effect.gen(function* () {
          const learner = yield* ppo.learner({ ...ppo.defaults, epochs: 1000 }, problem)
          return yield* train(learner, yield* learner.init(zeroKey), 100)
        })
      )
      const fiber = yield* Effect.forkChild(endlessly)
      yield* Effect.sleep("30 millis")
      yield* Fiber.interrupt(fiber)
      return (yield* session.memory).bytes - before.bytes
    }).pipe(Effect.provide(layer()))
  )
  assert.equal(left, 0)
})

test("learner() refuses steps that the environments cannot share, before anything runs", () =>
  inSession(
    Effect.gen(function* () {
      const error = yield* Effect.flip(ppo.learner(ppo.defaults, problemOf(cartPole, { stepsPerTask: 100 })))
      assert.equal(error.message, "Cannot train: want stepsPerTask a multiple of 8 environments, got 100")
    })
  ))

import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { ppo, type Sac, type State, sac, type TrainingProblem } from "../../algorithms/mod.ts"
import { zeroKey } from "../../core/random/mod.ts"
import { pendulum } from "../../envs/mod.ts"
import { inSession, problemOf, right, train, twoPoles } from "./support.ts"

const { environment, tasks } = twoPoles

/** PPO's Adam carries 1 − β₁ᵗ: t is the number of its updates. */
const updatesOf = (s: State): number => Math.round(Math.log(1 - s.arrays.correction![0]!) / Math.log(0.9))

const ppoUpdates = (change: Partial<TrainingProblem>, batch: number) =>
  inSession(
    Effect.gen(function* () {
      const settings = { ...ppo.defaults, epochs: 3, batch }
      const learner = yield* ppo.learner(settings, problemOf(environment, change))
      return updatesOf(yield* train(learner, yield* learner.init(zeroKey), 2))
    })
  )

test("with equal updates PPO updates the policy of two tasks as often as that of one; with equal steps twice", async () => {
  const [one, two] = [{ tasks: tasks.slice(0, 1) }, { tasks }]
  // 2 iterations of 3 epochs of 256/64 minibatches a task.
  assert.equal(await ppoUpdates(one, 64), 24)
  assert.equal(await ppoUpdates(two, 64), 48)
  assert.equal(await ppoUpdates({ ...one, budget: "updates" }, 64), 24)
  assert.equal(await ppoUpdates({ ...two, budget: "updates" }, 64), 24)
})

test("with equal updates a minibatch larger than a task's rollout is the whole rollout of every task", async () => {
  assert.equal(await ppoUpdates({ tasks, budget: "updates" }, 300), 6)
})

const sacUpdates = (change: Partial<TrainingProblem>, settings: Partial<Sac>) =>
  inSession(
    Effect.gen(function* () {
      const problem = problemOf(pendulum, {
        policy: right(sac.makePolicy(pendulum, { layers: 1, width: 8, activation: "tanh", taskOneHot: false })),
        environmentsPerTask: 2,
        stepsPerTask: 40,
        ...change
      })
      const learner = yield* sac.learner({ ...sac.defaults, batch: 16, learningStarts: 20, ...settings }, problem)
      const { rows } = yield* learner.iterate(yield* learner.init(zeroKey))
      return rows[0]!.metrics.updates
    })
  )

const pendulums = [0.5, 1, 2].map((l) => ({ id: `l=${l}`, params: { l } }))

test("with equal updates SAC updates the policy of three tasks as often as that of one, counted either way", async () => {
  for (const updates of ["steps", 3] as const) {
    const one = await sacUpdates({ tasks: pendulums.slice(0, 1), budget: "updates" }, { updates })
    assert.ok(one !== undefined && one > 0)
    assert.equal(await sacUpdates({ tasks: pendulums, budget: "updates" }, { updates }), one)
    assert.equal(await sacUpdates({ tasks: pendulums.slice(0, 1) }, { updates }), one)
  }
  const three = await sacUpdates({ tasks: pendulums }, { updates: "steps" })
  const one = await sacUpdates({ tasks: pendulums.slice(0, 1) }, { updates: "steps" })
  assert.ok(three! > 2 * one!, `${three} and ${one}`)
})

test("a state of equal steps is refused by a training of equal updates, whose minibatches are others", () =>
  inSession(
    Effect.gen(function* () {
      const learner = yield* ppo.learner(ppo.defaults, problemOf(environment, { tasks }))
      const saved = learner.save(yield* learner.init(zeroKey))
      const other = yield* ppo.learner(ppo.defaults, problemOf(environment, { tasks, budget: "updates" }))
      assert.match(JSON.stringify(other.load(saved)), /config/)
      assert.equal(learner.load(saved)._tag, "Right")
    })
  ))

/** PPO learns: each test has an answer that is known beforehand and that a broken algorithm misses. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { evaluator, type Ppo, ppo, type TrainingProblem } from "../../algorithms/mod.ts"
import { child, zeroKey } from "../../core/random/mod.ts"
import { cartPole, expectedReturn, type LinearQuadraticParams, linearQuadratic, optimalPolicy } from "../../envs/mod.ts"
import { endless, identityBox, identityDiscrete } from "../algorithms/environments.ts"
import { inSession, problemOf, train } from "../algorithms/support.ts"

const fast: Ppo = { ...ppo.defaults, learningRate: 3e-3 }

/** Mean return by mode of a policy trained for some iterations. */
const learned = (config: Ppo, problem: TrainingProblem, iterations: number, seed = 0) =>
  inSession(
    Effect.gen(function* () {
      const learner = yield* ppo.learner(config, problem)
      const state = yield* train(learner, yield* learner.init(child(zeroKey, seed)), iterations)
      const evaluate = yield* evaluator({ ...problem, environmentsPerTask: 20 })
      const [result] = yield* evaluate(state.policy, { episodes: 100, actions: "mode" }, child(zeroKey, "test", seed))
      return result?.meanReturn ?? Number.NaN
    })
  )

test("PPO learns to name the symbol it is shown", async () => {
  const mean = await learned({ ...fast, gamma: 0.5 }, problemOf(identityDiscrete), 15)
  assert.ok(mean > 9.5, `${mean} of 10`)
})

test("PPO with a Gaussian policy learns to repeat the number it is shown", async () => {
  const mean = await learned({ ...fast, gamma: 0.5 }, problemOf(identityBox), 30)
  // Doing nothing costs a third a step, so 3.3 an episode.
  assert.ok(mean > -0.2, `${mean}`)
})

test("PPO learns that a task which is only cut, never ended, has a future", () =>
  inSession(
    Effect.gen(function* () {
      const config = { ...fast, gamma: 0.8, learningRate: 1e-2 }
      const problem = problemOf(endless)
      const learner = yield* ppo.learner(config, problem)
      const collector = yield* ppo.collector(config, problem)
      const state = yield* train(learner, yield* learner.init(zeroKey), 20)
      const [only] = yield* collector.collect(state, 40, zeroKey)
      // Σ γᵗ = 5; were the limit taken for an end, episodes of 5 steps would be worth 2.3 in the mean.
      assert.ok(Math.abs(only!.value[0]! - 5) < 0.5, `${only!.value[0]}`)
    })
  ))

test("PPO comes within a twentieth of the best policy on the linear-quadratic task", async () => {
  const target = { target_x: 0, target_y: 0, reset_radius: 1, noise: 0 }
  const task: LinearQuadraticParams = { gain: 0.5, angle: 0, state_cost: 1, action_cost: 0.1, ...target }
  const best = optimalPolicy(task)
  const [optimum, idle] = [expectedReturn(task, best), expectedReturn(task, { ...best, gain: 0 })]
  const tasks = [{ id: "only", params: { ...task } }]
  const mean = await learned({ ...fast, gamma: 0.95 }, problemOf(linearQuadratic, { tasks, stepsPerTask: 1280 }), 40)
  // What is left of the way from doing nothing to the optimum; a hundred episodes know it to about 0.01.
  const left = (optimum - mean) / (optimum - idle)
  assert.ok(left < 0.05, `return ${mean}, at best ${optimum}, idle ${idle}: ${left} left`)
})

/** Steps until 100 episodes in a row have a mean return of 475; infinite if not within the budget. */
const stepsToSolve = (seed: number) =>
  inSession(
    Effect.gen(function* () {
      const problem = problemOf(cartPole, {
        network: { layers: 2, width: 64 },
        environmentsPerTask: 8,
        stepsPerTask: 2048,
        iterations: 48
      })
      const learner = yield* ppo.learner(ppo.defaults, problem)
      const evaluate = yield* evaluator({ ...problem, environmentsPerTask: 20 })
      let state = yield* learner.init(child(zeroKey, seed))
      for (let i = 0; i < problem.iterations; i++) {
        state = (yield* learner.iterate(state)).state
        if (i % 4 < 3) continue
        const key = child(zeroKey, "test", seed, i)
        const [result] = yield* evaluate(state.policy, { episodes: 100, actions: "mode" }, key)
        if (result!.meanReturn >= 475) return state.steps
      }
      return Number.POSITIVE_INFINITY
    })
  )

for (const seed of [0, 1]) {
  test(`PPO with its defaults solves CartPole-v1 within 100,000 steps, seed ${seed}`, async () => {
    const steps = await stepsToSolve(seed)
    assert.ok(steps <= 100_000, `${steps} steps`)
  })
}

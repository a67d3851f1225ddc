/** PPO on navigation, frozen lakes and the pendulum: far better than chance after a small budget, from every seed. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { evaluator, type Ppo, ppo, type TrainingProblem } from "../../algorithms/mod.ts"
import { child, zeroKey } from "../../core/random/mod.ts"
import { frozenLake, navigation, pendulum } from "../../envs/mod.ts"
import { inSession, problemOf, train } from "../algorithms/support.ts"

const fast: Ppo = { ...ppo.defaults, learningRate: 3e-3 }

/** Mean returns of the untrained and the trained policy, actions drawn from it. */
const beforeAndAfter = (config: Ppo, problem: TrainingProblem, seed: number) =>
  inSession(
    Effect.gen(function* () {
      const learner = yield* ppo.learner(config, problem)
      const first = yield* learner.init(child(zeroKey, seed))
      const last = yield* train(learner, first, problem.iterations)
      const evaluate = yield* evaluator({ ...problem, environmentsPerTask: 20 })
      const worth = Effect.fnUntraced(function* (theta: typeof first.policy) {
        const [result] = yield* evaluate(theta, { episodes: 40, actions: "sample" }, child(zeroKey, "test", seed))
        return result?.meanReturn ?? Number.NaN
      })
      return { before: yield* worth(first.policy), after: yield* worth(last.policy) }
    })
  )

for (const [seed, goal_angle] of [0.4, 2.5, 4.6].entries())
  test(`PPO walks to an unseen goal at ${goal_angle} rad, seed ${seed}`, async () => {
    const tasks = [{ id: "only", params: { goal_angle } }]
    const problem = problemOf(navigation, { tasks, stepsPerTask: 1024, iterations: 20 })
    const { before, after } = await beforeAndAfter({ ...fast, gamma: 0.95 }, problem, seed)
    // A straight walk gives about −3; one that never arrives costs 100 distances.
    assert.ok(before < -60 && after > -15, `${before} before, ${after} after`)
  })

for (const seed of [0, 1])
  test(`PPO crosses firm ice by a table of states, seed ${seed}`, async () => {
    const tasks = [{ id: "only", params: { is_slippery: false, reward_schedule: "1,-1,0" } }]
    const problem = problemOf(frozenLake, { tasks, stepsPerTask: 1024, iterations: 40 })
    const { before, after } = await beforeAndAfter({ ...fast, gamma: 0.95 }, problem, seed)
    assert.ok(before < -0.5 && after > 0.7, `${before} before, ${after} after`)
  })

for (const seed of [0, 1])
  test(`PPO swings the pendulum up by a Gaussian policy, seed ${seed}`, async () => {
    const config = { ...ppo.defaults, learningRate: 1e-3, gamma: 0.9 }
    const problem = problemOf(pendulum, { network: { layers: 2, width: 64 }, stepsPerTask: 2048, iterations: 22 })
    const { before, after } = await beforeAndAfter(config, problem, seed)
    assert.ok(before < -900 && after > -600, `${before} before, ${after} after`)
  })

import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { evaluator, sac, type TrainingProblem } from "../../../algorithms/mod.ts"
import { child, zeroKey } from "../../../core/random/mod.ts"
import type { Environment } from "../../../envs/mod.ts"
import { identityBox, identityDiscrete } from "../environments.ts"
import { inSession, problemOf, right, train } from "../support.ts"

const config = { ...sac.defaults, learningRate: 3e-3, batch: 64, gamma: 0 }

/** Mean return of the most probable actions after `steps` environment steps, an update each. */
const learnt = Effect.fn(function* (environment: Environment, tasks: TrainingProblem["tasks"], steps: number) {
  const network = { layers: 1, width: 32, activation: "relu", taskOneHot: true } as const
  const policy = right(
    sac.makePolicy(
      environment,
      network,
      tasks.map((t) => t.id)
    )
  )
  const problem = problemOf(environment, { tasks, policy, environmentsPerTask: 2, stepsPerTask: 100 })
  const learner = yield* sac.learner(config, problem)
  const state = yield* train(learner, yield* learner.init(zeroKey), steps / (100 * tasks.length))
  const evaluate = yield* evaluator(problem)
  const all = yield* evaluate(state.policy, { episodes: 50, actions: "mode" }, child(zeroKey, 1))
  return { state, returns: all.map((e) => e.meanReturn) }
})

// Uniform actions give -6.7 in 10 steps, 0 throughout gives -3.3; a policy 0.2 off everywhere gives -0.4.
test("sac learns to repeat a number, and its temperature falls as it does", () =>
  inSession(
    Effect.gen(function* () {
      const { returns, state } = yield* learnt(identityBox, [{ id: "only", params: {} }], 1200)
      assert.ok(returns[0]! > -0.4, String(returns[0]))
      assert.ok(state.arrays.logAlpha![0]! < 0)
    })
  ))

// Chance gives 2.5 in 10 steps, every symbol named gives 10; one symbol of four never learnt gives 7.5.
test("sac learns to name symbols, on two tasks with a temperature each", () =>
  inSession(
    Effect.gen(function* () {
      const tasks = [
        { id: "a", params: {} },
        { id: "b", params: {} }
      ]
      const { returns, state } = yield* learnt(identityDiscrete, tasks, 2000)
      assert.ok(
        returns.every((r) => r > 9),
        String(returns)
      )
      assert.equal(state.arrays.logAlpha!.length, 2)
    })
  ))

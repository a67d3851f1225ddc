import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { adaptedEvaluator, evaluator, maml } from "../../algorithms/mod.ts"
import { zeroKey } from "../../core/random/mod.ts"
import { navigation } from "../../envs/mod.ts"
import { inSession, problemOf } from "./support.ts"

test("adaptedEvaluator() plays each task under its own policy, and the common one where there are no steps", () =>
  inSession(
    Effect.gen(function* () {
      const tasks = [0, 3].map((goal_angle) => ({ id: `${goal_angle}`, params: { goal_angle } }))
      const problem = { ...problemOf(navigation, { tasks }), environmentsPerTask: 4, stepsPerTask: 80 }
      const make = maml.adapter ?? assert.fail()
      const policy = problem.policy.init(zeroKey)
      const at = { policy, arrays: {} }
      const config = { ...maml.defaults, inner: { ...maml.defaults.inner, rate: 5, steps: 2 } }
      const options = { episodes: 6, actions: "mode" } as const
      const common = yield* (yield* evaluator(problem))(policy, options, zeroKey)
      const still = yield* adaptedEvaluator(make, config, problem, 0)
      assert.deepEqual(
        yield* still(at, options, zeroKey),
        common.map((e) => ({ ...e, policy: Float32Array.from(policy) }))
      )
      const two = yield* adaptedEvaluator(make, config, problem, 2)
      const trained = yield* adaptedEvaluator(make, config, problem)
      const found = yield* trained(at, options, zeroKey)
      assert.deepEqual(found, yield* two(at, options, zeroKey))
      assert.deepEqual(
        found.map((e) => [e.task, e.returns.length]),
        tasks.map((t) => [t.id, 6])
      )
      assert.notDeepEqual(found[0]?.returns, common[0]?.returns)
    })
  ))

import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { type Maml, maml } from "../../../algorithms/mod.ts"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { navigation } from "../../../envs/mod.ts"
import { inSession, problemOf } from "../support.ts"

const tasks = [45, 135, 225, 315].map((degrees) => ({
  id: `${degrees}`,
  params: { goal_angle: (degrees * Math.PI) / 180 }
}))

/** An adaptation too short to matter, and the means to learn a longer one. */
const config: Maml = {
  ...maml.defaults,
  inner: { ...maml.defaults.inner, rate: 0.002, learnRates: true },
  outer: { ...maml.defaults.outer, learningRate: 0.003 }
}

/** Deviation e^−2.3 ≈ 0.1, the largest move. */
const LOG_STD = -2.3

/** Mean reward a step after adaptation less that before, over tasks, in each iteration. */
const gains = Effect.fn(function* (c: Maml, iterations: number) {
  const problem = problemOf(navigation, { tasks, environmentsPerTask: 10, stepsPerTask: 2000 })
  const learner = yield* maml.learner(c, problem)
  const key = child(zeroKey, 1)
  const theta = problem.policy.init(key)
  theta.fill(LOG_STD, theta.length - 2)
  let state = yield* learner.init(key, { policy: theta })
  const found: number[] = []
  for (let i = 0; i < iterations; i++) {
    const { rows, state: next } = yield* learner.iterate(state)
    state = next
    found.push(mean(rows.map((r) => (r.metrics.rewardAfter ?? 0) - (r.metrics.rewardBefore ?? 0))))
  }
  return found
})

const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length

// On five other keys: 0.2 to 0.5 with learning, 0.0 to 0.1 without it.
test("MAML learns on 2D navigation to adapt: one inner step comes to raise the reward, as it did not at first", () =>
  inSession(
    Effect.gen(function* () {
      const learned = yield* gains(config, 30)
      const unlearned = yield* gains({ ...config, outer: { ...config.outer, learningRate: 1e-8 } }, 10)
      assert.ok(mean(learned.slice(-10)) > mean(unlearned) + 0.1, `${mean(learned.slice(-10))}, ${mean(unlearned)}`)
    })
  ))

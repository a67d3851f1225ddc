/** Estimates on cart-poles: laws that hold through collecting, projecting and solving. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { makePolicy, ppo } from "../../../../algorithms/mod.ts"
import { child, zeroKey } from "../../../../core/random/mod.ts"
import type { Affinity } from "../../../../core/surrogate/mod.ts"
import { cartPole, cartPoleMirrored, frozenLake, type Task } from "../../../../envs/mod.ts"
import { type EstimateConfig, estimate, ownAdvantages, type Setting } from "../../../../pipeline/mod.ts"
import { inSession, right } from "../../../algorithms/support.ts"

const policy = right(makePolicy(cartPole, { layers: 2, width: 16, activation: "tanh", taskOneHot: false }))

const setting: Setting<typeof ppo.defaults> = {
  environment: cartPole,
  algorithm: ppo,
  algorithmConfig: ppo.defaults,
  policy,
  environmentsPerTask: 8,
  stepsPerTask: 128,
  episodes: 4
}

const config: EstimateConfig = {
  transitionsPerTask: 512,
  projection: "sparse",
  dimension: 50,
  damping: 1,
  trustRadius: "off",
  subsets: "all",
  subsetSize: 2,
  normaliseAdvantages: true,
  baseline: "task",
  gamma: 0.99,
  lambda: 0.95
}

const { tasks } = right(cartPoleMirrored.tasks({ n: 5, jitter: 0.3 }))
const theta = policy.init(zeroKey)

/** The parameters of a value function that nothing was taught. */
const withValue = Effect.gen(function* () {
  const problem = { environment: cartPole, tasks, policy, environmentsPerTask: 8, stepsPerTask: 128, iterations: 1 }
  const learner = yield* ppo.learner(ppo.defaults, problem)
  return yield* learner.init(zeroKey, { policy: theta })
})

const estimated = (some: readonly Task[], change: Partial<EstimateConfig> = {}) =>
  inSession(
    Effect.gen(function* () {
      const at = yield* withValue
      return yield* estimate({ setting, tasks: some, at, config: { ...config, ...change }, key: zeroKey })
    })
  )

const same = (a: Affinity, b: Affinity, map: (i: number) => number, what: string): void => {
  const scale = Math.max(...a.values.map(Math.abs))
  for (let i = 0; i < a.n; i++) {
    for (let j = 0; j < a.n; j++) {
      const [x, y] = [a.values[map(i) * a.n + map(j)]!, b.values[i * a.n + j]!]
      // Solutions in single precision, stopped at a relative gradient of 1e-4.
      assert.ok(Math.abs(x - y) <= 1e-3 * scale, `${what} ${i}, ${j}: ${x} and ${y}`)
    }
  }
}

test("estimate() of permuted tasks has permuted affinities", async () => {
  const order = [3, 0, 4, 1, 2]
  const [one, other] = [await estimated(tasks), await estimated(order.map((i) => tasks[i]!))]
  for (const name of ["centred", "gain", "eq5", "cosine"] as const) {
    same(one.affinities[name], other.affinities[name], (i) => order[i]!, name)
  }
})

test("estimate() gives every subset gains, a distance and a certificate", async () => {
  const e = await estimated(tasks)
  assert.equal(e.subsets.length, 10)
  assert.equal(e.distances.length, 10)
  e.scores.forEach((s, k) => {
    assert.deepEqual(s.tasks, e.subsets[k])
    // What a subset minimises is the mean loss of its tasks: together they gain.
    assert.ok(s.values.reduce((a, b) => a + b, 0) > 0)
    s.values.forEach((v, a) => {
      const loss = -e.printed[k]!.values[a]!
      const advantages = Array.from(e.data[s.tasks[a]!]!.advantages)
      const before = (Math.LN2 * advantages.reduce((sum, x) => sum + Math.abs(x), 0)) / advantages.length
      assert.ok(Math.abs(v - (before - loss)) < 1e-5)
    })
  })
  assert.ok(e.distances.every((d) => d > 0))
})

test("estimate() with more damping stays nearer to θ★", async () => {
  const means: number[] = []
  for (const damping of [0.1, 1, 10]) {
    const { distances } = await estimated(tasks, { damping })
    means.push(distances.reduce((a, b) => a + b, 0) / distances.length)
  }
  assert.ok(means[0]! > means[1]! && means[1]! > means[2]!, means.join(" > "))
})

test("estimate() keeps within a trust radius, and says how many it held back", async () => {
  const free = await estimated(tasks)
  const radius = free.distances.toSorted((a, b) => a - b)[4]!
  const held = await estimated(tasks, { trustRadius: radius })
  assert.ok(held.distances.every((d) => d <= radius))
  assert.equal(held.clipped, free.distances.filter((d) => d > radius).length)
  assert.equal(free.clipped, 0)
  const length = (x: ArrayLike<number>): number => Math.sqrt(Array.from(x).reduce((s, v) => s + v * v, 0))
  held.lift(held.x).forEach((moved, k) => {
    const change = length(moved) / length(theta)
    assert.ok(change <= radius * 1.0001, `subset ${k}: ${change}`)
  })
})

test("ownAdvantages() have no level of their own, whatever the critic's", () =>
  inSession(
    Effect.gen(function* () {
      const state = yield* withValue
      const problem = { environment: cartPole, tasks, policy, environmentsPerTask: 8 }
      const collector = yield* ppo.collector(ppo.defaults, problem)
      for (const t of yield* collector.collect(state, 1024, child(zeroKey, "own"))) {
        const a = yield* ownAdvantages(t, 0.99, 0.95, policy)
        const mean = a.reduce((s, v) => s + v, 0) / a.length
        const deviation = Math.sqrt(a.reduce((s, v) => s + (v - mean) ** 2, 0) / a.length)
        assert.ok(Math.abs(mean) < 0.1 * deviation, `${t.task}: ${mean}, deviation ${deviation}`)
      }
    })
  ))

test("ownAdvantages() of symbols have no level in any state that is often seen", () =>
  inSession(
    Effect.gen(function* () {
      const lake = right(ppo.makePolicy(frozenLake, policy.config))
      const problem = {
        environment: frozenLake,
        tasks: [{ id: "lake", params: {} }],
        policy: lake,
        environmentsPerTask: 8
      }
      const learner = yield* ppo.learner(ppo.defaults, { ...problem, stepsPerTask: 64, iterations: 1 })
      const collector = yield* ppo.collector(ppo.defaults, problem)
      const [t] = yield* collector.collect(yield* learner.init(zeroKey), 8192, child(zeroKey, "lake"))
      const a = yield* ownAdvantages(t!, 0.9, 0.95, lake)
      for (let s = 0; s < lake.inputs; s++) {
        const own = a.filter((_, row) => t!.observation[row * lake.inputs + s] === 1)
        if (own.length < 200) continue
        const mean = own.reduce((sum, v) => sum + v, 0) / own.length
        const deviation = Math.sqrt(own.reduce((sum, v) => sum + (v - mean) ** 2, 0) / own.length)
        assert.ok(Math.abs(mean) < 0.05 * deviation, `state ${s}: ${mean}, deviation ${deviation}`)
      }
    })
  ))

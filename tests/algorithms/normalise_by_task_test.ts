/** Rewards normalised by task: every task's returns have deviation 1, whatever the others'. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import {
  type Algorithm,
  algorithmLaws,
  firstMemory,
  type Normalise,
  normaliser,
  ppo,
  sac,
  untyped,
  updateMoments
} from "../../algorithms/mod.ts"
import { zeroKey } from "../../core/random/mod.ts"
import { cartPole, type Environment, makeRows } from "../../envs/mod.ts"
import { identityBox } from "./environments.ts"
import { inSession, problemOf, right, small, train, twoPoles } from "./support.ts"

const byTask: Normalise = { observation: false, reward: "perTask" }
const together: Normalise = { observation: false, reward: true }
const tasks = [{ id: "a" }, { id: "b" }]

/** A policy that is told its task, of so many; in another order than the problem's. */
const policyOf = (normalise: Normalise, ids: readonly string[] = ["b", "a"]) =>
  right(ppo.makePolicy(cartPole, { ...small, taskOneHot: true, normalise }, ids))

const [EACH, STEPS, GAMMA] = [2, 200, 0.9]

/** Rewards of two tasks with two environments each, between 0 and their scale; episodes of 20 steps. */
const rowsOf = (draws: readonly number[], scales: readonly number[]) => {
  const count = STEPS * 2 * EACH
  const rows = makeRows(count, 4)
  for (let row = 0; row < count; row++) {
    rows.reward[row] = draws[row % draws.length]! * scales[Math.floor((row % (2 * EACH)) / EACH)]!
    rows.terminated[row] = Math.floor(row / (2 * EACH)) % 20 === 19 ? 1 : 0
  }
  return rows
}

/** The deviation of what a task's rewards add up to, discounted. */
const deviationOf = (rewards: ArrayLike<number>, terminated: ArrayLike<number>, task: number): number => {
  const returns: number[] = []
  for (let e = task * EACH; e < (task + 1) * EACH; e++) {
    for (let row = e, sum = 0; row < rewards.length; row += 2 * EACH) {
      returns.push((sum = GAMMA * sum + rewards[row]!))
      if (terminated[row] === 1) sum = 0
    }
  }
  const mean = returns.reduce((a, b) => a + b, 0) / returns.length
  return Math.sqrt(returns.reduce((s, r) => s + (r - mean) ** 2, 0) / returns.length)
}

/** Deviations of both tasks' returns as they are learned from. */
const learned = (normalise: Normalise, draws: readonly number[], scales: readonly number[]): readonly number[] => {
  const policy = policyOf(normalise)
  const rows = rowsOf(draws, scales)
  const { moments } = updateMoments(policy, firstMemory(policy, undefined, 2 * EACH), rows, GAMMA, tasks)
  const n = normaliser(policy, tasks)
  right(n.set(moments))
  const rewards = n.rewards(rows.reward, (row) => Math.floor((row % (2 * EACH)) / EACH))
  return tasks.map((_, task) => deviationOf(rewards, rows.terminated, task))
}

const draws = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 97, maxLength: 97 })
const scale = fc.double({ min: -1, max: 5, noNaN: true }).map((x) => 10 ** x)

test("of tasks with rewards of any two sizes each task's normalised returns have deviation 1", () =>
  fc.assert(
    fc.property(draws, fc.tuple(scale, scale), (x, scales) => {
      // What moments begin with weighs 1e-4 of a row.
      for (const d of learned(byTask, x, scales)) assert.ok(Math.abs(d - 1) < 1e-3, `${d}`)
    }),
    { numRuns: 30 }
  ))

test("a task that is told under another's name has that one's scale, and adds to its moments", () => {
  const x = Array.from({ length: 97 }, (_, i) => ((i * 37) % 97) / 97)
  const [policy, rows] = [policyOf(byTask), rowsOf(x, [1, 100])]
  const [itself, renamed] = [tasks, [{ id: "new", toldAs: "a" }, { id: "b" }]].map((told) => {
    const { moments } = updateMoments(policy, firstMemory(policy, undefined, 2 * EACH), rows, GAMMA, told)
    const n = normaliser(policy, told)
    right(n.set(moments))
    return { moments, units: told.map((_, task) => n.unit(task)) }
  })
  assert.deepEqual(renamed, itself)
})

test("by one scale for both, a task with rewards 10,000 times smaller has returns of no size", () =>
  fc.assert(
    fc.property(draws, (x) => {
      const [a = 1] = learned(together, x, [1, 1e4])
      assert.ok(a < 1e-3, `${a}`)
    }),
    { numRuns: 5 }
  ))

const soon = { ...sac, defaults: { ...sac.defaults, learningStarts: 128, batch: 32, replay: 4096 } }

const stateOf = (
  algorithm: Algorithm<unknown>,
  environment: Environment,
  ids: readonly string[],
  how: { readonly normalise: Normalise; readonly iterations: number; readonly told?: readonly string[] }
) =>
  inSession(
    Effect.gen(function* () {
      const { normalise, iterations, told = ids } = how
      const policy = right(algorithm.makePolicy(environment, { ...small, taskOneHot: true, normalise }, told))
      const own = ids.map((id) => ({ id, params: {} }))
      const problem = problemOf(environment, { tasks: own, policy, environmentsPerTask: 2, stepsPerTask: 64 })
      const learner = yield* algorithm.learner(algorithm.defaults, problem)
      return yield* train(learner, yield* learner.init(zeroKey), iterations)
    })
  )

for (const [algorithm, environment] of [
  [untyped(ppo), cartPole],
  [untyped(soon), identityBox]
] as const) {
  test(`${algorithm.id}, rewards by task: of one task the training is that with one scale for all, bit for bit`, async () => {
    const [a, b] = await Promise.all(
      [byTask, together].map((normalise) => stateOf(algorithm, environment, ["a"], { normalise, iterations: 3 }))
    )
    assert.deepEqual(a?.policy, b?.policy)
    assert.deepEqual(a?.value, b?.value)
    assert.deepEqual(a?.moments, b?.moments)
  })

  test(`${algorithm.id}, rewards by task: a task's scale does not tell what other tasks are trained with it`, async () => {
    const how = { normalise: byTask, iterations: 1, told: ["b", "a"] }
    const [both, alone] = [
      await stateOf(algorithm, environment, ["a", "b"], how),
      await stateOf(algorithm, environment, ["a"], how)
    ]
    // Until the first update the policy is the same, and so is what it plays.
    assert.deepEqual(both.moments?.slice(3), alone.moments?.slice(3))
    assert.notDeepEqual(both.moments?.slice(0, 3), alone.moments?.slice(0, 3))
  })
}

for (const [algorithm, ground] of [
  [untyped(ppo), { ...twoPoles, normalise: byTask }],
  [untyped(sac), { ...twoPoles, normalise: { observation: true, reward: "perTask" } }]
] as const)
  for (const law of algorithmLaws(algorithm, ground))
    test(`${algorithm.id}, rewards by task: ${law.name}`, () =>
      inSession(law.check).then((r) => assert.equal(r, undefined)))

test("rewards by task want a policy that is told its task", () => {
  const made = ppo.makePolicy(cartPole, { ...small, normalise: byTask }, ["a", "b"])
  assert.match(E.isLeft(made) ? made.left.message : "", /want network\.taskOneHot true for normalise\.reward perTask/)
})

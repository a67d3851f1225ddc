/** How far log π is linear: by the formula on small policies, as a law over random ones, and on one that was trained. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import fc from "fast-check"
import { type Policy, ppo } from "../../../../algorithms/mod.ts"
import { evaluate, program } from "../../../../core/program/mod.ts"
import { child, fillNormal, type Key, key as keyOf, stream, zeroKey } from "../../../../core/random/mod.ts"
import { cartPole } from "../../../../envs/mod.ts"
import { firstOrderCheck } from "../../../../pipeline/stages/first_order/first_order.ts"
import { coveredDistance, firstOrderRows } from "../../../../pipeline/stages/first_order/validity.ts"
import { problemOf, right, train } from "../../../algorithms/support.ts"
import { built } from "../../../core/program/support.ts"
import { anyRows, anyTheta, gradients, policyOf, type Sizes } from "../policies.ts"
import { dot, exactly, inSingle, norm } from "../support.ts"

const sizes: fc.Arbitrary<Sizes> = fc.record({
  inputs: fc.integer({ min: 1, max: 5 }),
  layers: fc.integer({ min: 1, max: 3 }),
  width: fc.integer({ min: 2, max: 12 }),
  outputs: fc.integer({ min: 2, max: 3 }),
  kind: fc.constantFrom("categorical" as const, "gaussian" as const),
  activation: fc.constant("tanh" as const)
})

const directionOf = (p: Policy, key: Key): Float64Array => {
  const out = new Float64Array(p.size)
  fillNormal(stream(child(key, "direction")), out)
  return out
}

/** log π of every row, in float64. */
const logProbs = (p: Policy, theta: Float64Array, rows: ReturnType<typeof anyRows>): Float64Array =>
  evaluate(
    built(
      program(
        "log π",
        { theta: [p.size], observation: [rows.count, p.inputs], action: p.actionShape(rows.count) },
        (x) => ({ y: p.logProb(x.theta, x.observation, x.action).logProb })
      )
    ),
    { theta, observation: rows.observation, action: rows.action }
  ).y

test("firstOrderCheck() is the sum of squared residuals over that of log-probabilities", () =>
  fc.assert(
    fc.asyncProperty(sizes, fc.nat(), async (s, seed) => {
      const [p, key] = [policyOf(s), right(keyOf(seed))]
      const theta = anyTheta(p, key)
      const parts = [anyRows(p, s.outputs, 3, child(key, 0)), anyRows(p, s.outputs, 5, child(key, 1))]
      const direction = directionOf(p, key)
      const distances = [0.01, 0.3]
      const [row] = await exactly(firstOrderCheck({ policy: p, theta, visited: parts, distances }, [direction]))
      distances.forEach((distance, c) => {
        const scale = (distance * norm(theta)) / norm(direction)
        const moved = theta.map((v, i) => v + scale * direction[i]!)
        let [residual, total] = [0, 0]
        for (const rows of parts) {
          const [at, there] = [logProbs(p, theta, rows), logProbs(p, moved, rows)]
          gradients(p, theta, rows).forEach((g, r) => {
            residual += (there[r]! - at[r]! - scale * dot(g, direction)) ** 2
            total += there[r]! ** 2
          })
        }
        const want = residual / total
        assert.ok(Math.abs(row![c]! - want) <= 1e-8 * want + 1e-18, `at ${distance}: ${row![c]}, want ${want}`)
      })
    }),
    { numRuns: 12 }
  ))

/** Slope of the least-squares line through (x, y). */
const slope = (x: readonly number[], y: readonly number[]): number => {
  const [mx, my] = [x.reduce((a, b) => a + b, 0) / x.length, y.reduce((a, b) => a + b, 0) / y.length]
  return (
    dot(
      x.map((v) => v - mx),
      y.map((v) => v - my)
    ) /
    dot(
      x.map((v) => v - mx),
      x.map((v) => v - mx)
    )
  )
}

test("the residual of log π shrinks as the square of the distance, for any network, policy and direction", () =>
  fc.assert(
    fc.asyncProperty(sizes, fc.nat(), async (s, seed) => {
      const [p, key] = [policyOf(s), right(keyOf(seed))]
      const theta = anyTheta(p, key)
      const rows = anyRows(p, s.outputs, 64, child(key, "rows"))
      const distances = [1e-4, 3e-4, 1e-3, 3e-3]
      const [relative] = await exactly(
        firstOrderCheck({ policy: p, theta, visited: [rows], distances }, [directionOf(p, key)])
      )
      const fitted = slope(
        distances.map((v) => Math.log(v)),
        relative!.map((v) => Math.log(Math.sqrt(v)))
      )
      assert.ok(Math.abs(fitted - 2) <= 0.2, `slope ${fitted}`)
    }),
    { numRuns: 25 }
  ))

test("firstOrderCheck() of no direction, and of rows without uncertainty, is 0", async () => {
  const p = policyOf({ inputs: 2, layers: 1, width: 3, outputs: 1, kind: "categorical", activation: "tanh" })
  const theta = anyTheta(p, zeroKey)
  const rows = anyRows(p, 1, 4, zeroKey)
  const none = new Float64Array(p.size)
  const model = { policy: p, theta, visited: [rows], distances: [0.01] }
  assert.deepEqual(await exactly(firstOrderCheck(model, [none, directionOf(p, zeroKey)])), [[0], [0]])
})

test("on a trained policy the relative residual is at most 2 per cent at distance 1 per cent", () =>
  inSingle(
    Effect.gen(function* () {
      const problem = problemOf(cartPole, { network: { layers: 2, width: 64 }, stepsPerTask: 1024, iterations: 15 })
      const learner = yield* ppo.learner({ ...ppo.defaults, learningRate: 1e-3 }, problem)
      const state = yield* train(learner, yield* learner.init(zeroKey), problem.iterations)
      const collector = yield* ppo.collector(ppo.defaults, problem)
      const visited = yield* collector.collect(state, 1024, zeroKey)
      // It learned: untrained policies last about 20 steps.
      const { lengths } = visited[0]!.episodes
      assert.ok(lengths.length === 0 || lengths.reduce((a, b) => a + b, 0) / lengths.length > 60)
      const directions = [0, 1, 2, 3].map((k) => directionOf(problem.policy, child(zeroKey, k)))
      const model = { policy: problem.policy, theta: state.policy, visited, distances: [0.001, 0.01] }
      const table = yield* firstOrderCheck(model, directions)
      for (const [near, far] of table) {
        assert.ok(far! <= 0.02, `${far}`)
        assert.ok(near! < far!)
      }
    })
  ))

test("a distance whose residual is no number is not covered, nor is any beyond", () => {
  const rows = firstOrderRows([0.01, 1, 10], { adapted: [[0.001, Number.NaN, 0.001]], random: [[0, 0, 0]] })
  assert.equal(coveredDistance(rows, 0.02), 0.01)
})

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import {
  adaptTask,
  existence,
  forwardDivergence,
  hypergradient,
  oneStep,
  parameterDistance,
  reverseDivergence,
  type WithinTask
} from "../../../core/bilevel/mod.ts"
import { eigh } from "../../../core/linalg/mod.ts"
import { evaluatePolicy, policyGradient, softmax } from "../../../core/mdp/mod.ts"
import { right } from "../../support/right.ts"
import { differences, dot, madeUp, normals, seeds } from "../mdp/arbitrary.ts"
import { lake } from "./lakes.ts"

const algs = [forwardDivergence, reverseDivergence, parameterDistance] as const

/** λ of the paper for many holes, appendix A. */
const paperLambda = { 1: 0.5, 2: 0.5, 3: 0.04 } as const

/** Asked for: 1e-4. Central differences of a problem solved to 1e-12 reach this. */
const DIFFERENCES = 2e-6

const objectiveAfter = (alg: WithinTask, task: ReturnType<typeof lake>, lambda: number) => (phi: Float64Array) =>
  right(adaptTask(alg, task, phi, { lambda })).after.objective

for (const alg of algs) {
  test(`Alg(${alg.id})'s hypergradient on frozen lakes is the derivative of the solved inner problem`, () => {
    for (let seed = 0; seed < 6; seed++) {
      const task = lake(seed)
      const phi = normals(seed + 100, 64)
      const lambda = paperLambda[alg.id]
      const { gradient, solved } = right(hypergradient(alg, task, phi, { lambda }))
      assert.ok(solved.residual <= 1e-12, `${solved.residual}`)
      const size = Math.sqrt(dot(gradient, gradient))
      for (let i = 0; i < 64; i += 7) {
        const unit = phi.map((_, k) => (k === i ? 1 : 0))
        const slope = differences(objectiveAfter(alg, task, lambda), phi, unit)
        assert.ok(
          Math.abs(slope - gradient[i]!) <= DIFFERENCES * Math.max(1, size),
          `${seed}, ${i}: ${gradient[i]}, want ${slope}`
        )
      }
    }
  })

  test(`Alg(${alg.id}) solves its problem: no policy made up at random does better, in any state`, () =>
    fc.assert(
      fc.property(seeds, fc.constantFrom(0.1, 0.5, 3, 20), (seed, lambda) => {
        const task = madeUp(seed)
        const phi = normals(seed + 1, 12)
        // Where it is not concave, Newton's method promises a local solution alone.
        const least = alg.id === 3 ? right(existence(task, phi, 20)).sufficient : 0
        if (lambda < least) return
        const { before, solved } = right(adaptTask(alg, task, phi, { lambda }))
        const worth = (theta: Float64Array): number => {
          const gained = softmax(3, theta).reduce(
            (sum, p, i) => sum + before.visitation[Math.floor(i / 3)]! * p * before.q[i]!,
            0
          )
          return gained - lambda * alg.apart(before, phi, theta).reduce((a, b) => a + b, 0)
        }
        const best = worth(solved.theta)
        for (let other = 0; other < 20; other++) {
          const step = normals(seed + 2 + other, 12)
          for (const scale of [1e-3, 0.1, 1]) {
            const theta = solved.theta.map((x, i) => x + scale * step[i]!)
            assert.ok(worth(theta) <= best + 1e-12, `${worth(theta)} beside ${best}`)
          }
        }
      }),
      { numRuns: 50 }
    ))

  test(`Alg(${alg.id}) refuses a lambda that is not above 0`, () => {
    for (const lambda of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const refused = hypergradient(alg, madeUp(1), new Float64Array(12), { lambda })
      assert.ok(E.isLeft(refused))
      assert.ok(refused.left.message.startsWith(`Cannot adapt by Alg(${alg.id}): want lambda > 0, got ${lambda};`))
    }
  })
}

test("the hypergradient's ways add up, and leaving out the visits, as proposition 2 does, is not the derivative", () => {
  const task = lake(1)
  const phi = normals(7, 64)
  const g = right(hypergradient(parameterDistance, task, phi, { lambda: 0.04 }))
  const v = normals(8, 64)
  const slope = differences(objectiveAfter(parameterDistance, task, 0.04), phi, v)
  const sum = dot(g.throughPrior, v) + dot(g.throughQ, v) + dot(g.throughVisitation, v)
  assert.ok(Math.abs(sum - dot(g.gradient, v)) <= 1e-12)
  assert.ok(Math.abs(sum - slope) <= 1e-5 * Math.abs(slope))
  assert.ok(Math.abs(sum - dot(g.throughVisitation, v) - slope) > 1e-3 * Math.abs(slope))
  for (const alg of [forwardDivergence, reverseDivergence])
    assert.ok(right(hypergradient(alg, task, phi, { lambda: 0.5 })).throughVisitation.every((x) => x === 0))
})

test("Alg(1) refuses a policy that never takes some action, and names it", () => {
  const phi = new Float64Array(12)
  phi[4] = 1000
  const refused = adaptTask(forwardDivergence, madeUp(3), phi, { lambda: 1 })
  assert.ok(E.isLeft(refused))
  assert.match(refused.left.message, /above 0, got a probability of 0 in state 1, action 0; use Alg\(2\)/)
  assert.ok(E.isRight(adaptTask(reverseDivergence, madeUp(3), phi, { lambda: 1 })))
})

test("Alg(2) is the natural policy gradient with the exact Fisher matrix: its special case", () =>
  fc.assert(
    fc.property(seeds, (seed) => {
      const task = madeUp(seed)
      const phi = normals(seed + 1, 12)
      const lambda = 0.7
      const { before, solved } = right(adaptTask(reverseDivergence, task, phi, { lambda }))
      // F = E_ν[diag π − ππᵀ], pseudo-inverted: θ′ = ϕ + (1 − γ)/λ·F⁺∇J.
      const fisher = new Float64Array(144)
      for (let i = 0; i < 12; i++)
        for (let j = 0; j < 12; j++) {
          if (Math.floor(i / 3) !== Math.floor(j / 3)) continue
          const own = i === j ? before.policy[i]! : 0
          fisher[i * 12 + j] = before.visitation[Math.floor(i / 3)]! * (own - before.policy[i]! * before.policy[j]!)
        }
      const { values, vectors } = eigh(12, fisher)
      const slope = policyGradient(task, phi)
      const step = new Float64Array(12)
      for (const [k, value] of values.entries()) {
        if (value < 1e-9) continue
        const vector = vectors.subarray(k * 12, (k + 1) * 12)
        const along = dot(vector, slope) / value
        for (let i = 0; i < 12; i++) step[i]! += along * vector[i]!
      }
      const natural = softmax(
        3,
        phi.map((x, i) => x + ((1 - 0.8) / lambda) * step[i]!)
      )
      const adapted = softmax(3, solved.theta)
      for (let i = 0; i < 12; i++) assert.ok(Math.abs(natural[i]! - adapted[i]!) <= 1e-8)
    }),
    { numRuns: 30 }
  ))

test("Alg(3) becomes MAML's step of the policy gradient as lambda grows, and so does its hypergradient", () =>
  fc.assert(
    fc.property(seeds, (seed) => {
      const task = madeUp(seed)
      const phi = normals(seed + 1, 12)
      const miss = (lambda: number): readonly [step: number, gradient: number] => {
        const rate = (1 - 0.8) / (2 * lambda)
        const { solved, gradient } = right(hypergradient(parameterDistance, task, phi, { lambda }))
        const maml = oneStep(task, phi, rate)
        const size = (x: Float64Array) => Math.sqrt(dot(x, x))
        return [
          size(solved.theta.map((x, i) => x - maml.theta[i]!)),
          size(gradient.map((x, i) => x - maml.gradient[i]!))
        ]
      }
      // What is left out is of second order in 1/λ: ten times the λ, a hundredth of the difference.
      const [near, far] = [miss(1000), miss(100)]
      assert.ok(near[0] <= far[0] / 50 && far[0] < 1e-4, `${near[0]}, ${far[0]}`)
      assert.ok(near[1] <= far[1] / 50 && far[1] < 1e-4, `${near[1]}, ${far[1]}`)
    }),
    { numRuns: 30 }
  ))

test("oneStep()'s gradient is the derivative of what one step of the policy gradient reaches", () =>
  fc.assert(
    fc.property(seeds, (seed) => {
      const task = madeUp(seed)
      const [phi, v] = [normals(seed + 1, 12), normals(seed + 2, 12)]
      const slope = differences(
        (x) => {
          const g = policyGradient(task, x)
          return evaluatePolicy(
            task,
            softmax(
              3,
              x.map((a, i) => a + 2 * g[i]!)
            )
          ).objective
        },
        phi,
        v
      )
      assert.ok(Math.abs(dot(oneStep(task, phi, 2).gradient, v) - slope) <= 1e-6)
    }),
    { numRuns: 30 }
  ))

test("existence() tells a lambda that suffices, and the eigenvalue is positive wherever one does", () =>
  fc.assert(
    fc.property(seeds, (seed) => {
      const task = madeUp(seed)
      const phi = normals(seed + 1, 12)
      const { sufficient } = right(existence(task, phi, 1))
      const { smallest, damping } = right(existence(task, phi, 1.01 * sufficient))
      assert.ok(smallest > 0 && damping === 0)
    }),
    { numRuns: 50 }
  ))

test("Alg(3)'s derivative refuses a curvature that is not definite, with its eigenvalue and a damping that mends it", () => {
  const task = lake(2)
  // Not a solution: where one action's probability rises from nothing, the objective is convex.
  const phi = new Float64Array(64)
  const before = right(adaptTask(parameterDistance, task, phi, { lambda: 1 })).before
  const theta = before.q.map((q) => (q > 0 ? -1.5 : 0))
  const slope = normals(1, 64)
  const refused = parameterDistance.pull(before, phi, theta, slope, { lambda: 1e-4 })
  assert.ok(E.isLeft(refused))
  const found = /smallest eigenvalue is -[\d.e-]+; a damping of ([\d.e+]+) /.exec(refused.left.message)
  assert.ok(found !== null, refused.left.message)
  const mended = parameterDistance.pull(before, phi, theta, slope, { lambda: 1e-4, damping: Number(found[1]) })
  assert.ok(E.isRight(mended), E.isLeft(mended) ? mended.left.message : "")
})

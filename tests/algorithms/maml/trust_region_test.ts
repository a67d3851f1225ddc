import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import fc from "fast-check"
import { mamlTrpo } from "../../../algorithms/maml/maml.ts"
import { adaptation, at, metaShapes, samplesOf } from "../../../algorithms/maml/mathematics.ts"
import { fisherProgram, trialProgram } from "../../../algorithms/maml/trust_region.ts"
import { trustStep } from "../../../algorithms/meta/trust_region.ts"
import { cholesky, choleskySolve } from "../../../core/linalg/mod.ts"
import { evaluate, hvp, program } from "../../../core/program/mod.ts"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { navigation } from "../../../envs/mod.ts"
import { built, close, dot, tol } from "../../core/program/support.ts"
import { inSession, problemOf, right } from "../support.ts"
import { config, policyOf, rollouts } from "./support.ts"

/** α short enough that no made-up sample makes the adaptation diverge. */
const RATE = 0.05
const ROWS = 4

const small = fc.record({
  kind: fc.constantFrom("gaussian", "categorical"),
  steps: fc.integer({ min: 1, max: 2 }),
  learnRates: fc.boolean(),
  order: fc.constantFrom("second" as const, "first" as const),
  seed: fc.nat()
})

/** One task of a small net: its Fisher matrix, column by column, and the numbers it was taken at. */
const dense = ({ kind, steps, learnRates, order, seed }: typeof small extends fc.Arbitrary<infer T> ? T : never) => {
  const policy = policyOf(kind, [2, 2, 2])
  const c = config({ inner: { steps, learnRates, rate: RATE } })
  const { samples, theta } = rollouts(policy, steps, ROWS, seed)
  const w = learnRates ? Float64Array.of(...theta, ...theta.map(() => RATE)) : theta
  const split = (x: Float64Array) => ({
    theta: x.subarray(0, policy.size),
    rate: learnRates ? x.subarray(policy.size) : theta.map(() => RATE)
  })
  const fisher = built(fisherProgram({ config: c, order, policy, n: ROWS }))
  const product = (direction: Float64Array) => evaluate(fisher, { ...samples, ...split(w), direction }).product!
  const columns = Array.from(w, (_, j) => product(w.map((_, i) => (i === j ? 1 : 0))))
  return { policy, c, order, samples, w, split, product, columns }
}

test("fisherProgram() is JᵀMJ of the adapted policies' heads, J by finite differences", () =>
  fc.assert(
    fc.property(small, (x) => {
      const { policy, c, samples, w, split, columns } = dense({ ...x, order: "second" })
      const head = built(
        program("head", metaShapes(c, policy, ROWS), (inputs) => {
          const all = samplesOf(inputs, c.inner.steps)
          const { adapted } = adaptation(c, "second", policy, at(inputs), all)
          return policy.head(adapted, all.at(-1)!.observation)
        })
      )
      const headAt = (v: Float64Array) => evaluate(head, { ...samples, ...split(v) })
      const h = 1e-5
      const slopes = Array.from(w, (_, j) => {
        const moved = (by: number) => headAt(w.map((v, i) => (i === j ? v + by : v)))
        const [plus, minus] = [moved(h), moved(-h)]
        return Object.fromEntries(
          Object.keys(plus).map((k) => [k, plus[k]!.map((v, i) => (v - minus[k]![i]!) / (2 * h))])
        )
      })
      const now = headAt(w)
      /** aᵀMb: of a Gaussian 1/σ² for means and 2 for log σ; of a categorical diag(π) − ππᵀ; mean over rows. */
      const metric = (a: (typeof slopes)[number], b: (typeof slopes)[number]): number => {
        if (x.kind === "gaussian") {
          const precision = now.logStd!.map((s) => Math.exp(-2 * s))
          const means = a.mean!.reduce((sum, v, i) => sum + v * b.mean![i]! * precision[i % 2]!, 0) / ROWS
          return means + 2 * dot(a.logStd!, b.logStd!)
        }
        let sum = 0
        for (let r = 0; r < ROWS; r++) {
          const weights = [0, 1].map((k) => Math.exp(now.logits![2 * r + k]!))
          const pi = weights.map((v) => v / (weights[0]! + weights[1]!))
          const [p, q] = [a, b].map((s) => s.logits!.subarray(2 * r, 2 * r + 2))
          const both = pi.reduce((s, v, k) => s + v * p![k]! * q![k]!, 0)
          sum += both - dot(pi, p!) * dot(pi, q!)
        }
        return sum / ROWS
      }
      for (const [j, column] of columns.entries())
        close(
          column,
          slopes.map((s) => metric(s, slopes[j]!)),
          1e-6,
          `column ${j}`
        )
    }),
    { numRuns: 10 }
  ))

test("fisherProgram() is the Hessian of the divergence after adaptation, which trialProgram() gives", () =>
  fc.assert(
    fc.property(small, (x) => {
      const { policy, c, order, samples, w, split, product } = dense({ ...x, learnRates: false, order: "second" })
      const bent = built(hvp({ of: "kl", wrt: "theta" })(built(trialProgram({ config: c, order, policy, n: ROWS }))))
      const { theta, rate } = split(w)
      const direction = rollouts(policy, 0, w.length, x.seed + 1).samples.advantage0!
      const inputs = { ...samples, theta, rate, oldTheta: theta, oldRate: rate, score: [0] }
      const out = evaluate(bent, { ...inputs, "v.theta": direction })
      close(out["hvp.theta"]!, product(direction), tol.second, "product")
      assert.ok(Math.abs(out.kl![0]!) < 1e-12)
    }),
    { numRuns: 20 }
  ))

test("trustStep() is the natural gradient: with a dense Fisher matrix, the solution by Cholesky", () =>
  fc.assert(
    fc.asyncProperty(small, async (x) => {
      const { w, columns } = dense(x)
      const n = w.length
      const damping = 1e-2
      const gradient = rollouts(policyOf("gaussian", [2, 2, 2]), 0, n, x.seed + 1).samples.advantage0!
      const trust = { kl: 0.01, damping, iterations: 4 * n, shrink: 0.5, tries: 5 }
      const multiply = (p: Float64Array) =>
        Effect.succeed(
          w.map((_, i) =>
            dot(
              columns.map((col) => col[i]!),
              p
            )
          )
        )
      // What a linear loss and the divergence's own quadratic say of a step: the longest one is good.
      const attempt = (step: Float64Array) => Effect.succeed({ loss: dot(gradient, step), kl: 0 })
      const { step, improvement, refused } = await Effect.runPromise(trustStep(trust, gradient, multiply, attempt))
      const matrix = Float64Array.from({ length: n * n }, (_, k) => columns[k % n]![Math.floor(k / n)]!)
      for (let i = 0; i < n; i++) matrix[i * n + i]! += damping
      const solution = gradient.map((g) => -g)
      choleskySolve(n, right(cholesky(n, matrix)), solution)
      const scale = Math.sqrt((2 * trust.kl) / -dot(solution, gradient))
      close(
        step,
        solution.map((v) => v * scale),
        1e-6,
        "step"
      )
      assert.equal(refused, 0)
      assert.ok(improvement > 0)
    }),
    { numRuns: 20 }
  ))

const bowl = fc.record({
  diagonal: fc.array(fc.double({ min: 0.01, max: 10, noNaN: true }), { minLength: 1, maxLength: 6 }),
  slope: fc.double({ min: -3, max: 3, noNaN: true }),
  bend: fc.double({ min: -50, max: 50, noNaN: true }),
  excess: fc.double({ min: 0, max: 30, noNaN: true }),
  kl: fc.double({ min: 1e-4, max: 1, noNaN: true }),
  tries: fc.integer({ min: 1, max: 12 })
})

test("trustStep() never moves further than δ and never makes the loss more, whatever the loss and the divergence", () =>
  fc.assert(
    fc.asyncProperty(bowl, async ({ diagonal, slope, bend, excess, kl, tries }) => {
      const gradient = Float64Array.from(diagonal, (_, i) => slope + i)
      const squares = (s: Float64Array) => s.reduce((sum, v, i) => sum + diagonal[i]! * v * v, 0)
      const loss = (s: Float64Array) => dot(gradient, s) + bend * squares(s)
      const far = (s: Float64Array) => squares(s) / 2 + excess * squares(s) * squares(s)
      const found = await Effect.runPromise(
        trustStep(
          { kl, damping: 0, iterations: 10, shrink: 0.5, tries },
          gradient,
          (p) => Effect.succeed(p.map((v, i) => diagonal[i]! * v)),
          (s) => Effect.succeed({ loss: loss(s), kl: far(s) })
        )
      )
      assert.ok(found.kl <= kl && far(found.step) <= kl)
      assert.ok(found.improvement >= 0 && loss(found.step) <= 0)
      assert.ok(found.step.every((v) => v === 0) || found.improvement > 0)
    })
  ))

test("MAML-TRPO's steps stay within the divergence that was set, and improve the surrogate", () =>
  inSession(
    Effect.gen(function* () {
      const tasks = [0, 2, 4].map((angle) => ({ id: `${angle}`, params: { goal_angle: angle } }))
      const problem = problemOf(navigation, { tasks, stepsPerTask: 400, environmentsPerTask: 4 })
      const learner = yield* mamlTrpo.learner(mamlTrpo.defaults, problem)
      let state = yield* learner.init(child(zeroKey, 3))
      for (let i = 0; i < 4; i++) {
        const { state: next, rows } = yield* learner.iterate(state)
        const { stepKl = Number.NaN, improvement = Number.NaN } = rows[0]!.metrics
        assert.ok(stepKl >= 0 && stepKl <= mamlTrpo.defaults.outer.trust.kl, `${stepKl}`)
        assert.ok(improvement >= 0, `${improvement}`)
        assert.equal(
          improvement > 0,
          next.policy.some((v, k) => v !== state.policy[k])
        )
        state = next
      }
    })
  ))

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import {
  evaluatePolicy,
  expectedNext,
  mdp,
  optimum,
  policyCurvature,
  policyGradient,
  qSlope,
  softmax,
  visitationSlope
} from "../../../core/mdp/mod.ts"
import { differences, dot, madeUp, normals, seeds } from "./arbitrary.ts"

/** Rounding of a system of a few unknowns, of condition at most (1 + γ)/(1 − γ) = 9. */
const EXACT = 1e-12
/** Of central differences with a step of 1e-5 of functions whose third derivatives are within some hundreds. */
const DIFFERENCES = 1e-7

const near = (a: number, b: number, tolerance: number, what: string): void =>
  assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${what}: ${a}, want ${b}`)

test("evaluatePolicy() satisfies the Bellman equations, and its visits are those that pay what J says", () =>
  fc.assert(
    fc.property(seeds, (seed) => {
      const task = madeUp(seed)
      const policy = softmax(3, normals(seed + 1, 12))
      const e = evaluatePolicy(task, policy)
      const next = expectedNext(task, e.value)
      for (let i = 0; i < 12; i++) near(e.q[i]!, task.reward[i]! + 0.8 * next[i]!, EXACT, "Q")
      for (let s = 0; s < 4; s++)
        near(e.value[s]!, dot(policy.subarray(3 * s, 3 * s + 3), e.q.subarray(3 * s, 3 * s + 3)), EXACT, "V")
      near(
        e.visitation.reduce((a, b) => a + b, 0),
        1,
        EXACT,
        "visits"
      )
      const paid = policy.reduce((sum, p, i) => sum + e.visitation[Math.floor(i / 3)]! * p * task.reward[i]!, 0)
      near(paid / (1 - 0.8), e.objective, EXACT, "J")
    })
  ))

test("evaluatePolicy() agrees with playing: J is the mean of discounted returns, step by step", () => {
  const task = madeUp(5)
  const policy = softmax(3, normals(6, 12))
  // The distribution over states moved on by hand for as long as γ^t counts.
  let at = task.start
  let [total, discount] = [0, 1]
  for (let t = 0; t < 200; t++, discount *= 0.8) {
    const moved = new Float64Array(4)
    for (let i = 0; i < 12; i++) {
      const here = at[Math.floor(i / 3)]! * policy[i]!
      total += discount * here * task.reward[i]!
      for (let s = 0; s < 4; s++) moved[s]! += here * task.transition[4 * i + s]!
    }
    at = moved
  }
  near(evaluatePolicy(task, policy).objective, total, EXACT, "J")
})

test("qSlope() and visitationSlope() are the derivatives of Σ w·Q and Σ c·ν in the policy", () =>
  fc.assert(
    fc.property(seeds, (seed) => {
      const task = madeUp(seed)
      const [policy, w, c, v] = [
        softmax(3, normals(seed + 1, 12)),
        normals(seed + 2, 12),
        normals(seed + 3, 4),
        normals(seed + 4, 12)
      ]
      // A direction within the simplex, so that what is evaluated are policies.
      const inside = v.map((x, i) => {
        const s = Math.floor(i / 3)
        return x - (v[3 * s]! + v[3 * s + 1]! + v[3 * s + 2]!) / 3
      })
      const e = evaluatePolicy(task, policy)
      near(
        dot(qSlope(e, w), inside),
        differences((p) => dot(evaluatePolicy(task, p).q, w), policy, inside),
        DIFFERENCES,
        "Q"
      )
      const visits = differences((p) => dot(evaluatePolicy(task, p).visitation, c), policy, inside)
      near(dot(visitationSlope(e, c), inside), visits, DIFFERENCES, "ν")
    })
  ))

test("policyGradient() and policyCurvature() are J's first and second derivatives in the logits", () =>
  fc.assert(
    fc.property(seeds, (seed) => {
      const task = madeUp(seed)
      const [theta, v] = [normals(seed + 1, 12), normals(seed + 2, 12)]
      const objective = (x: Float64Array) => evaluatePolicy(task, softmax(3, x)).objective
      near(dot(policyGradient(task, theta), v), differences(objective, theta, v), DIFFERENCES, "gradient")
      const bent = policyCurvature(task, theta, v)
      for (let i = 0; i < 12; i++)
        near(
          bent[i]!,
          differences((x) => policyGradient(task, x)[i]!, theta, v),
          DIFFERENCES,
          "curvature"
        )
    }),
    { numRuns: 30 }
  ))

test("optimum() satisfies the optimality equation, and no policy is better", () =>
  fc.assert(
    fc.property(seeds, (seed) => {
      const task = madeUp(seed)
      const { q, objective, best } = optimum(task)
      const top = Float64Array.from({ length: 4 }, (_, s) => Math.max(...q.subarray(3 * s, 3 * s + 3)))
      const next = expectedNext(task, top)
      for (let i = 0; i < 12; i++) near(q[i]!, task.reward[i]! + 0.8 * next[i]!, 1e-9, "Q*")
      for (let s = 0; s < 4; s++) assert.ok(best.subarray(3 * s, 3 * s + 3).some((b) => b === 1))
      const other = evaluatePolicy(task, softmax(3, normals(seed + 1, 12))).objective
      assert.ok(other <= objective + EXACT)
    })
  ))

test("mdp() names what is no process", () => {
  const task = madeUp(1)
  const refusal = (change: Partial<typeof task>): string => {
    const made = mdp({ ...task, ...change })
    return E.isLeft(made) ? made.left.message : "accepted"
  }
  assert.match(refusal({ gamma: 1 }), /a discount in \[0, 1\), got 1/)
  assert.match(refusal({ reward: task.reward.map((r, i) => (i === 4 ? Number.NaN : r)) }), /reward in state 1, got NaN/)
  assert.match(refusal({ transition: task.transition.map((p, i) => (i === 0 ? p + 0.1 : p)) }), /state 0, action 0/)
  assert.match(refusal({ start: new Float64Array(4) }), /a start that is a distribution/)
  assert.match(refusal({ reward: new Float64Array(3) }), /12 numbers of reward, got 3/)
})

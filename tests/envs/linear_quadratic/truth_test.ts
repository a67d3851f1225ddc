import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as Either from "fp-ts/lib/Either.js"
import { child, stream, zeroKey } from "../../../core/random/mod.ts"
import { type LinearQuadraticParams, linearQuadratic } from "../../../envs/linear_quadratic/linear_quadratic.ts"
import { linearQuadraticPlanted } from "../../../envs/linear_quadratic/planted_family.ts"
import { expectedReturn, type LinearPolicy, optimalPolicy } from "../../../envs/linear_quadratic/truth.ts"
import { resolve } from "../../../envs/parameter.ts"

const right = <E, A>(value: Either.Either<E, A>): A => {
  if (Either.isLeft(value)) throw new Error(JSON.stringify(value.left))
  return value.right
}
const defaults = right(resolve("lq", "parameter", linearQuadratic.parameters, {})) as LinearQuadraticParams

/** The environment's own return of a linear policy, from one given start. */
const rollOut = (task: LinearQuadraticParams, policy: LinearPolicy, start: readonly [number, number]): number => {
  const d = right(linearQuadratic.make(task))
  const state = Float64Array.from(start)
  const action = new Float64Array(2)
  const outcome = { reward: 0, terminated: false }
  const source = stream(zeroKey)
  const [c, s] = [Math.cos(-policy.angle), Math.sin(-policy.angle)]
  let total = 0
  for (let t = 0; t < 20; t++) {
    const [zx, zy] = [state[0]! - policy.target[0], state[1]! - policy.target[1]]
    action[0] = -policy.gain * (c * zx - s * zy)
    action[1] = -policy.gain * (s * zx + c * zy)
    d.step(state, 0, action, source, outcome)
    total += outcome.reward
  }
  return total
}

const unit = fc.double({ min: -1, max: 1, noNaN: true })
const policy = fc.record({
  gain: fc.double({ min: 0, max: 2, noNaN: true }),
  angle: fc.double({ min: -3, max: 3, noNaN: true }),
  target: fc.tuple(unit, unit)
})

test("expectedReturn() is the mean of the environment's returns over its first states", () =>
  fc.assert(
    fc.property(policy, unit, unit, fc.double({ min: -3, max: 3, noNaN: true }), (p, target_x, target_y, angle) => {
      const task = { ...defaults, target_x, target_y, angle }
      // A return is quadratic in the start, so four symmetric points at w/√3 give the mean over the square exactly.
      const at = task.reset_radius / Math.sqrt(3)
      const corners = [
        [at, at],
        [at, -at],
        [-at, at],
        [-at, -at]
      ] as const
      const mean = corners.reduce((sum, start) => sum + rollOut(task, p, start), 0) / 4
      const want = expectedReturn(task, p)
      assert.ok(Math.abs(mean - want) <= 1e-9 * Math.max(1, Math.abs(want)), `${mean} and ${want}`)
    }),
    { numRuns: 60 }
  ))

test("expectedReturn() counts the disturbance: the mean over sampled episodes agrees within its error", () => {
  const task = { ...defaults, noise: 0.3, target_x: 0.4 }
  const best = optimalPolicy(task)
  const d = right(linearQuadratic.make(task))
  const source = stream(child(zeroKey, "noise"))
  const [state, action, outcome] = [new Float64Array(2), new Float64Array(2), { reward: 0, terminated: false }]
  const returns = Array.from({ length: 4000 }, () => {
    d.reset(state, 0, source)
    let total = 0
    for (let t = 0; t < 20; t++) {
      action[0] = -best.gain * (state[0]! - best.target[0])
      action[1] = -best.gain * (state[1]! - best.target[1])
      d.step(state, 0, action, source, outcome)
      total += outcome.reward
    }
    return total
  })
  const mean = returns.reduce((a, b) => a + b) / returns.length
  const deviation = Math.sqrt(returns.reduce((a, b) => a + (b - mean) ** 2, 0) / returns.length)
  assert.ok(Math.abs(mean - expectedReturn(task, best)) < (5 * deviation) / Math.sqrt(returns.length))
})

test("optimalPolicy() is stationary: over a long horizon no near policy does better", () => {
  const task = { ...defaults, angle: 0.7, target_x: 0.2, target_y: -0.5, noise: 0.1 }
  const best = optimalPolicy(task)
  const value = (p: LinearPolicy): number => expectedReturn(task, p, 100000)
  for (const near of [
    { ...best, gain: best.gain * 1.01 },
    { ...best, gain: best.gain * 0.99 },
    { ...best, angle: best.angle + 0.05 },
    { ...best, target: [0.25, -0.5] as const }
  ])
    assert.ok(value(near) < value(best))
})

test("lq-planted: a task's own group's policy is worth more to it than any other group's", () => {
  const { tasks, planted } = right(linearQuadraticPlanted.tasks({ n: 12, groups: 3, target_radius: 1 }))
  assert.ok(planted !== undefined)
  const full = tasks.map((t): LinearQuadraticParams => ({ ...defaults, ...t.params }))
  for (const [i, task] of full.entries())
    for (const [j, other] of full.entries())
      for (const [k, third] of full.entries())
        if (planted[i] === planted[j] && planted[i] !== planted[k])
          assert.ok(
            expectedReturn(task, optimalPolicy(other)) > expectedReturn(task, optimalPolicy(third)),
            `${i} ${j} ${k}`
          )
})

test("lq-planted refuses more groups than tasks", () => {
  const refused = linearQuadraticPlanted.tasks({ n: 2, groups: 3 })
  assert.ok(Either.isLeft(refused))
  assert.equal(refused.left.message, 'Cannot set option "groups" of lq-planted: want at most n = 2, got 3')
})

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import {
  gae,
  gaeInto,
  returnsInto,
  standardise,
  standardiseInPlace,
  type Trajectory
} from "../../../core/estimate/mod.ts"
import { evaluate, program } from "../../../core/program/mod.ts"
import { built, close, reference, tol } from "../program/support.ts"

interface Reference {
  readonly gae: readonly {
    readonly rewards: readonly number[]
    readonly values: readonly number[]
    readonly last_value: number
    readonly terminated: readonly boolean[]
    readonly truncated: readonly boolean[]
    readonly bootstrap_values_at_truncation: readonly number[]
    readonly gamma: number
    readonly lambda: number
    readonly advantages: readonly number[]
    readonly returns: readonly number[]
  }[]
}

const F = (...x: number[]) => Float64Array.from(x)
const B = (...x: number[]) => Uint8Array.from(x)
const right = <A>(e: E.Either<{ readonly message: string }, A>): A =>
  E.isRight(e) ? e.right : assert.fail(e.left.message)

const real = fc.double({ min: -1e3, max: 1e3, noNaN: true })
const unit = fc.double({ min: 0, max: 1, noNaN: true })
const steps = (T: number): fc.Arbitrary<Trajectory<Float64Array>> => {
  const col = <A>(a: fc.Arbitrary<A>) => fc.array(a, { minLength: T, maxLength: T })
  const numbers = col(real).map((x) => Float64Array.from(x))
  const flags = col(fc.nat(1)).map((x) => Uint8Array.from(x))
  return fc.record({ reward: numbers, value: numbers, next: numbers, terminated: flags, truncated: flags })
}
const trajectory = fc.integer({ min: 1, max: 40 }).chain(steps)

reference<Reference>("ppo_gae").gae.forEach((r, i) => {
  test(`gae() gives the reference's advantages and returns, case ${i}`, () => {
    const T = r.rewards.length
    const next = Float64Array.from({ length: T }, (_, t) =>
      r.truncated[t] ? r.bootstrap_values_at_truncation[t]! : (r.values[t + 1] ?? r.last_value)
    )
    const x = {
      reward: F(...r.rewards),
      value: F(...r.values),
      next,
      terminated: B(...r.terminated.map(Number)),
      truncated: B(...r.truncated.map(Number))
    }
    const advantage = right(gae(r.gamma, r.lambda)(x))
    close(advantage, r.advantages, tol.f64, "advantages")
    close(returnsInto(advantage, x.value, new Float64Array(T)), r.returns, tol.f64, "returns")
  })
})

test("gae() with lambda = 0 is the one-step error", () =>
  fc.assert(
    fc.property(trajectory, unit, (x, gamma) => {
      const a = right(gae(gamma, 0)(x))
      a.forEach((v, t) => {
        const want = x.reward[t]! + gamma * (1 - x.terminated[t]!) * x.next[t]! - x.value[t]!
        assert.ok(Math.abs(v - want) <= 1e-9, `${v} is not ${want}`)
      })
    })
  ))

test("gae() never lets a step see past the end of its episode", () =>
  fc.assert(
    fc.property(trajectory, unit, unit, fc.nat(), (x, gamma, lambda, i) => {
      const t = i % x.reward.length
      const cut = { ...x, truncated: x.truncated.with(t, 1) }
      const later = { ...cut, reward: cut.reward.map((r, s) => (s > t ? r + 1 : r)) }
      const upTo = (y: Trajectory) => right(gae(gamma, lambda)(y)).subarray(0, t + 1)
      assert.deepEqual(upTo(cut), upTo(later))
    })
  ))

test("gae() of a cut chain equals that of the whole chain when the values are exact", () =>
  fc.assert(
    fc.property(fc.array(real, { minLength: 2, maxLength: 30 }), unit, unit, fc.nat(), (reward, gamma, lambda, i) => {
      const T = reward.length
      const value = new Float64Array(T + 1)
      for (let t = T - 1; t >= 0; t--) value[t] = reward[t]! + gamma * value[t + 1]!
      const column = { reward: F(...reward), value: value.slice(0, T), next: value.slice(1) }
      const flags = (at: number) => new Uint8Array(T).with(at, 1)
      const cut = { ...column, terminated: flags(T - 1), truncated: flags(i % T) }
      const whole = { ...column, terminated: flags(T - 1), truncated: new Uint8Array(T) }
      close(right(gae(gamma, lambda)(cut)), right(gae(gamma, lambda)(whole)), 1e-9, "advantages")
    })
  ))

test("gaeInto() of several environments is gae() of each", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }).chain((envs) => fc.tuple(fc.constant(envs), steps(envs * 7))),
      unit,
      unit,
      ([envs, x], gamma, lambda) => {
        const all = right(gaeInto(gamma, lambda, envs)(x, new Float64Array(envs * 7)))
        for (let e = 0; e < envs; e++) {
          const mine = (_: unknown, i: number) => i % envs === e
          const one = {
            reward: x.reward.filter(mine),
            value: x.value.filter(mine),
            next: x.next.filter(mine),
            terminated: x.terminated.filter(mine),
            truncated: x.truncated.filter(mine)
          }
          assert.deepEqual(all.filter(mine), right(gae(gamma, lambda)(one)))
        }
      }
    )
  ))

test("gae() of one terminated step ignores the value after the end, even NaN", () => {
  const x = { reward: F(1), value: F(0.5), next: F(Number.NaN), terminated: B(1), truncated: B(0) }
  assert.deepEqual(gae(0.9, 1)(x), E.right(F(0.5)))
})

test("gae() names the column or the setting it cannot use", () => {
  const x = { reward: F(1, 2), value: F(1, 2), next: F(1), terminated: B(0, 0), truncated: B(0, 0) }
  const message = (e: E.Either<{ readonly message: string }, unknown>) => (E.isLeft(e) ? e.left.message : "no error")
  assert.equal(message(gae(0.9, 0.9)(x)), "Cannot use next: want length 2, that of reward, got length 1")
  const fine = { ...x, next: F(1, 2) }
  assert.equal(message(gae(1.5, 0.9)(fine)), "Cannot use gamma: want a number in [0, 1], got 1.5")
  assert.equal(message(gae(1, Number.NaN)(fine)), "Cannot use lambda: want a number in [0, 1], got NaN")
  const odd = gaeInto(1, 1, 3)(fine, new Float64Array(2))
  assert.equal(message(odd), "Cannot use reward: want whole steps of 3 environments, got length 2")
})

test("standardise() and standardiseInPlace() give mean 0 and deviation 1, and zeros for equal numbers", () =>
  fc.assert(
    fc.property(fc.array(real, { minLength: 1, maxLength: 30 }), (x) => {
      const host = F(...x)
      standardiseInPlace(host)
      const p = built(program("standardise", { x: [x.length] }, (t) => ({ y: standardise(t.x) })))
      const { y } = evaluate(p, { x })
      const spread = Math.max(...x) - Math.min(...x)
      // The deviation is found from differences of numbers up to 1e3; below 1e-3 its own rounding shows.
      if (spread === 0) assert.ok(host.every((v) => Math.abs(v) < 1e-4))
      if (spread < 1e-3) return
      close(y, host, 1e-8, "both forms")
      const mean = host.reduce((a, b) => a + b, 0) / x.length
      const square = host.reduce((a, b) => a + (b - mean) ** 2, 0) / (x.length - 1)
      assert.ok(Math.abs(mean) < 1e-8 && Math.abs(square - 1) < 1e-4, `mean ${mean}, variance ${square}`)
    })
  ))

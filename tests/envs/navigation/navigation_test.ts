import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as Either from "fp-ts/lib/Either.js"
import { child, stream, zeroKey } from "../../../core/random/mod.ts"
import {
  type Family,
  navigation,
  navigationBiased,
  navigationPartial,
  navigationUniform,
  replay,
  type TaskSet
} from "../../../envs/mod.ts"

const right = <E, A>(value: Either.Either<E, A>): A => {
  if (Either.isLeft(value)) throw new Error(JSON.stringify(value.left))
  return value.right
}
const degrees = (set: TaskSet): number[] => set.tasks.map((t) => (Number(t.params.goal_angle) * 180) / Math.PI)
const drawn = (family: Family): number[] => degrees(right(family.draw({}, child(zeroKey, "test"), 2000)))
const share = (angles: readonly number[], from: number, to: number): number =>
  angles.filter((a) => a >= from && a < to).length / angles.length

test("walking straight to a goal reaches it after eight steps of a tenth, with the bonus", () => {
  const { steps } = right(replay(navigation, { threshold: 0.11 }, zeroKey, new Array(20).fill([0.1, 0])))
  assert.deepEqual(
    steps.map((s) => s.terminated),
    [false, false, false, false, false, false, false, true]
  )
  const wanted = [-0.8, -0.7, -0.6, -0.5, -0.4, -0.3, -0.2, 0.9]
  for (const [t, { reward }] of steps.entries()) assert.ok(Math.abs(reward - wanted[t]!) < 1e-12, `${t}: ${reward}`)
})

test("the reward is the negative distance, the bonus comes within the threshold only, and the plane has walls", () =>
  fc.assert(
    fc.property(fc.double({ min: -3, max: 3, noNaN: true }), fc.nat(), fc.nat(), (goal_angle, i, j) => {
      const dynamics = right(navigation.make({ goal_angle, bonus: 7 }))
      const state = Float64Array.of(((i % 201) - 100) / 100, ((j % 201) - 100) / 100)
      const outcome = { reward: 0, terminated: false }
      dynamics.step(state, 0, Float64Array.of(0.1, -0.1), stream(zeroKey), outcome)
      assert.ok(Math.abs(state[0]!) <= 1 && Math.abs(state[1]!) <= 1)
      const [dx, dy] = [state[0]! - 0.9 * Math.cos(goal_angle), state[1]! - 0.9 * Math.sin(goal_angle)]
      const distance = Math.hypot(dx, dy)
      fc.pre(Math.abs(distance - 0.1) > 1e-9)
      assert.equal(outcome.terminated, distance <= 0.1)
      assert.ok(Math.abs(outcome.reward - ((distance <= 0.1 ? 7 : 0) - distance)) < 1e-12)
    })
  ))

test("an action beyond a tenth is refused", () => {
  const got = replay(navigation, {}, zeroKey, [[0.11, 0]])
  assert.ok(Either.isLeft(got) && got.left._tag === "ActionError")
})

test("navigation-uniform spreads goals evenly over the circle, the four directions among them", () => {
  assert.deepEqual(
    degrees(right(navigationUniform.tasks({}))).map((a) => Math.round(a)),
    [0, 45, 90, 135, 180, 225, 270, 315]
  )
  const angles = drawn(navigationUniform)
  for (let q = 0; q < 4; q++) assert.ok(Math.abs(share(angles, 90 * q, 90 * q + 90) - 0.25) < 0.04)
})

test("navigation-partial keeps to its arc", () => {
  for (const angles of [degrees(right(navigationPartial.tasks({ n: 50 }))), drawn(navigationPartial)])
    assert.equal(share(angles, 0, 180), 1)
  assert.ok(degrees(right(navigationPartial.tasks({ arc: 30 }))).every((a) => a < 30))
})

test("navigation-biased covers the circle with most goals in its arc", () => {
  const angles = degrees(right(navigationBiased.tasks({ n: 20 })))
  assert.equal(share(angles, 0, 90), 0.8)
  assert.equal(angles.length, 20)
  const test_ = drawn(navigationBiased)
  assert.ok(Math.abs(share(test_, 0, 90) - 0.8) < 0.04)
  assert.ok(share(test_, 180, 360) > 0.05)
})

test("render() draws the point where it is, y upwards", () => {
  const dynamics = right(navigation.make({ goal_angle: Math.PI / 2 }))
  assert.match(dynamics.render?.(Float64Array.of(0.5, 0.5), 0) ?? "", /cx="220" cy="80" r="6"/)
})

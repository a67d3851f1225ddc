import assert from "node:assert/strict"
import { test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { zeroKey } from "../../core/random/mod.ts"
import { cartPole } from "../../envs/cartpole/cartpole.ts"
import { linearQuadratic } from "../../envs/linear_quadratic/linear_quadratic.ts"
import { findEnvironment, findFamily } from "../../envs/registry.ts"
import { replay } from "../../envs/replay.ts"
import { standard } from "../../envs/standard.ts"

const refusal = <A>(value: Either.Either<{ readonly message: string }, A>): string =>
  Either.isLeft(value) ? value.left.message : "accepted"

test("replay() refuses an action outside the space, naming its index, the value and the space", () => {
  assert.equal(
    refusal(replay(cartPole, {}, zeroKey, [0, 1, 2])),
    "Cannot take action 2 of CartPole-v1: want Discrete(2): an integer from 0 to 1 (left, right), got 2"
  )
  assert.equal(
    refusal(replay(linearQuadratic, {}, zeroKey, [[0, 0], [0]])),
    "Cannot take action 1 of LinearQuadratic-v1: want Box of 2: u_x in [-1000, 1000], u_y in [-1000, 1000], got [0]"
  )
})

test("replay() tells numbers that JSON lacks by their names", () => {
  assert.match(refusal(replay(cartPole, {}, zeroKey, [Number.NaN])), /got NaN$/)
  assert.match(refusal(replay(cartPole, {}, zeroKey, [[Number.POSITIVE_INFINITY]])), /got \[Infinity\]$/)
})

test("replay() stops where the episode ends and counts the actions left over", () => {
  const got = replay(cartPole, {}, zeroKey, new Array(40).fill(1))
  assert.ok(Either.isRight(got))
  const { steps, unused } = got.right
  assert.equal(steps.length + unused, 40)
  assert.ok(unused > 0)
  assert.deepEqual(steps.map((s) => s.terminated).lastIndexOf(true), steps.length - 1)
  assert.equal(steps.filter((s) => s.terminated).length, 1)
})

test("replay() returns float64 observations where the space says so", () => {
  const got = replay(linearQuadratic, { reset_radius: 1 }, zeroKey, [])
  assert.ok(Either.isRight(got))
  assert.ok(got.right.obs.some((x) => x !== Math.fround(x)))
})

test("the registry finds by id and else names the nearest", () => {
  assert.deepEqual(findEnvironment(standard, "CartPole-v1"), Either.right(cartPole))
  assert.match(refusal(findEnvironment(standard, "cartpole")), /did you mean "CartPole-v1"\?/)
  assert.match(refusal(findFamily(standard, "cartpole-lenght")), /did you mean "cartpole-length"\?/)
})

import assert from "node:assert/strict"
import { test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { child, stream, zeroKey } from "../../../core/random/mod.ts"
import { pendulum, pendulumGravity, pendulumLength, type TaskSet } from "../../../envs/mod.ts"

const right = <E, A>(value: Either.Either<E, A>): A => {
  if (Either.isLeft(value)) throw new Error(JSON.stringify(value.left))
  return value.right
}

test("the reward takes the angle from upright, however many turns there were", () => {
  const dynamics = right(pendulum.make({}))
  const reward = (theta: number): number => {
    const outcome = { reward: 0, terminated: false }
    dynamics.step(Float64Array.of(theta, 0), 0, Float64Array.of(0), stream(zeroKey), outcome)
    return outcome.reward
  }
  for (const turns of [-3, -1, 0, 1, 4])
    for (const angle of [-3, -1, -0.25, 0, 0.5, 3]) {
      const off = Math.abs(reward(angle + 2 * Math.PI * turns) + angle * angle)
      assert.ok(off < 1e-12, `${angle} after ${turns} turns: ${off}`)
    }
})

test("families vary one parameter in equal ratios, and draw within their range", () => {
  const values = (set: TaskSet, name: string): number[] => set.tasks.map((t) => Number(t.params[name]))
  assert.deepEqual(values(right(pendulumGravity.tasks({ n: 3, low: 1, high: 4 })), "g"), [1, 2, 4])
  assert.deepEqual(values(right(pendulumLength.tasks({ n: 2 })), "l"), [0.4, 2])
  assert.ok(values(right(pendulumLength.draw({}, child(zeroKey, 1), 50)), "l").every((l) => l >= 0.4 && l <= 2))
  const refused = pendulumGravity.tasks({ low: 2, high: 1 })
  assert.ok(Either.isLeft(refused))
  assert.match(refused.left.message, /"high" of pendulum-gravity: want a number above low = 2, got 1/)
})

test("render() draws the rod up at 0 and to the left at a quarter turn", () => {
  const dynamics = right(pendulum.make({}))
  const tip = (theta: number): string =>
    /x2="([^"]+)" y2="([^"]+)"/
      .exec(dynamics.render?.(Float64Array.of(theta, 0), 0) ?? "")
      ?.slice(1)
      .join(" ") ?? ""
  assert.equal(tip(0), "150 67.5")
  assert.equal(tip(Math.PI / 2), "67.5 150")
})

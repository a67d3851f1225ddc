import assert from "node:assert/strict"
import { test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { cartPoleLength } from "../../../envs/cartpole/length_family.ts"
import { cartPoleMirrored } from "../../../envs/cartpole/mirrored_family.ts"
import type { TaskSet } from "../../../envs/family.ts"

const right = <E, A>(value: Either.Either<E, A>): A => {
  if (Either.isLeft(value)) throw new Error(JSON.stringify(value.left))
  return value.right
}
const values = (set: TaskSet, name: string): number[] => set.tasks.map((t) => Number(t.params[name]))

test("cartpole-length spans 0.1 to 4 m in equal ratios", () => {
  const set = right(cartPoleLength.tasks({}))
  const lengths = values(set, "length")
  assert.equal(lengths.length, 10)
  assert.equal(lengths[0], 0.1)
  assert.equal(lengths[9], 4)
  for (let i = 1; i < 10; i++) assert.ok(Math.abs(lengths[i]! / lengths[i - 1]! - 40 ** (1 / 9)) < 1e-4)
  assert.deepEqual(set.tasks.map((t) => t.id).slice(0, 2), ["length=0.1", "length=0.150663"])
  assert.equal(set.planted, undefined)
})

test("cartpole-length carries the physics it is told and draws unseen lengths within its range", () => {
  const set = right(cartPoleLength.tasks({ n: 2, gravity: 3.7, force_mag: 5, masspole: 0.3 }))
  assert.deepEqual(set.tasks[1]?.params, { length: 4, masspole: 0.3, masscart: 1, gravity: 3.7, force_mag: 5 })
  const seen = new Set(right(cartPoleLength.tasks({})).tasks.map((t) => t.id))
  const drawn = right(cartPoleLength.draw({}, child(zeroKey, "test"), 50))
  assert.ok(values(drawn, "length").every((l) => l >= 0.1 && l <= 4))
  assert.ok(drawn.tasks.every((t) => !seen.has(t.id)))
})

test("cartpole-length refuses an empty range", () => {
  const refused = cartPoleLength.tasks({ low: 2, high: 1 })
  assert.ok(Either.isLeft(refused))
  assert.equal(refused.left.message, 'Cannot set option "high" of cartpole-length: want a number above low = 2, got 1')
})

test("cartpole-mirrored reverses the push in one of its two planted groups", () => {
  const set = right(cartPoleMirrored.tasks({}))
  assert.deepEqual(set.planted, [0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
  assert.deepEqual(values(set, "force_mag"), [10, -10, 10, -10, 10, -10, 10, -10, 10, -10])
  assert.ok(values(set, "length").every((l) => l === 0.5))
})

test("cartpole-mirrored varies physics by jitter, and a task's do not depend on n", () => {
  const few = right(cartPoleMirrored.tasks({ n: 4, jitter: 0.2 }))
  const many = right(cartPoleMirrored.tasks({ n: 8, jitter: 0.2 }))
  assert.deepEqual(many.tasks.slice(0, 4), few.tasks)
  assert.equal(new Set(values(many, "length")).size, 8)
  const other = right(cartPoleMirrored.tasks({ n: 4, jitter: 0.2, seed: 1 }))
  assert.notDeepEqual(values(other, "length"), values(few, "length"))
})

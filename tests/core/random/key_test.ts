import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as Either from "fp-ts/lib/Either.js"
import { child, type Key, key, random, stream, zeroKey } from "../../../core/random/mod.ts"
import { generateState } from "../../../core/random/seed_sequence.ts"

const keyOf = (seed: number | bigint): Key => {
  const made = key(seed)
  if (Either.isLeft(made)) throw new Error(made.left.message)
  return made.right
}

test("child() with numbers is NumPy's SeedSequence with that spawn_key", () => {
  // Golden: numpy 2.4.6, SeedSequence(entropy, spawn_key=…).generate_state(4).
  const state = (k: Key) => [...generateState(k, 4)]
  assert.deepEqual(state(child(keyOf(42), 0)), [2684470948, 3757501821, 1691896351, 1126406280])
  assert.deepEqual(state(child(keyOf(42), 1, 3)), [1850291428, 2661712069, 4245032687, 1529966576])
  assert.deepEqual(state(child(keyOf(2n ** 70n + 5n), 2 ** 40)), [1814231780, 3585468265, 123869453, 3764063429])
})

test("child() with strings keeps its words: marker, number of bytes, UTF-8 bytes by four", () => {
  assert.deepEqual(child(zeroKey, "task").spawnKey, [0xfffffffe, 4, 0x6b736174])
  assert.deepEqual(child(zeroKey, "é", 7).spawnKey, [0xfffffffe, 2, 0xa9c3, 7])
  assert.deepEqual(child(zeroKey, "").spawnKey, [0xfffffffe, 0])
})

const step = fc.oneof(fc.nat(100000), fc.string({ maxLength: 12 }))
const path = fc.array(step, { maxLength: 4 })

test("child() of a child is the child of the joined path, and the parent is unchanged", () =>
  fc.assert(
    fc.property(fc.nat(), path, path, (seed, a, b) => {
      const parent = keyOf(seed)
      const before = JSON.stringify(parent)
      assert.deepEqual(child(child(parent, ...a), ...b), child(parent, ...a, ...b))
      assert.equal(JSON.stringify(parent), before)
    })
  ))

test("different paths give different numbers", () =>
  fc.assert(
    fc.property(path, path, (a, b) => {
      const first = (p: readonly (string | number)[]): number => random(stream(child(zeroKey, ...p)))
      assert.equal(first(a) === first(b), JSON.stringify(a) === JSON.stringify(b))
    })
  ))

test("key() refuses seeds that are not non-negative safe integers, saying what is wanted", () => {
  for (const bad of [-1, 0.5, Number.NaN, Infinity, 2 ** 53, -1n]) {
    const refused = key(bad)
    assert.ok(Either.isLeft(refused), String(bad))
    assert.equal(refused.left._tag, "ArgumentError")
    assert.equal(refused.left.got, String(bad))
  }
  const refused = key(-1)
  assert.ok(Either.isLeft(refused))
  assert.equal(
    refused.left.message,
    "Cannot use seed -1: want an integer from 0 to 2^53 − 1, or a non-negative bigint, got -1"
  )
  assert.deepEqual(key(0), Either.right(zeroKey))
  assert.deepEqual(key(2 ** 40), key(2n ** 40n))
})

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { shortNames } from "../../../core/text/short_names.ts"

const short = (...names: readonly string[]) => {
  const { names: left, pattern } = shortNames(names)
  return [pattern, ...left]
}

test("shortNames() leaves out what all begin and end with, and says it once", () => {
  assert.deepEqual(short("length=0.2", "length=0.25", "length=8"), ["length=…", "0.2", "0.25", "8"])
  assert.deepEqual(short("goal=0deg", "goal=45deg", "goal=135deg"), ["goal=…deg", "0", "45", "135"])
  assert.deepEqual(short("lanes=2,density=1.5", "lanes=3,density=1"), ["lanes=…,density=…", "2,1.5", "3,1"])
  assert.deepEqual(short("lanes=2,density=1", "lanes=3,density=1"), ["lanes=…,density=1", "2", "3"])
  assert.deepEqual(short("task10", "task11"), ["task…", "10", "11"])
  assert.deepEqual(short("reach-v2", "push-v2"), ["…-v2", "reach", "push"])
})

test("shortNames() never cuts a number or a word in two", () => {
  assert.deepEqual(short("x=-1", "x=-12"), ["x=…", "-1", "-12"])
  assert.deepEqual(short("x=1e-3", "x=2e-3"), ["x=…", "1e-3", "2e-3"])
  assert.deepEqual(short("width=1.5", "width=2.5"), ["width=…", "1.5", "2.5"])
  assert.deepEqual(short("shallow", "short"), ["", "shallow", "short"])
  assert.deepEqual(short("cart-pole-short", "cart-pole-shallow"), ["cart-pole-…", "short", "shallow"])
})

test("shortNames() leaves a single name as it is, and none where there is none", () => {
  assert.deepEqual(shortNames(["length=1"]), { names: ["length=1"], pattern: "" })
  assert.deepEqual(shortNames([]), { names: [], pattern: "" })
})

test("shortNames() keeps names apart and short, whatever they are", () => {
  const name = fc.oneof(
    fc.string({ minLength: 1, maxLength: 40 }),
    fc.stringMatching(/^(ab?|x)[-=_,]?[0-9.]{1,30}(deg)?$/),
    fc.integer().map((i) => `key=${i},other=1`)
  )
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 12 }), (names) => {
      const { names: left } = shortNames(names)
      assert.equal(new Set(left).size, names.length)
      assert.ok(left.every((n) => n.length > 0 && n.length <= 14 + " 12".length))
    })
  )
})

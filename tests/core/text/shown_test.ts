import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { shown } from "../../../core/text/shown.ts"

test("shown() is JSON where JSON has the value", () =>
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const same = JSON.stringify(value, (_, x: unknown) => (Object.is(x, -0) ? 0 : x))
      assert.deepEqual(JSON.parse(shown(value)), JSON.parse(same))
    })
  ))

test("shown() names what JSON lacks", () => {
  assert.equal(shown(Number.NaN), "NaN")
  assert.equal(shown([1, [-Infinity, "a"]]), '[1,[-Infinity,"a"]]')
  assert.equal(shown(undefined), "undefined")
  assert.equal(shown(7n), "7n")
})

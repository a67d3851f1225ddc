import assert from "node:assert/strict"
import { test } from "node:test"
import { roundedInterval } from "../../../core/text/numbers.ts"

test("an interval in a sentence has the decimals that tell its ends apart", () => {
  const at = (value: number, low: number, high: number, n = 5) => roundedInterval({ value, low, high, n })
  assert.equal(at(213.4, 180.2, 246.6), "213 (180 to 247)")
  assert.equal(at(18.68, 18.39, 18.97), "18.7 (18.4 to 19.0)")
  assert.equal(at(19.06, 18.87, 19.26), "19.1 (18.9 to 19.3)")
  assert.equal(at(19.06, 19.02, 19.11), "19.06 (19.02 to 19.11)")
  assert.equal(at(-3.5, -40, 33), "-3.50 (-40 to 33)")
  assert.equal(at(500, 500, 500), "500 (500 to 500)")
  assert.equal(at(12.34, 12, 13, 1), "12")
  assert.equal(at(12.34, Number.NaN, Number.NaN), "12")
})

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { interval, percent, show } from "../../../../core/text/numbers.ts"
import { stableJson } from "../../../../plugins/io/content.ts"

const any = fc.double()

test("numbers that are none are words in texts and null in JSON", () => {
  assert.deepEqual([Number.NaN, Infinity, -Infinity].map(show), ["not known", "infinite", "minus infinite"])
  const none = { value: Number.NaN, low: Number.NaN, high: Number.NaN, n: 5 }
  assert.equal(interval(none), "not known")
  assert.equal(interval({ ...none, value: 0.5 }), "0.5")
  assert.equal(interval({ value: 0.5, low: 0.4, high: 0.6, n: 5 }, ", 95% interval"), "0.5 (0.4 to 0.6, 95% interval)")
  assert.deepEqual(JSON.parse(stableJson({ a: Number.NaN, b: [Infinity, 1], c: Float64Array.of(Number.NaN) })), {
    a: null,
    b: [null, 1],
    c: [null]
  })
})

test("no text of a number says NaN or Infinity, whatever the number", () =>
  fc.assert(
    fc.property(any, any, any, fc.nat(9), (value, low, high, n) => {
      const said = `${show(value)} ${percent(value)} ${interval({ value, low, high, n })}`
      assert.doesNotMatch(said, /NaN|Infinity/)
      assert.doesNotMatch(stableJson({ value, low: [low, high] }), /NaN|Infinity|""/)
    })
  ))

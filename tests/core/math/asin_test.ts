import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { asin, sin } from "../../../core/math/mod.ts"

/** Two units in the last place. */
const close = (got: number, want: number): void =>
  assert.ok(Math.abs(got - want) <= 2 * Number.EPSILON * Math.abs(want), `${got} and ${want}`)

test("asin() agrees with the engine's to two units in the last place", () =>
  fc.assert(
    fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (x) => close(asin(x), Math.asin(x))),
    { numRuns: 5000 }
  ))

test("asin() is odd, is undone by sin(), and ends at a quarter turn", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (x) => {
      assert.equal(asin(-x), -asin(x))
      close(sin(asin(x)), x)
    })
  )
  assert.equal(asin(1), Math.PI / 2)
  assert.ok(Object.is(asin(-0), -0))
  for (const x of [1.0000000000000002, -2, NaN, Infinity]) assert.ok(Number.isNaN(asin(x)))
})

test("the bits of a sweep are these, whatever the engine", () => {
  const bits = new Int32Array(2)
  const value = new Float64Array(bits.buffer)
  let hash = 0x811c9dc5 | 0
  for (let i = 1; i <= 5000; i++) {
    value[0] = asin((i * i) / 25000000)
    hash = Math.imul(Math.imul(hash ^ bits[0]!, 16777619) ^ bits[1]!, 16777619)
  }
  assert.equal((hash >>> 0).toString(16), "eb6f2dd8")
})

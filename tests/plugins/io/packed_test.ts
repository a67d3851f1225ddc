import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { pack, unpack } from "../../../plugins/io/packed.ts"

const number = fc.double()
const leaf = fc.oneof(
  number,
  fc.string({ unit: "binary" }),
  fc.boolean(),
  fc.constant(null),
  fc.float64Array(),
  fc.float32Array(),
  fc.int32Array(),
  fc.uint8Array()
)
const key = fc.oneof(fc.constantFrom("$", "is", "at", "count"), fc.string())
const { plain } = fc.letrec((tie) => ({
  plain: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie("plain")), fc.dictionary(key, tie("plain")))
}))

/** Byte for byte: deepEqual takes all NaN for one. */
test("unpack() gives what was packed, to the last bit", () =>
  fc.assert(
    fc.property(plain, (value) => {
      const back = unpack(pack(value))
      assert.ok(E.isRight(back), E.isLeft(back) ? back.left : "")
      assert.deepEqual(pack(back.right), pack(value))
    })
  ))

test("unpack() gives equal values of the same kind", () => {
  const value = { a: [1, Number.NaN, -0, Number.NEGATIVE_INFINITY], b: { $: "f8", at: 0 }, c: Float32Array.of(1, -0) }
  assert.deepEqual(unpack(pack(value)), E.right(value))
  assert.deepEqual(unpack(pack(Float64Array.of(1, 2, 3).subarray(1))), E.right(Float64Array.of(2, 3)))
})

test("pack() gives the same bytes whatever the order of keys, and leaves out what is undefined", () => {
  assert.deepEqual(pack({ a: 1, b: { c: 2, d: 3 } }), pack({ b: { d: 3, c: 2, e: undefined }, a: 1 }))
  assert.notDeepEqual(pack({ a: 1 }), pack({ a: 2 }))
})

test("unpack() refuses bytes that pack() did not write", () => {
  const whole = pack({ a: new Float64Array(100) })
  for (const bytes of [new Uint8Array(0), whole.subarray(0, 20), whole.subarray(0, whole.length - 8)])
    assert.ok(E.isLeft(unpack(bytes)))
})

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { shortened, shown } from "../../../core/text/shown.ts"

test("shown() is JSON where JSON has the value", () =>
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const same = JSON.stringify(value, (_, x: unknown) => (Object.is(x, -0) ? 0 : x))
      assert.deepEqual(JSON.parse(shown(value, Infinity)), JSON.parse(same))
    })
  ))

test("shown() names what JSON lacks", () => {
  assert.equal(shown(Number.NaN), "NaN")
  assert.equal(shown([1, [-Infinity, "a"]]), '[1,[-Infinity,"a"]]')
  assert.equal(shown(undefined), "undefined")
  assert.equal(shown(7n), "7n")
})

test("shown() gives of a long value the beginning and its size, and reads no more of it", () => {
  assert.equal(shown("a".repeat(1e6)), `"${"a".repeat(79)}…" (1000000 characters)`)
  assert.match(shown(new Array(1e6).fill(0)), /^\[0,0,[0,]+…\] \(1000000 entries\)$/)
  assert.match(shown(new Float64Array(1e6)), /^\[0,0,[0,]+…/)
  let deep: unknown = 1
  for (let i = 0; i < 50_000; i++) deep = [deep]
  assert.equal(shown(deep), `${"[".repeat(80)}…] (1 entries)`)
  const read: PropertyKey[] = []
  const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`key ${i}`, i]))
  shown(new Proxy(wide, { get: (target, key) => read.push(key) && Reflect.get(target, key) }))
  assert.ok(read.length < 50, `${read.length} fields read`)
})

test("shown() has a text for every value, at most as long as a line", () => {
  const circle: unknown[] = []
  circle.push(circle, circle)
  const itself = { toJSON: (): unknown => itself }
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const throwing = Object.defineProperty({}, "a", { enumerable: true, get: () => assert.fail("read") })
  for (const value of [
    circle,
    itself,
    revoked.proxy,
    throwing,
    () => 1,
    Symbol("s"),
    null,
    new Map(),
    Object.create(null)
  ])
    assert.ok(shown(value).length < 120 && shown(value) !== "")
  assert.equal(shown(throwing), "a value that cannot be read")
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withTypedArray: true }), (x) => assert.ok(shown(x).length < 120))
  )
})

test("shortened() leaves short texts alone and cuts no character in two", () => {
  assert.equal(shortened("abc"), "abc")
  assert.equal(shortened("😀😀😀", 3), "😀… (6 characters)")
})

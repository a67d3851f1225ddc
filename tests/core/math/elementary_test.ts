import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { gunzipSync } from "node:zlib"
import fc from "fast-check"
import { fma } from "../../../core/math/fma.ts"
import { cos, exp, log, log1p, sin, tanh } from "../../../core/math/mod.ts"

type Pairs = readonly (readonly [number, number])[]
const url = new URL("../../fixtures/math/elementary.json.gz", import.meta.url)
const reference: Record<string, Pairs> = JSON.parse(gunzipSync(readFileSync(url)).toString())

/** The distance to the next double away from zero. */
const ulp = (x: number): number => {
  const bits = new BigInt64Array(1)
  const value = new Float64Array(bits.buffer)
  value[0] = Math.abs(x)
  bits[0]! += 1n
  return value[0]! - Math.abs(x)
}
const within = (got: number, want: number, ulps: number): boolean =>
  Object.is(got, want) || Math.abs(got - want) <= ulps * ulp(want)

/** An error below 0.51 ulp leaves at most one value in a hundred off the nearest double, and then by one ulp. */
const nearlyAlwaysNearest = (f: (x: number) => number, pairs: Pairs): void => {
  for (const [x, want] of pairs) assert.ok(within(f(x), want, 1), `${x}: ${f(x)} and ${want}`)
  const off = pairs.filter(([x, want]) => f(x) !== want).length
  assert.ok(off <= pairs.length / 100, `${off} of ${pairs.length} are not the nearest double`)
}

test("sin() and cos() below π/4 are the C library's, also where it does not give the nearest double", () => {
  for (const [x, want] of reference.sin!) assert.equal(sin(x), want, `sin ${x}`)
  for (const [x, want] of reference.cos!) assert.equal(cos(x), want, `cos ${x}`)
})

test("sin() and cos() of reduced arguments, small and huge, are the nearest doubles or next to them", () => {
  nearlyAlwaysNearest(sin, reference.sin_reduced!)
  nearlyAlwaysNearest(cos, reference.cos_reduced!)
})

for (const [name, f] of Object.entries({ exp, log, log1p, tanh }))
  test(`${name}() is the nearest double or next to it`, () => nearlyAlwaysNearest(f, reference[name]!))

test("every function agrees with the engine's own to one or two ulp", () => {
  const pairs = { sin: [sin, Math.sin], cos: [cos, Math.cos], exp: [exp, Math.exp], tanh: [tanh, Math.tanh] } as const
  for (const [name, [ours, theirs]] of Object.entries(pairs))
    fc.assert(
      fc.property(fc.double({ min: -50, max: 50, noNaN: true }), (x) =>
        assert.ok(within(ours(x), theirs(x), 2), `${name} ${x}`)
      )
    )
  fc.assert(
    fc.property(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), (x) => {
      assert.ok(within(log(x), Math.log(x), 2), `log ${x}`)
      assert.ok(within(log1p(x), Math.log1p(x), 2), `log1p ${x}`)
    })
  )
})

test("special arguments give what IEEE 754 recommends", () => {
  const wanted: readonly (readonly [(x: number) => number, number, number])[] = [
    [sin, -0, -0], [sin, Infinity, NaN], [sin, NaN, NaN], [sin, 5e-324, 5e-324],
    [cos, -0, 1], [cos, -Infinity, NaN], [cos, NaN, NaN],
    [exp, -Infinity, 0], [exp, Infinity, Infinity], [exp, 0, 1], [exp, -0, 1], [exp, NaN, NaN], [exp, 710, Infinity], [exp, -745, 5e-324], [exp, -746, 0],
    [log, 0, -Infinity], [log, -0, -Infinity], [log, -1, NaN], [log, 1, 0], [log, Infinity, Infinity], [log, 5e-324, -744.4400719213812],
    [log1p, -1, -Infinity], [log1p, -2, NaN], [log1p, -0, -0], [log1p, Infinity, Infinity], [log1p, 1.7e308, 709.7268368932282],
    [tanh, -0, -0], [tanh, Infinity, 1], [tanh, -Infinity, -1], [tanh, NaN, NaN], [tanh, 30, 1]
  ] // biome-ignore format: a table
  for (const [f, x, want] of wanted) assert.ok(Object.is(f(x), want), `${f.name}(${x}) is ${f(x)}, not ${want}`)
})

test("sin() and tanh() are odd, cos() is even, to the bit", () =>
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
      assert.ok(Object.is(sin(-x), -sin(x)) || x === 0)
      assert.ok(Object.is(tanh(-x), -tanh(x)))
      assert.ok(Object.is(cos(-x), cos(x)))
    })
  ))

test("fma() rounds a·b + c once", () => {
  // In units of 2^−240 everything here is an integer; Number() of an integer rounds once.
  const exact = (x: number): bigint => BigInt(x * 2 ** 120)
  const number = fc.double({ min: -4, max: 4, noNaN: true }).map((x) => (Math.abs(x) < 2 ** -60 ? 0 : x))
  fc.assert(
    fc.property(number, number, number, (a, b, c) => {
      const want = Number(exact(a) * exact(b) + exact(c) * (1n << 120n)) / 2 ** 240
      assert.equal(fma(a, b, c), want === 0 ? 0 : want)
    }),
    { numRuns: 2000 }
  )
  // Ties that two roundings get wrong: the product is just above or below half a unit in the last place of c.
  const unit = 2 ** -52
  assert.equal(fma(unit / 2, 1 + unit, 1), 1 + unit)
  assert.equal(fma(unit / 2, 1 - unit / 2, 1), 1)
  assert.equal(fma(-unit / 4, 1 + unit, 1), 1 - unit / 2)
})

test("the bits of a sweep are these, whatever the engine", () => {
  const bits = new Int32Array(2)
  const value = new Float64Array(bits.buffer)
  let hash = 0x811c9dc5 | 0
  for (const f of [sin, cos, exp, log, log1p, tanh])
    for (let i = 1; i <= 5000; i++) {
      value[0] = f((i * i) / 250000)
      hash = Math.imul(Math.imul(hash ^ bits[0]!, 16777619) ^ bits[1]!, 16777619)
    }
  assert.equal((hash >>> 0).toString(16), "ba4ac847")
})

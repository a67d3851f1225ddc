import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as Either from "fp-ts/lib/Either.js"
import {
  choice,
  copyStream,
  fillIntegers,
  fillNormal,
  fillPermutation,
  fillRandom,
  fillUniform,
  integers,
  key,
  loadStream,
  permutation,
  random,
  type Stream,
  saveStream,
  standardNormal,
  stream,
  uniform
} from "../../../core/random/mod.ts"

const right = <E, A>(value: Either.Either<E, A>): A => {
  if (Either.isLeft(value)) throw new Error(JSON.stringify(value.left))
  return value.right
}
const fresh = (seed: number): Stream => stream(right(key(seed)))
const seed = fc.nat(1_000_000)

test("choice() without replacement is NumPy's on its three ways", () => {
  // Golden: numpy 2.4.6, default_rng(7).
  const some = (n: number, size: number, p?: readonly number[]) =>
    [...right(choice(fresh(7), n, size, { replace: false, ...(p && { p }) }))].slice(0, 6)
  assert.deepEqual(some(20000, 500), [7349, 10231, 16198, 13269, 12921, 3744])
  assert.deepEqual(some(20000, 300), [2591, 14841, 4839, 19012, 19545, 3684])
  assert.deepEqual(some(5, 3), [2, 3, 4])
  assert.deepEqual(some(1, 1), [0])
  assert.deepEqual(some(6, 4, [0.1, 0.2, 0.3, 0.2, 0.1, 0.1]), [3, 4, 1, 2])
  const heavy = [0.05, 0.05, 0.5, 0.3, 0.05, 0.05]
  const all = [0, 1, 2, 3].map((s) => [...right(choice(fresh(s), 6, 6, { replace: false, p: heavy }))])
  assert.deepEqual(all, [
    [3, 2, 0, 4, 5, 1],
    [2, 5, 4, 3, 0, 1],
    [2, 3, 1, 0, 5, 4],
    [1, 2, 3, 4, 0, 5]
  ])
})

test("permutation() and integers() beyond 16 and 32 bits are NumPy's", () => {
  // Golden: numpy 2.4.6, default_rng(7).
  assert.deepEqual([...permutation(fresh(7), 70000).slice(0, 5)], [15808, 48179, 11705, 6440, 12002])
  let s = fresh(7)
  const wide = Array.from({ length: 5 }, () => integers(s, 0, 2 ** 31 + 12345))
  assert.deepEqual(wide, [1469273672, 483631537, 1875952523, 1763584737, 282268421])
  s = fresh(7)
  const wider = Array.from({ length: 3 }, () => integers(s, -(2 ** 52), 2 ** 52 - 1))
  assert.ok(wider.every((x) => Number.isSafeInteger(x) && Math.abs(x) <= 2 ** 52))
})

test("a saved stream goes on as the original, whatever was drawn before", () =>
  fc.assert(
    fc.property(seed, fc.array(fc.nat(3), { maxLength: 30 }), (n, draws) => {
      const s = fresh(n)
      const kinds = [() => random(s), () => standardNormal(s), () => integers(s, 0, 7), () => integers(s, 0, 2 ** 40)]
      for (const d of draws) kinds[d]?.()
      const loaded = right(loadStream(saveStream(s)))
      const copied = copyStream(s)
      const next = (x: Stream) => [integers(x, 0, 9), random(x), integers(x, 0, 9), standardNormal(x)]
      const want = next(s)
      assert.deepEqual(next(loaded), want)
      assert.deepEqual(next(copied), want)
      assert.equal(saveStream(loaded), saveStream(s))
    })
  ))

test("loadStream() refuses text that saveStream() cannot have written", () => {
  const good = saveStream(fresh(1))
  for (const bad of ["", "pcg64", good.slice(1), `${good}0`, good.replace("pcg64", "mt19937"), good.toUpperCase()]) {
    const refused = loadStream(bad)
    assert.ok(Either.isLeft(refused), bad)
    assert.match(refused.left.message, /^Cannot load random stream: want pcg64:.*, got /)
  }
})

test("fills draw what single calls draw, and only where told", () =>
  fc.assert(
    fc.property(seed, fc.nat(20), fc.nat(20), (n, from, count) => {
      const to = from + count
      const check = (fill: (s: Stream, out: Float64Array) => void, one: (s: Stream) => number): void => {
        const out = new Float64Array(45).fill(-7)
        const [a, b] = [fresh(n), fresh(n)]
        fill(a, out)
        const want = Array.from(out, (_, i) => (i >= from && i < to ? one(b) : -7))
        assert.deepEqual([...out], want)
        assert.equal(saveStream(a), saveStream(b))
      }
      check((s, out) => fillRandom(s, out.subarray(from, to)), random)
      check(
        (s, out) => fillUniform(s, 2, 5, out.subarray(from, to)),
        (s) => uniform(s, 2, 5)
      )
      check((s, out) => fillNormal(s, out.subarray(from, to)), standardNormal)
      check(
        (s, out) => fillIntegers(s, -3, 12, out.subarray(from, to)),
        (s) => integers(s, -3, 12)
      )
    })
  ))

test("integers() stays in its range and NaN answers a range that is none", () =>
  fc.assert(
    fc.property(seed, fc.maxSafeInteger(), fc.integer({ min: 1, max: 2 ** 50 }), (n, low, width) => {
      const high = Math.min(low + width, Number.MAX_SAFE_INTEGER)
      fc.pre(low < high)
      const x = integers(fresh(n), low, high)
      assert.ok(x >= low && x < high && Number.isSafeInteger(x))
      assert.ok(Number.isNaN(integers(fresh(n), high, low)))
      assert.ok(Number.isNaN(integers(fresh(n), low, low)))
    })
  ))

test("choice() and permutation() give distinct indices of the range", () =>
  fc.assert(
    fc.property(seed, fc.integer({ min: 1, max: 300 }), fc.nat(), (n, count, part) => {
      const size = part % (count + 1)
      const drawn = right(choice(fresh(n), count, size, { replace: false }))
      assert.equal(new Set(drawn).size, size)
      assert.ok(drawn.every((i) => i >= 0 && i < count))
      const out = new Int32Array(count)
      fillPermutation(fresh(n), out)
      assert.deepEqual(
        [...out].sort((a, b) => a - b),
        Array.from(out, (_, i) => i)
      )
      assert.deepEqual(out, permutation(fresh(n), count))
    })
  ))

test("choice() refuses what cannot be drawn, naming the field", () => {
  const field = (n: number, size: number, options = {}): string => {
    const refused = choice(fresh(0), n, size, options)
    return Either.isLeft(refused) ? refused.left.want.split(" ")[0]! : "accepted"
  }
  assert.equal(field(0, 1), "n")
  assert.equal(field(2.5, 1), "n")
  assert.equal(field(3, -1), "size")
  assert.equal(field(3, 4, { replace: false }), "size")
  assert.equal(field(3, 1, { p: [0.5, 0.5] }), "p")
  assert.equal(field(2, 1, { p: [1.5, -0.5] }), "p[1]")
  assert.equal(field(2, 1, { p: [0.5, 0.4] }), "p")
  assert.equal(field(3, 2, { p: [1, 0, 0], replace: false }), "p")
})

test("normals have the moments of the normal distribution within five standard errors", () => {
  const z = new Float64Array(200000)
  fillNormal(fresh(11), z)
  const moment = (k: number): number => z.reduce((a, x) => a + x ** k, 0) / z.length
  // Variances of x, x², x³, x⁴ under the normal law: 1, 2, 15, 96.
  for (const [k, mean, variance] of [
    [1, 0, 1],
    [2, 1, 2],
    [3, 0, 15],
    [4, 3, 96]
  ] as const)
    assert.ok(Math.abs(moment(k) - mean) < 5 * Math.sqrt(variance / z.length), `moment ${k}: ${moment(k)}`)
})

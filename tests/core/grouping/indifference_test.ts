import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { group, groupingMethods, indifference, partitionValue } from "../../../core/grouping/mod.ts"
import { draws, matrix, planted, right } from "./support.ts"

const flat = (rows: readonly (readonly number[])[]): Float64Array => Float64Array.from(rows.flat())
const of = (n: number, f: (i: number, j: number) => number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => f(i, j)))

test("indifference() finds zero and constant matrices, whatever is on the diagonal", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 9 }),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 9, maxLength: 9 }),
      (n, value, diagonal) => {
        assert.equal(indifference(n, new Float64Array(n * n))?.kind, "equal")
        const found = indifference(n, flat(of(n, (i, j) => (i === j ? diagonal[i]! : value))))
        assert.equal(found?.kind, "equal")
        assert.match(found.message, /^these tasks do not differ: .*; groups would be arbitrary$/)
      }
    )
  ))

test("indifference() counts what is rounding to the precision of the numbers", () => {
  const noisy = (size: number, round: (x: number) => number) => {
    const u = draws(3)
    return flat(planted([0, 1, 2, 3, 4, 5], 0, u).map((row, i) => row.map((_, j) => round(1 + size * ((i * j) % 3)))))
  }
  assert.equal(
    indifference(
      6,
      noisy(1e-15, (x) => x)
    )?.kind,
    "equal"
  )
  assert.equal(
    indifference(
      6,
      noisy(1e-10, (x) => x)
    ),
    undefined
  )
  assert.equal(indifference(6, noisy(1e-7, Math.fround))?.kind, "equal")
  assert.equal(indifference(6, noisy(1e-4, Math.fround)), undefined)
  assert.equal(indifference(6, flat(of(6, (i, j) => 1e6 + ((i * j) % 3)))), undefined)
})

test("indifference() finds that every split is worth the same where tasks only add up, and then it is", () =>
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -999, max: 999 }), { minLength: 3, maxLength: 8 }),
      fc.integer({ min: -9, max: 9 }),
      fc.array(fc.nat(), { minLength: 16, maxLength: 16 }),
      (a, c, picks) => {
        const n = a.length
        const u = flat(of(n, (i, j) => a[i]! + a[j]! + (i === j ? c : 0)))
        assert.ok(indifference(n, u) !== undefined)
        const k = 1 + (picks[0]! % n)
        const [one, other] = [0, 8].map((from) =>
          partitionValue(
            n,
            u,
            Array.from({ length: n }, (_, i) => (i < k ? i : picks[from + i]! % k)),
            k
          )
        )
        assert.ok(Math.abs(one! - other!) <= 1e-9)
      }
    )
  ))

test("indifference() says nothing of matrices whose pairs differ", () =>
  fc.assert(
    fc.property(matrix(3, 8), (rows) => {
      const n = rows.length
      const u = flat(of(n, (i, j) => rows[i]![j]! + rows[j]![i]! + (i === j ? 0 : Math.sqrt(2 + i * j))))
      assert.equal(indifference(n, u), undefined)
    })
  ))

test("indifference() takes the error of the entries where it is known", () => {
  const plain = flat(planted([0, 0, 0, 1, 1, 1, 2, 2, 2], 0.3, draws(5), 0, 0))
  const groups = flat(planted([0, 0, 0, 1, 1, 1, 2, 2, 2], 0.3, draws(5)))
  // Uniform in ±0.3 deviates by 0.3/√3.
  const noise = 0.3 / Math.sqrt(3)
  assert.equal(indifference(9, plain, noise)?.kind, "noise")
  assert.equal(indifference(9, plain, noise / 3), undefined)
  assert.equal(indifference(9, groups, noise), undefined)
})

test("one task, or two that differ from themselves, are not arbitrary; two equal ones are", () => {
  assert.equal(indifference(1, Float64Array.of(0)), undefined)
  assert.equal(indifference(2, Float64Array.of(1, 0, 0, 1)), undefined)
  assert.equal(indifference(2, Float64Array.of(1, 1, 1, 1))?.kind, "equal")
})

test("group() of tasks that do not differ says so by every method, and auto makes them one group", () => {
  for (const method of groupingMethods)
    for (const rows of [of(5, () => 0), of(5, () => 0.3), of(5, (i, j) => (i === j ? 1 : 0.3))]) {
      const found = right(group(rows, { method, k: 2, stream: draws() }))
      assert.equal(found.indifference?.kind, "equal", method)
      assert.match(found.warnings[0] ?? "", /these tasks do not differ/)
      assert.equal(right(group(rows, { method, k: "auto", stream: draws() })).k, 1)
    }
  assert.equal(
    right(group(planted([0, 0, 1, 1], 0.1, draws()), { method: "sdp", k: 2, stream: draws() })).indifference,
    null
  )
})

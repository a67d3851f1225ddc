import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { key as keyOf, stream } from "../../../core/random/mod.ts"
import { allSubsets, choose, subsets } from "../../../core/surrogate/mod.ts"
import { right } from "../../algorithms/support.ts"

const drawing = fc.integer({ min: 2, max: 12 }).chain((n) =>
  fc.record({
    n: fc.constant(n),
    size: fc.integer({ min: 2, max: n }),
    count: fc.integer({ min: 1, max: 150 }),
    seed: fc.nat()
  })
)

const draw = (x: { readonly n: number; readonly size: number; readonly count: number; readonly seed: number }) =>
  right(subsets(stream(right(keyOf(x.seed))), x.n, x.size, x.count))

test("subsets() are distinct sorted sets of the size asked, no fewer than asked or all there are", () =>
  fc.assert(
    fc.property(drawing, (x) => {
      const drawn = draw(x)
      for (const s of drawn) {
        assert.equal(s.length, x.size)
        assert.ok(s.every((t, i) => Number.isInteger(t) && t >= 0 && t < x.n && (i === 0 || t > s[i - 1]!)))
      }
      assert.equal(new Set(drawn.map((s) => s.join(" "))).size, drawn.length)
      assert.ok(drawn.length >= Math.min(x.count, choose(x.n, x.size)))
      // More than asked only to cover pairs, at least one new pair each.
      assert.ok(drawn.length <= Math.min(x.count, choose(x.n, x.size)) + choose(x.n, 2))
    })
  ))

test("subsets() hold every pair of tasks together at least once", () =>
  fc.assert(
    fc.property(drawing, (x) => {
      const drawn = draw(x)
      for (let i = 0; i < x.n; i++) {
        for (let j = 0; j < i; j++)
          assert.ok(
            drawn.some((s) => s.includes(i) && s.includes(j)),
            `${i} and ${j}`
          )
      }
    })
  ))

test("subsets() have nearly as many of every task as of every other", () => {
  for (const seed of [0, 1, 2]) {
    const drawn = draw({ n: 10, size: 5, count: 100, seed })
    const uses = Array.from({ length: 10 }, (_, t) => drawn.filter((s) => s.includes(t)).length)
    // Halves of permutations: only what was drawn twice, or was cut off at the end, is missing.
    assert.ok(Math.max(...uses) - Math.min(...uses) <= 10, uses.join(" "))
  }
})

test('subsets() with equal keys are equal, and "all" are all there are', () => {
  const x = { n: 9, size: 4, count: 40, seed: 5 }
  assert.deepEqual(draw(x), draw(x))
  assert.notDeepEqual(draw(x), draw({ ...x, seed: 6 }))
  const all = right(subsets(stream(right(keyOf(0))), 6, 3, "all"))
  assert.deepEqual(all, allSubsets(6, 3))
  assert.equal(all.length, 20)
  assert.deepEqual(draw({ ...x, count: choose(9, 4) }), allSubsets(9, 4))
})

test("choose() satisfies Pascal's rule", () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 45 }), fc.integer({ min: 1, max: 44 }), (n, k) => {
      fc.pre(k <= n)
      assert.equal(choose(n + 1, k), choose(n, k) + choose(n, k - 1))
    })
  ))

test("subsets() refuses sizes and counts that cannot be, and says which", () => {
  for (const [n, size, count, message] of [
    [4, 5, 3, "Cannot draw subsets: want size a whole number in 2…4 (tasks), got 5"],
    [4, 1, 3, "Cannot draw subsets: want size a whole number in 2…4 (tasks), got 1"],
    [4, 2.5, 3, "Cannot draw subsets: want size a whole number in 2…4 (tasks), got 2.5"],
    [4, Number.NaN, 3, "Cannot draw subsets: want size a whole number in 2…4 (tasks), got NaN"],
    [
      60,
      6,
      "all",
      'Cannot draw subsets: want count at most 1000000 for "all", got 50063860; ask for a number of random ones'
    ],
    [4, 2, 0, "Cannot draw subsets: want count a whole number >= 1, got 0"],
    [4, 2, 1.5, "Cannot draw subsets: want count a whole number >= 1, got 1.5"]
  ] as const) {
    const refused = subsets(stream(right(keyOf(0))), n, size, count)
    assert.ok(E.isLeft(refused))
    assert.equal(refused.left.message, message)
  }
})

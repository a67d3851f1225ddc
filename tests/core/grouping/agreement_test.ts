import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { agreement } from "../../../core/grouping/mod.ts"
import { left, reference, right } from "./support.ts"

interface Pair {
  readonly a: readonly number[]
  readonly b: readonly number[]
  readonly nmi_arithmetic: number
  readonly ari: number
  readonly contingency: readonly (readonly number[])[]
}

const tolerance = 1e-12

const labels = fc.array(fc.nat(4), { minLength: 1, maxLength: 20 })

test("agreement() gives scikit-learn's NMI and ARI, degenerate labelings included", () => {
  const { pairs } = reference("stats/label_scores") as { readonly pairs: readonly Pair[] }
  for (const pair of pairs) {
    const found = right(agreement(pair.a, pair.b))
    assert.ok(Math.abs(found.nmi - pair.nmi_arithmetic) <= tolerance, `${found.nmi} for ${pair.nmi_arithmetic}`)
    assert.ok(Math.abs(found.ari - pair.ari) <= tolerance, `${found.ari} for ${pair.ari}`)
    // Theirs is ordered by label, ours by first appearance: the same counts.
    const sorted = (table: readonly (readonly number[])[]): number[] => table.flat().sort((x, y) => x - y)
    assert.deepEqual(sorted(found.contingency), sorted(pair.contingency))
  }
})

test("agreement() is symmetric and at most one", () =>
  fc.assert(
    fc.property(labels, fc.array(fc.nat(4), { minLength: 20, maxLength: 20 }), (a, more) => {
      const b = more.slice(0, a.length)
      const there = right(agreement(a, b))
      const back = right(agreement(b, a))
      assert.ok(Math.abs(there.nmi - back.nmi) <= tolerance)
      assert.ok(Math.abs(there.ari - back.ari) <= tolerance)
      assert.equal(there.accuracy, back.accuracy)
      assert.ok(there.nmi >= 0 && there.nmi <= 1 && there.ari <= 1 + tolerance)
    })
  ))

test("agreement() with other numbers for the same groups is one", () =>
  fc.assert(
    fc.property(labels, (a) => {
      const found = right(
        agreement(
          a,
          a.map((x) => 7 - 3 * x)
        )
      )
      assert.ok(Math.abs(found.nmi - 1) <= tolerance)
      assert.deepEqual([found.ari, found.accuracy], [1, 1])
    })
  ))

test("agreement() matches groups so that most tasks agree, like trying every matching", () =>
  fc.assert(
    fc.property(
      fc.array(fc.nat(3), { minLength: 1, maxLength: 14 }),
      fc.array(fc.nat(3), { minLength: 14, maxLength: 14 }),
      (a, more) => {
        const b = more.slice(0, a.length)
        const best = Math.max(
          ...permutations([0, 1, 2, 3]).map((to) => a.filter((label, task) => to[label] === b[task]).length)
        )
        assert.ok(Math.abs(right(agreement(a, b)).accuracy - best / a.length) <= tolerance)
      }
    )
  ))

test("agreement() refuses labelings of different tasks", () => {
  assert.match(left(agreement([0, 1], [0])).message, /want length 2, as the other grouping, got length 1/)
  assert.equal(left(agreement([], [])).doing, "group by labels")
})

const permutations = (x: readonly number[]): number[][] =>
  x.length === 0 ? [[]] : x.flatMap((head) => permutations(x.filter((y) => y !== head)).map((rest) => [head, ...rest]))

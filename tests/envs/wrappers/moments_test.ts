import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { addRow, deviations, mergeMoments, noMoments } from "../../../envs/mod.ts"

const value = fc.double({ min: -1e3, max: 1e3, noNaN: true })
const rows = fc.array(fc.tuple(value, value), { maxLength: 30 })
const of = (list: readonly (readonly [number, number])[]) => list.reduce(addRow, noMoments(2))
const near = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * (1 + Math.abs(a) + Math.abs(b)) * 1e3

test("moments are those of two passes over all rows, however the rows are split", () =>
  fc.assert(
    fc.property(rows, rows, (a, b) => {
      const all = [...a, ...b]
      const merged = mergeMoments(of(a), of(b))
      assert.equal(merged.count, all.length)
      for (const i of [0, 1]) {
        const mean = all.reduce((sum, r) => sum + r[i]!, 0) / Math.max(1, all.length)
        const squares = all.reduce((sum, r) => sum + (r[i]! - mean) ** 2, 0)
        assert.ok(near(merged.mean[i]!, mean))
        assert.ok(near(merged.squares[i]!, squares))
      }
    })
  ))

test("moments of nothing change nothing, and what does not vary has deviation 1", () => {
  const some = of([
    [1, 5],
    [3, 5]
  ])
  assert.deepEqual(mergeMoments(some, noMoments(2)), some)
  assert.deepEqual(mergeMoments(noMoments(2), some), some)
  assert.deepEqual(deviations(some), [1, 1])
})

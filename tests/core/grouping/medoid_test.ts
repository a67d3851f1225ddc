import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { medoid } from "../../../core/grouping/mod.ts"

/** 0 is of use to 1 and 2; 3 would be to all, but is in no group with them. */
const u = Float64Array.of(9, 1, 2, 8, 5, 9, 1, 8, 4, 2, 9, 8, 0, 0, 0, 0)

test("medoid() takes the member that is of most use to the others, not to itself", () => {
  assert.equal(medoid(4, u, [0, 1, 2]), 0)
  assert.equal(medoid(4, u, [1, 2]), 1)
  assert.equal(medoid(4, u, [0, 1, 2, 3]), 3)
})

test("medoid() of one task is that task, and of equal ones the first", () => {
  assert.equal(medoid(4, u, [2]), 2)
  assert.equal(medoid(3, new Float64Array(9), [2, 0, 1]), 2)
})

test("medoid() does not change with a shift or a positive scale of the affinities", () =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 25, maxLength: 25 }), (values) => {
      const of = (f: (x: number) => number) => medoid(5, Float64Array.from(values, f), [0, 1, 3, 4])
      assert.equal(
        of((x) => x),
        of((x) => 4 * x + 16)
      )
    })
  ))

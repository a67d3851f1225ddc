import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { partition, partitionValue, roundToGroups, sdp, unpackRows } from "../../../core/grouping/mod.ts"
import { draws, matrix, packedOf, planted, right } from "./support.ts"

const dense = (rows: readonly (readonly number[])[]): Float64Array =>
  Float64Array.from(rows.flatMap((row, i) => row.map((x, j) => 0.5 * (x + rows[j]![i]!))))

const rounded = (rows: readonly (readonly number[])[], k: number, index = 0): Int32Array => {
  const n = rows.length
  const { matrix: packed } = right(sdp(n, packedOf(rows), { kind: "groups", k }))
  const x = Float64Array.from(unpackRows(n, packed).flat())
  return roundToGroups({ n, u: dense(rows), x, k }, draws(index))
}

const problem = matrix(1, 9).chain((rows) => fc.integer({ min: 1, max: rows.length }).map((k) => ({ rows, k })))

test("roundToGroups() gives exactly k groups, none empty", () =>
  fc.assert(fc.property(problem, ({ rows, k }) => assert.equal(partition(rounded(rows, k)).k, k))))

test("roundToGroups() is not worth more than the bound", () =>
  fc.assert(
    fc.property(problem, ({ rows, k }) => {
      const n = rows.length
      const { bound } = right(sdp(n, packedOf(rows), { kind: "groups", k }))
      const value = partitionValue(n, dense(rows), rounded(rows, k), k)
      assert.ok(value <= bound + 1e-12 * n * n)
    })
  ))

test("roundToGroups() cannot be improved by moving a task or exchanging two", () =>
  fc.assert(
    fc.property(problem, ({ rows, k }) => {
      const n = rows.length
      const u = dense(rows)
      const labels = rounded(rows, k)
      const value = partitionValue(n, u, labels, k)
      const size = (c: number): number => labels.filter((x) => x === c).length
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          const moved = labels.slice()
          moved[i] = labels[j]!
          const exchanged = moved.slice()
          exchanged[j] = labels[i]!
          if (size(labels[i]!) > 1) assert.ok(partitionValue(n, u, moved, k) <= value + 1e-10 * n)
          assert.ok(partitionValue(n, u, exchanged, k) <= value + 1e-10 * n)
        }
    })
  ))

test("roundToGroups() finds the best partition of small noisy problems in nine of ten cases", () => {
  let best = 0
  for (let index = 0; index < 50; index++) {
    const rows = planted([0, 0, 1, 1, 1, 2, 2], 1.5, draws(index))
    const u = dense(rows)
    const found = partitionValue(7, u, rounded(rows, 3, index), 3)
    if (found >= bestOfAll(7, u, 3) - 1e-9) best++
  }
  assert.ok(best >= 45, `${best} of 50`)
})

test("roundToGroups() gives the same for the same draws", () => {
  const rows = planted([0, 1, 2, 0, 1, 2, 0, 1], 2, draws(9))
  assert.deepEqual(rounded(rows, 3, 4), rounded(rows, 3, 4))
})

/** By trying all labelings. */
const bestOfAll = (n: number, u: Float64Array, k: number): number => {
  let best = Number.NEGATIVE_INFINITY
  for (let code = 0; code < k ** n; code++) {
    const labels = Array.from({ length: n }, (_, i) => Math.floor(code / k ** i) % k)
    if (partition(labels).k === k) best = Math.max(best, partitionValue(n, u, labels, k))
  }
  return best
}

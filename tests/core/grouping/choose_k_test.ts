import assert from "node:assert/strict"
import { test } from "node:test"
import { chooseK } from "../../../core/grouping/mod.ts"
import { draws, planted } from "./support.ts"

const dense = (rows: readonly (readonly number[])[]): Float64Array => Float64Array.from(rows.flat())

const chosen = (labels: readonly number[], noise: number, index: number): number => {
  const rows = planted(labels, noise, draws(index))
  return chooseK(labels.length, dense(rows), draws(1000 + index)).k
}

/** How often the planted number is found over 20 matrices. */
const hits = (labels: readonly number[], noise: number, k: number): number =>
  Array.from({ length: 20 }, (_, index) => chosen(labels, noise, index)).filter((found) => found === k).length

test("chooseK() recovers the planted number of groups under noise of half to three quarters their contrast", () => {
  assert.ok(hits([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], 0.75, 2) >= 19)
  assert.ok(hits([0, 0, 0, 0, 1, 1, 1, 2, 2, 2], 0.5, 3) >= 19)
  assert.ok(hits([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3], 0.75, 4) >= 19)
})

test("chooseK() recovers groups of very different sizes", () =>
  assert.ok(hits([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2], 0.5, 3) >= 19))

test("chooseK() finds one group in noise at least four times in five", () => {
  assert.ok(hits([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0.5, 1) >= 16)
})

test("chooseK() does not change with scale, offset or a constant on the diagonal", () => {
  const rows = planted([0, 0, 1, 1, 2, 2, 2, 0], 0.4, draws(1))
  const changed = rows.map((row, i) => row.map((x, j) => 1e3 * x - 5e3 + (i === j ? 2e3 : 0)))
  assert.equal(chooseK(8, dense(changed), draws(2)).k, chooseK(8, dense(rows), draws(2)).k)
})

test("chooseK() shows its evidence: a row for each k, gaps and the prices that would choose it", () => {
  const rows = planted([0, 0, 0, 0, 1, 1, 1, 1], 0.2, draws(3))
  const { k, evidence } = chooseK(8, dense(rows), draws(4), { most: 6 })
  assert.equal(k, 2)
  assert.deepEqual(
    evidence.map((e) => e.k),
    [1, 2, 3, 4, 5, 6]
  )
  for (const e of evidence) assert.equal(e.gap, e.value - e.chanceMean)
  const { prices } = evidence[1]!
  assert.ok(prices !== undefined && prices.from < 1.5 && prices.to > 1.5)
})

test("chooseK() of one task, and of tasks that are all alike, is one", () => {
  assert.equal(chooseK(1, Float64Array.of(3), draws()).k, 1)
  assert.equal(chooseK(6, new Float64Array(36).fill(0.7), draws()).k, 1)
})

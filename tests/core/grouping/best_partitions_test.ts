import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { type BestPartition, bestPartitions, partition } from "../../../core/grouping/mod.ts"

/** Every partition of n tasks, as labels. */
const allPartitions = (n: number): readonly (readonly number[])[] => {
  const out: (readonly number[])[] = []
  const extend = (labels: readonly number[], k: number): void => {
    if (labels.length === n) out.push(labels)
    else for (let g = 0; g <= k; g++) extend([...labels, g], Math.max(k, g + 1))
  }
  extend([], 0)
  return out
}

const totalOf = (labels: readonly number[], value: (members: readonly number[]) => number): number =>
  partition(labels).groups.reduce((sum, g) => sum + value(g), 0)

/** Any number for any group: what no structure helps to guess. */
const arbitrary =
  (seed: number) =>
  (members: readonly number[]): number =>
    Math.sin(seed + members.reduce((h, i) => h * 31 + i + 1, 7)) * members.length

test("for every number of groups no partition of up to seven tasks is worth more than the one that is found", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 7 }), fc.integer({ min: 0, max: 10_000 }), (n, seed) => {
      const value = arbitrary(seed)
      const every = allPartitions(n)
      for (const [index, found] of bestPartitions(n, value).entries()) {
        const k = index + 1
        const best = Math.max(...every.filter((l) => Math.max(...l) + 1 === k).map((l) => totalOf(l, value)))
        assert.equal(found.k, k)
        assert.ok(Math.abs(found.value - best) < 1e-9, `${n} tasks, ${k} groups: ${found.value} of ${best}`)
        assert.ok(Math.abs(totalOf(found.labels, value) - found.value) < 1e-9)
      }
    }),
    { numRuns: 60 }
  )
})

/** A group's value where tasks of one class help each other and others harm, less the more of them there are. */
const planted = (classes: number) => (members: readonly number[]) =>
  members.reduce(
    (sum, i) => sum + members.reduce((s, j) => s + (i % classes === j % classes ? 1 : -1), 0) / members.length,
    0
  )

const changed = ({ labels, k }: BestPartition): readonly (readonly number[])[] =>
  labels.flatMap((own, i) =>
    Array.from({ length: k }, (_, g) => labels.map((l, j) => (j === i ? g : l))).filter(
      (l) => l[i] !== own && new Set(l).size === k
    )
  )

test("beyond twelve tasks planted groups are found, and no move of one task to another group is worth more", () => {
  for (const [n, classes] of [
    [16, 2],
    [21, 3],
    [40, 4]
  ] as const) {
    const value = planted(classes)
    const found = bestPartitions(n, value)
    assert.equal(found.length, n)
    const labels = Array.from({ length: n }, (_, i) => i % classes)
    assert.deepEqual(found[classes - 1]!.labels, labels)
    for (const p of found.slice(0, 6)) {
      for (const other of changed(p)) assert.ok(totalOf(other, value) <= p.value + 1e-9, `${n} tasks, ${p.k} groups`)
    }
  }
})

test("where groups add nothing every number of them is worth the same", () => {
  for (const n of [5, 14]) {
    for (const p of bestPartitions(n, (members) => members.length)) assert.equal(p.value, n)
  }
})

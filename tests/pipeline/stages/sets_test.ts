import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { zeroKey } from "../../../core/random/mod.ts"
import { comparedSets, type SetKind, type SetsAsked } from "../../../pipeline/stages/sets.ts"

const affinity = (n: number, values: readonly number[]) => ({ n, values: Float64Array.from(values) })

const asked = (chosen: readonly number[], cosine = chosen, more: Partial<SetsAsked> = {}): SetsAsked => {
  const u = affinity(
    chosen.length,
    Array.from({ length: chosen.length ** 2 }, (_, i) => (i * 7) % 5)
  )
  const affinities = { chosen: u, cosine: u }
  const sizes = { pick: "draw", seeds: 3, randomDraws: 5 } as const
  return { labels: { chosen, cosine }, affinities, ...sizes, architectures: ["paco"], key: zeroKey, ...more }
}

const trialsOf = (a: SetsAsked, kind: SetKind) => comparedSets(a).rows.find((r) => r.kind === kind)?.trials ?? []

const labels = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 9 })

test("comparedSets() takes one task of each group, as many at random, and all for every architecture, for every seed", () =>
  fc.assert(
    fc.property(labels, fc.constantFrom("draw" as const, "medoid" as const), (chosen, pick) => {
      const k = new Set(chosen).size
      const { rows, leftOut } = comparedSets(asked(chosen, chosen, { pick }))
      for (const { kind, trials } of rows) {
        assert.deepEqual([...new Set(trials.map((t) => t.seed))].sort(), [0, 1, 2])
        for (const { tasks, architecture } of trials) {
          assert.equal(architecture, kind === "architecture" ? "paco" : undefined)
          assert.equal(new Set(tasks).size, kind === "all" || kind === "architecture" ? chosen.length : k)
          assert.deepEqual(
            tasks,
            tasks.toSorted((a, b) => a - b)
          )
          if (kind === "chosen" || kind === "similarity") assert.equal(new Set(tasks.map((t) => chosen[t])).size, k)
        }
      }
      assert.equal(leftOut.length, k === chosen.length ? 1 : 0)
      assert.equal(rows.length, 5 - leftOut.length)
    })
  ))

test("equal groups give equal sets, by whatever affinity they were made, and a seed's draw is its own", () => {
  const groups = [0, 0, 0, 0, 1, 1, 1, 1]
  const a = asked(groups, groups, { seeds: 8 })
  const chosen = trialsOf(a, "chosen")
  assert.deepEqual(chosen, trialsOf(a, "similarity"))
  assert.ok(new Set(chosen.map((t) => t.tasks.join())).size > 1)
  assert.deepEqual(trialsOf({ ...a, seeds: 2 }, "chosen"), chosen.slice(0, 2))
})

test("medoids are those of the affinity that made the groups, the same for all seeds", () => {
  const u = affinity(4, [0, 1, 0, 0, 5, 0, 0, 0, 0, 0, 0, 7, 0, 0, 1, 0])
  const v = affinity(4, [0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 7, 0])
  const a = { ...asked([0, 0, 1, 1]), pick: "medoid" as const, affinities: { chosen: u, cosine: v } }
  const sets = (kind: SetKind) => trialsOf(a, kind).map((t) => t.tasks)
  assert.deepEqual(sets("chosen"), [
    [0, 3],
    [0, 3],
    [0, 3]
  ])
  assert.deepEqual(sets("similarity")[0], [1, 2])
})

test("random sets are dealt out to the seeds, each trained once", () => {
  const trials = trialsOf(asked([0, 0, 1, 1, 2, 2]), "random")
  assert.deepEqual(
    trials.map(({ seed, draw }) => [seed, draw]),
    [
      [0, 0],
      [1, 1],
      [2, 2],
      [0, 3],
      [1, 4]
    ]
  )
})

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { key as keyOf, stream } from "../../../core/random/mod.ts"
import { allSubsets, type SubsetScore } from "../../../core/surrogate/mod.ts"
import { ceiling, deviations, rankCorrelation } from "../../../pipeline/stages/agreement.ts"
import { comparable, meanScores, sampleSubsets } from "../../../pipeline/stages/truth.ts"
import { right } from "../../algorithms/support.ts"

const drawing = (seed: number) => stream(right(keyOf(seed)))

/** Performances of all pairs of six tasks, no two alike. */
const scored = fc
  .uniqueArray(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 30, maxLength: 30 })
  .map((values) =>
    allSubsets(6, 2).map(
      (tasks, k): SubsetScore => ({ tasks, values: [values[2 * k]! / 100, values[2 * k + 1]! / 100] })
    )
  )

test("sampleSubsets() takes distinct subsets, every task about equally often", () =>
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 60 }), (seed, count) => {
      const all = allSubsets(10, 2)
      const chosen = sampleSubsets(stream(right(keyOf(seed))), all, count)
      assert.equal(chosen.length, Math.min(count, all.length))
      assert.equal(new Set(chosen).size, chosen.length)
      const uses = Array.from({ length: 10 }, (_, t) => chosen.filter((k) => all[k]!.includes(t)).length)
      assert.ok(Math.max(...uses) - Math.min(...uses) <= 3, uses.join(" "))
    })
  ))

test("deviations() leave nothing of a task's own level", () =>
  fc.assert(
    fc.property(scored, fc.array(fc.integer({ min: -999, max: 999 }), { minLength: 6, maxLength: 6 }), (s, level) => {
      const lifted = s.map((x) => ({ ...x, values: x.values.map((v, a) => v + level[x.tasks[a]!]!) }))
      const [plain, same] = [deviations(s, 6), deviations(lifted, 6)]
      plain.forEach((d, i) => {
        assert.ok(Math.abs(d.value - same[i]!.value) < 1e-8)
      })
      for (let t = 0; t < 6; t++) {
        const sum = plain.filter((d) => d.task === t).reduce((total, d) => total + d.value, 0)
        assert.ok(Math.abs(sum) < 1e-8)
      }
    })
  ))

test("rankCorrelation() is 1 for what rises together, −1 for the opposite, within its interval", () =>
  fc.assert(
    fc.property(scored, fc.nat(), (s, seed) => {
      const stretched = s.map((x) => ({ ...x, values: x.values.map((v) => 3 * v + 1) }))
      const opposite = s.map((x) => ({ ...x, values: x.values.map((v) => -v) }))
      const up = rankCorrelation(s, stretched, 6, drawing(seed))
      assert.ok(Math.abs(up.value - 1) < 1e-9, `${up.value}`)
      const down = rankCorrelation(s, opposite, 6, drawing(seed))
      assert.ok(Math.abs(down.value + 1) < 1e-9, `${down.value}`)
      for (const r of [up, down]) assert.ok(r.low <= r.value + 1e-9 && r.high >= r.value - 1e-9 && r.n === 30)
    }),
    { numRuns: 20 }
  ))

test("meanScores() averages repeats, and ceiling() of equal halves is 1, of one repeat nothing", () =>
  fc.assert(
    fc.property(scored, fc.nat(), (s, seed) => {
      const more = s.map((x) => ({ ...x, values: x.values.map((v) => v + 2) }))
      meanScores([s, more]).forEach((x, k) => {
        x.values.forEach((v, a) => {
          assert.ok(Math.abs(v - s[k]!.values[a]! - 1) < 1e-8)
        })
      })
      assert.equal(ceiling([s], 6, 2, drawing(seed)), undefined)
      const best = ceiling([s, s], 6, 2, drawing(seed))
      assert.ok(Math.abs((best?.rankCorrelation ?? 0) - 1) < 1e-9)
      assert.equal(best?.nmi, 1)
    }),
    { numRuns: 10 }
  ))

test("comparable() wants a task in two trained subsets", () => {
  const truth = (...subsets: readonly (readonly number[])[]) => ({
    chosen: subsets.map((_, i) => i),
    scores: subsets.map((tasks) => ({ tasks, values: tasks.map(() => 0) })),
    repeats: [],
    trained: []
  })
  assert.equal(comparable(truth()), false)
  assert.equal(comparable(truth([0, 1], [2, 3])), false)
  assert.equal(comparable(truth([0, 1], [1, 2])), true)
})

test("rankCorrelation() has an interval where few subsets were trained", () => {
  const of = (values: readonly (readonly number[])[]) =>
    [
      [0, 1],
      [0, 2],
      [1, 2]
    ].map((tasks, k) => ({ tasks, values: values[k]! }))
  const r = rankCorrelation(
    of([
      [1, 2],
      [3, 5],
      [2, 9]
    ]),
    of([
      [1, 3],
      [4, 5],
      [2, 8]
    ]),
    3,
    drawing(0)
  )
  assert.ok(
    Number.isFinite(r.low) && Number.isFinite(r.high) && r.low <= r.value && r.value <= r.high,
    JSON.stringify(r)
  )
})

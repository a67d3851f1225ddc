import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { bestPartitions, bestSets } from "../../../../core/grouping/mod.ts"
import { child, zeroKey } from "../../../../core/random/mod.ts"
import { groupMeans } from "../../../../core/surrogate/belief/belief.ts"
import { drawGroups } from "../../../../core/surrogate/belief/draws.ts"
import {
  type BeliefPrior,
  believe,
  corrected,
  everyGroup,
  type GroupReturns,
  memberReturns
} from "../../../../core/surrogate/belief/mod.ts"

const N = 4
const groups = everyGroup(N)
const points = groups.reduce((sum, g) => sum + g.length, 0)

const number = fc.double({ min: -50, max: 50, noNaN: true })

/** Some prediction, with two draws of noise. */
const anyPrior = fc
  .record({
    start: fc.array(number, { minLength: N, maxLength: N }),
    gains: fc.array(number, { minLength: points, maxLength: points }),
    noise: fc.array(number, { minLength: 2 * points, maxLength: 2 * points }),
    slope: fc.double({ min: 0, max: 1, noNaN: true })
  })
  .map((x): BeliefPrior => ({ tasks: N, groups, scale: 10, ...x }))

const anyTraining = fc
  .integer({ min: 0, max: groups.length - 1 })
  .chain((group) =>
    fc
      .array(number, { minLength: groups[group]!.length, maxLength: groups[group]!.length })
      .map((returns): GroupReturns => ({ group, returns }))
  )

const anyTrainings = fc.array(anyTraining, { minLength: 1, maxLength: 6 })

const units = [1, 0.5, 2, 1]
const scales = { level: 10, noise: [2, 3], units } as const
const noiseless = { level: 10, noise: [0, 0], units } as const

const deviations = (prior: BeliefPrior, trainings: readonly GroupReturns[]) => {
  const b = believe(prior, trainings, scales)
  return groups.flatMap((_, g) => memberReturns(b, g).deviation)
}

test("without a training what was predicted is believed", () =>
  fc.assert(
    fc.property(anyPrior, (prior) => {
      const b = believe(prior, [])
      let p = 0
      for (const [g, members] of groups.entries())
        for (const [a, v] of memberReturns(b, g).mean.entries())
          assert.equal(v, prior.start[members[a]!]! + prior.gains[p++]!)
    }),
    { numRuns: 20 }
  ))

test("no training makes any return less certain", () =>
  fc.assert(
    fc.property(anyPrior, anyTrainings, anyTraining, (prior, trainings, more) => {
      const [before, after] = [deviations(prior, trainings), deviations(prior, [...trainings, more])]
      for (const [i, d] of after.entries()) assert.ok(d <= before[i]! + 1e-6 * (1 + before[i]!), `${d} ${before[i]}`)
    }),
    { numRuns: 50 }
  ))

test("a training without noise is what is believed of its group, and nothing of it is uncertain", () =>
  fc.assert(
    fc.property(anyPrior, anyTraining, (prior, training) => {
      const b = believe(prior, [training], noiseless)
      const { mean, deviation } = memberReturns(b, training.group)
      for (const [a, v] of training.returns.entries()) {
        // The matrix is kept positive by 10⁻¹² of its largest entry, some 10⁵.
        assert.ok(Math.abs(mean[a]! - v) < 1e-3, `${mean[a]} ${v}`)
        assert.ok(deviation[a]! < 1e-2, `${deviation[a]}`)
      }
    }),
    { numRuns: 50 }
  ))

test("tasks in another order are the same tasks: what is believed of them is", () =>
  fc.assert(
    fc.property(
      anyPrior,
      anyTrainings,
      fc.shuffledSubarray([0, 1, 2, 3], { minLength: N, maxLength: N }),
      (prior, trainings, to) => {
        const set = (members: readonly number[]) => members.reduce((bits, i) => bits | (1 << i), 0)
        /** Group g, and the member of it that stands at a, after the tasks changed places. */
        const moved = (g: number) => set(groups[g]!.map((i) => to[i]!)) - 1
        const memberAt = (g: number, a: number) => groups[moved(g)]!.indexOf(to[groups[g]![a]!]!)
        const offsets = groups.map((_, g) => groups.slice(0, g).reduce((sum, x) => sum + x.length, 0))
        const place = groups.flatMap((members, g) => members.map((_, a) => offsets[moved(g)]! + memberAt(g, a)))
        const movedPoints = (x: ArrayLike<number>) => {
          const out = new Float64Array(x.length)
          for (let p = 0; p < x.length; p++) out[Math.floor(p / points) * points + place[p % points]!] = x[p]!
          return out
        }
        const start = new Array<number>(N)
        for (const [i, v] of prior.start.entries()) start[to[i]!] = v
        const other = { ...prior, start, gains: movedPoints(prior.gains), noise: movedPoints(prior.noise) }
        const otherTrainings = trainings.map(({ group, returns }) => {
          const own = new Array<number>(returns.length)
          for (const [a, v] of returns.entries()) own[memberAt(group, a)] = v
          return { group: moved(group), returns: own }
        })
        const [b, c] = [believe(prior, trainings), believe(other, otherTrainings)]
        for (const g of groups.keys()) {
          const [x, y] = [memberReturns(b, g).mean, memberReturns(c, moved(g)).mean]
          for (const [a, v] of x.entries())
            assert.ok(Math.abs(v - y[memberAt(g, a)]!) < 1e-6 * (1 + Math.abs(v)), `${v} ${y[memberAt(g, a)]}`)
        }
      }
    ),
    { numRuns: 30 }
  ))

test("draws have the mean and the spread that exact conditioning gives", () =>
  fc.assert(
    fc.property(anyPrior, anyTrainings, (prior, trainings) => {
      const b = believe(prior, trainings, scales)
      const count = 2000
      const { values } = drawGroups(b, count, child(zeroKey, "drawn"))
      const means = groupMeans(b)
      for (const g of groups.keys()) {
        const own = Array.from({ length: count }, (_, d) => values[d * groups.length + g]!)
        const m = own.reduce((x, y) => x + y, 0) / count
        const spread = Math.sqrt(own.reduce((x, y) => x + (y - m) ** 2, 0) / count)
        assert.ok(Math.abs(m - means[g]!) < (5 * spread) / Math.sqrt(count) + 1e-6, `${m} ${means[g]}`)
        if (groups[g]!.length > 1) continue
        const [exact] = memberReturns(b, g).deviation
        // A standard deviation from 2000 draws: five of its standard errors, 1/√4000.
        assert.ok(Math.abs(spread - exact!) < 0.08 * exact! + 1e-6, `${spread} ${exact}`)
      }
    }),
    { numRuns: 5 }
  ))

test("the best of all partitions is the best of any number of groups, and of a number the same as the longer way", () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(number, { minLength: 64, maxLength: 64 }), (n, values) => {
      const worth = Float64Array.from(values.slice(0, 2 ** n))
      const all = bestPartitions(n, (members) => worth[members.reduce((set, i) => set | (1 << i), 0)]!)
      for (const { k, value } of all) {
        const { value: own, sets } = bestSets(n, worth, k)
        assert.ok(Math.abs(own - value) < 1e-9)
        assert.equal(sets.length, k)
      }
      const best = bestSets(n, worth)
      assert.ok(Math.abs(best.value - Math.max(...all.map((p) => p.value))) < 1e-9)
      assert.equal(
        best.sets.reduce((a, b) => a + b, 0),
        2 ** n - 1
      )
    }),
    { numRuns: 50 }
  ))

test("predictions that miss by a factor are corrected for groups that nobody trained", () => {
  const real = groups.map((members) => members.map((i) => 10 + 3 * (i + 1) * members.length))
  const predicted = groups.map((tasks, g) => ({ tasks, values: real[g]!.map((v) => 10 + (v - 10) / 3) }))
  const trained = [0, 2, 6].map((g) => ({ tasks: groups[g]!, values: real[g]! }))
  const off = (scores: readonly { readonly values: readonly number[] }[]) =>
    Math.sqrt(scores.reduce((sum, s, g) => sum + s.values.reduce((x, v, a) => x + (v - real[g]![a]!) ** 2, 0), 0))
  const data = { tasks: N, start: [10, 10, 10, 10], predicted }
  assert.deepEqual(corrected({ ...data, trained: [] }), predicted)
  assert.ok(off(corrected({ ...data, trained })) < off(predicted) / 3)
})

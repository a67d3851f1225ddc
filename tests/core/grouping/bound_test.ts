/** The bound is one, whatever the matrix: against every partition of small problems, and over many orders of magnitude. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { group, iterationBudget, partitionValue, sdp } from "../../../core/grouping/mod.ts"
import { draws, packedOf, planted, right } from "./support.ts"

/** A symmetric matrix whose entries span up to `orders` orders of magnitude, of both signs. */
const spanning = (least: number, most: number, orders: number): fc.Arbitrary<number[][]> =>
  fc.integer({ min: least, max: most }).chain((n) =>
    fc
      .array(fc.tuple(fc.boolean(), fc.double({ min: -orders / 2, max: orders / 2, noNaN: true })), {
        minLength: (n * (n + 1)) / 2,
        maxLength: (n * (n + 1)) / 2
      })
      .map((entries) => {
        const at = (i: number, j: number): number => {
          const [negative, power] = entries[i >= j ? (i * (i + 1)) / 2 + j : (j * (j + 1)) / 2 + i]!
          return (negative ? -1 : 1) * 10 ** power
        }
        return Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => at(i, j)))
      })
  )

const any = fc.integer({ min: 0, max: 15 }).chain((orders) => spanning(1, 7, orders))

/** The most that a partition into k groups is worth. */
const best = (n: number, u: Float64Array, k: number): number => {
  const labels = new Int32Array(n)
  const from = (i: number, used: number): number => {
    if (n - i < k - used) return Number.NEGATIVE_INFINITY
    if (i === n) return partitionValue(n, u, labels, k)
    let most = Number.NEGATIVE_INFINITY
    for (let c = 0; c <= Math.min(used, k - 1); c++) {
      labels[i] = c
      most = Math.max(most, from(i + 1, Math.max(used, c + 1)))
    }
    return most
  }
  return from(0, 0)
}

test("group() never has a bound below the value of any partition, nor a relaxation below its groups, at any k", () =>
  fc.assert(
    fc.property(any, fc.nat(), (rows, pick) => {
      const n = rows.length
      const k = 1 + (pick % n)
      const found = right(group(rows, { method: "sdp", k, stream: draws(), maxIterations: 300 }))
      const { objective, bound, roundedObjective, gap } = found
      assert.ok(objective !== null && bound !== null && gap !== null)
      const most = best(n, Float64Array.from(rows.flat()), k)
      assert.ok(bound >= most && roundedObjective + gap >= most - Number.EPSILON * Math.abs(bound))
      assert.ok(bound >= objective && objective >= roundedObjective)
    }),
    { numRuns: 500 }
  ))

test("the bound of one group is not below its value, however that is summed, nor far above it", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 15 }).chain((orders) => spanning(1, 30, orders)),
      fc.array(fc.double({ noNaN: true }), { minLength: 30, maxLength: 30 }),
      (rows, keys) => {
        const n = rows.length
        const { objective, bound } = right(sdp(n, packedOf(rows), { kind: "groups", k: 1 }))
        const order = rows.map((_, i) => i).sort((a, b) => keys[a]! - keys[b]!)
        const shuffled = Float64Array.from(order.flatMap((i) => order.map((j) => rows[i]![j]!)))
        const value = partitionValue(n, shuffled, new Int32Array(n), 1)
        assert.ok(bound >= value && bound >= objective)
        assert.ok(bound - value <= 1e-12 * n * Math.max(...shuffled.map(Math.abs)))
      }
    ),
    { numRuns: 1000 }
  ))

test("a small matrix whose value lay above its bound by rounding has a bound again", () => {
  const rows = [
    [0.0005681910786317426, -0.0003288499407468162],
    [-0.0003288499407468162, 0.0006923486839472728]
  ]
  const { bound, roundedObjective } = right(group(rows, { method: "sdp", k: 1, stream: draws() }))
  assert.ok(bound !== null && bound >= roundedObjective && bound <= roundedObjective + 1e-17)
})

test("a relaxation that spans thirteen orders is not below the groups it gives, and says what its bound is worth", () => {
  const rows = [
    [2.22e-7, -2500000, 98.5, -7.5e-7],
    [-2500000, 2.09e-9, 4.52e-9, 2.89e-9],
    [98.5, 4.52e-9, 0.0000175, -34.6],
    [-7.5e-7, 2.89e-9, -34.6, 2.96e-8]
  ]
  const found = right(group(rows, { method: "sdp", k: 2, stream: draws() }))
  const most = best(4, Float64Array.from(rows.flat()), 2)
  assert.deepEqual(found.labels, [0, 1, 0, 1])
  assert.equal(found.roundedObjective, most)
  assert.ok(found.objective !== null && found.bound !== null && found.objective >= most && found.bound >= most)
  assert.ok(found.bound <= (1 + 1e-6) * most)
})

test("matrices that span nine to fifteen orders converge but for a few, which say what their bound is worth", () => {
  let open = 0
  const spans = fc.sample(
    fc.tuple(
      fc.constantFrom(9, 12, 15).chain((orders) => spanning(3, 10, orders)),
      fc.nat()
    ),
    {
      seed: 1,
      numRuns: 60
    }
  )
  for (const [rows, pick] of spans) {
    const found = right(group(rows, { method: "sdp", k: 2 + (pick % (rows.length - 2)), stream: draws() }))
    if (found.converged === true) continue
    open++
    assert.ok(found.gap !== null && Number.isFinite(found.gap))
    assert.match(found.warnings.join(), /no other groups are worth \S+ more than these/)
  }
  assert.ok(open <= 3, `${open} of ${spans.length}`)
})

test("raising what no group would use leaves a bound, worth no share of the conflict that it was beside", () =>
  fc.assert(
    fc.property(spanning(3, 6, 4), fc.nat(), fc.integer({ min: 5, max: 9 }), (small, pick, power) => {
      const n = small.length
      // One pair that no grouping would put together unless it must.
      const rows = small.map((row, i) => row.map((x, j) => (i + j === 1 ? -(10 ** power) : x)))
      const k = 2 + (pick % (n - 1))
      const found = right(group(rows, { method: "sdp", k, stream: draws() }))
      const most = best(n, Float64Array.from(rows.flat()), k)
      assert.ok(found.bound !== null && found.bound >= most)
      // Not worth a share of the conflict, but of the others.
      const others = Math.max(...small.flat().map(Math.abs))
      assert.ok(found.bound - most <= 2 * n * others)
    }),
    { numRuns: 200 }
  ))

test("a solve of n tasks takes a bounded amount of work, and never fewer iterations for fewer tasks", () => {
  assert.deepEqual([2, 20, 70].map(iterationBudget), [50_000, 50_000, 2332])
  assert.deepEqual([100, 200, 1000].map(iterationBudget), [800, 100, 100])
  for (let n = 2; n < 300; n++) assert.ok(iterationBudget(n) >= iterationBudget(n + 1))
})

test("200 tasks whose groups hardly show end within the work allowed, with a bound and what it is worth in a field and a warning", () => {
  const n = 200
  const u = draws(1)
  const rows = planted(
    Array.from({ length: n }, (_, i) => i % 8),
    1.7,
    u
  )
  const found = right(group(rows, { method: "sdp", k: 8, stream: draws(), tolerance: 1e-9 }))
  const { objective, bound, roundedObjective, gap, converged, iterations } = found
  assert.ok(objective !== null && bound !== null && gap !== null)
  assert.deepEqual([converged, iterations], [false, iterationBudget(n)])
  assert.ok(bound >= objective && objective >= roundedObjective)
  assert.equal(gap, bound - roundedObjective)
  // What stopping early leaves open is little beside what no partition reaches.
  assert.ok(bound - objective <= 0.01 * objective)
  assert.match(
    found.warnings.join(),
    /did not reach its tolerance in 100 iterations; its bound holds all the same: no other groups are worth \S+ more/
  )
})

/** Laws of the relaxation on arbitrary matrices. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { partition, partitionValue, type Relaxation, sdp, sdpPath } from "../../../core/grouping/mod.ts"
import { eigenvalues } from "../../../core/linalg/mod.ts"
import { draws, entry, left, matrix, packedOf, planted, right, traceOf } from "./support.ts"

/** X is mended to rounding; these are sums of up to n of its entries. */
const feasibility = 1e-9
/** Two solves of the same problem stop at gaps up to the default tolerance apart; entries up to its root times a condition. */
const valueTolerance = 2e-5

const symmetricPart = (rows: number[][]): Float64Array =>
  Float64Array.from(rows.flatMap((row, i) => row.map((x, j) => 0.5 * (x + rows[j]![i]!))))

/** A matrix and a number of groups that it can have. */
const problem = matrix(2, 12).chain((rows) => fc.integer({ min: 1, max: rows.length }).map((k) => ({ rows, k })))

const solved = (rows: number[][], k: number, tolerance = 4e-6): Relaxation =>
  right(sdp(rows.length, packedOf(rows), { kind: "groups", k }, { tolerance }))

const spread = (rows: number[][]): number => Math.max(1e-9, ...rows.flat().map(Math.abs)) * rows.length

test("sdp() gives X that is PSD, non-negative, has row sums one and trace k", () =>
  fc.assert(
    fc.property(problem, ({ rows, k }) => {
      const x = solved(rows, k)
      const n = rows.length
      const dense = new Float64Array(n * n)
      for (let i = 0; i < n; i++) {
        let sum = 0
        for (let j = 0; j < n; j++) {
          const value = entry(x, i, j)
          dense[i * n + j] = value
          sum += value
          assert.ok(value >= 0)
        }
        assert.ok(Math.abs(sum - 1) <= feasibility)
      }
      assert.ok(Math.abs(traceOf(x) - k) <= feasibility)
      assert.ok(eigenvalues(n, dense)[n - 1]! >= -feasibility)
      assert.ok(x.primalResidual <= feasibility)
    })
  ))

test("sdp() bounds every partition into k groups, and its objective is not above its bound", () =>
  fc.assert(
    fc.property(problem, fc.array(fc.nat(), { minLength: 12, maxLength: 12 }), ({ rows, k }, picks) => {
      const n = rows.length
      const x = solved(rows, k)
      const labels = Array.from({ length: n }, (_, i) => (i < k ? i : picks[i]! % k))
      const value = partitionValue(n, symmetricPart(rows), labels, k)
      assert.ok(x.objective <= x.bound)
      assert.ok(value <= x.bound + 1e-12 * spread(rows))
      assert.ok(value <= x.objective + valueTolerance * spread(rows))
    })
  ))

test("sdp() has a valid bound and a feasible X however early it stops", () =>
  fc.assert(
    fc.property(problem, fc.integer({ min: 0, max: 25 }), ({ rows, k }, maxIterations) => {
      const early = right(sdp(rows.length, packedOf(rows), { kind: "groups", k }, { maxIterations }))
      const best = solved(rows, k)
      assert.ok(early.bound >= best.objective)
      assert.ok(early.objective <= best.bound)
      assert.ok(early.primalResidual <= feasibility)
    })
  ))

test("sdp() with a price bounds every partition less its price", () =>
  fc.assert(
    fc.property(
      matrix(2, 10),
      fc.double({ min: 0, max: 3, noNaN: true }),
      fc.array(fc.nat(9), { minLength: 10, maxLength: 10 }),
      (rows, lambda, picks) => {
        const n = rows.length
        const x = right(sdp(n, packedOf(rows), { kind: "price", lambda }))
        const some = partition(picks.slice(0, n))
        const value = partitionValue(n, symmetricPart(rows), some.labels, some.k) - lambda * some.k
        assert.ok(value <= x.bound + 1e-12 * spread(rows))
        assert.ok(x.objective - lambda * traceOf(x) <= x.bound)
        assert.ok(x.primalResidual <= feasibility)
      }
    )
  ))

test("sdp() does not depend on the order of tasks", () =>
  fc.assert(
    fc.property(
      problem,
      fc.array(fc.double({ noNaN: true }), { minLength: 12, maxLength: 12 }),
      ({ rows, k }, keys) => {
        const order = rows.map((_, i) => i).sort((a, b) => keys[a]! - keys[b]! || a - b)
        const there = solved(rows, k)
        const here = solved(
          order.map((i) => order.map((j) => rows[i]![j]!)),
          k
        )
        assert.ok(Math.abs(here.objective - there.objective) <= valueTolerance * spread(rows))
      }
    )
  ))

test("sdp() does not depend on the order of tasks: the solution too, where it is unique", () => {
  // Generic entries have one best X; ties are what the property above allows for.
  const u = draws(1)
  const rows = planted([0, 1, 1, 0, 2, 2, 1, 0], 0.8, u)
  const order = [3, 0, 7, 1, 2, 6, 5, 4]
  const there = solved(rows, 3, 1e-9)
  const here = solved(
    order.map((i) => order.map((j) => rows[i]![j]!)),
    3,
    1e-9
  )
  order.forEach((i, a) => {
    order.forEach((j, b) => {
      assert.ok(Math.abs(entry(here, a, b) - entry(there, i, j)) <= 1e-4)
    })
  })
})

test("sdp() of a U + b is a <U, X> + b n, by the same iterations", () =>
  fc.assert(
    fc.property(
      problem,
      fc.integer({ min: -12, max: 12 }),
      fc.integer({ min: -100, max: 100 }),
      ({ rows, k }, power, offset) => {
        const a = 10 ** power
        const plain = solved(rows, k)
        const changed = solved(
          rows.map((row) => row.map((x) => a * (x + offset))),
          k
        )
        const wanted = a * (plain.objective + offset * rows.length)
        assert.ok(Math.abs(changed.objective - wanted) <= a * valueTolerance * spread(rows) + 1e-9 * Math.abs(wanted))
      }
    )
  ))

test("sdp() recovers planted groups exactly, also under noise", () =>
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 3, max: 6 }), fc.nat(1000), (k, size, index) => {
      const labels = Array.from({ length: k * size }, (_, i) => i % k)
      const x = solved(planted(labels, 0.3, draws(index)), k)
      labels.forEach((a, i) => {
        labels.forEach((b, j) => {
          assert.ok(Math.abs(entry(x, i, j) - (a === b ? 1 / size : 0)) <= 1e-9)
        })
      })
    }),
    { numRuns: 30 }
  ))

test("sdp() with one group is the constant matrix, with n groups the identity", () =>
  fc.assert(
    fc.property(matrix(1, 12), (rows) => {
      const n = rows.length
      const one = solved(rows, 1)
      const all = solved(rows, n)
      const total = rows.flat().reduce((s, x) => s + x, 0)
      const trace = rows.reduce((s, row, i) => s + row[i]!, 0)
      assert.ok(Math.abs(one.objective - total / n) <= 1e-12 * spread(rows))
      assert.ok(Math.abs(all.objective - trace) <= 1e-12 * spread(rows))
      assert.equal(one.iterations + all.iterations, 0)
    })
  ))

test("sdp() is concave in k: more groups are never worth less than the mean of their neighbours", () => {
  const rows = planted([0, 0, 0, 1, 1, 1, 2, 2, 2, 2], 0.6, draws(2))
  const values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((k) => solved(rows, k).objective)
  for (let k = 1; k < 9; k++)
    assert.ok(values[k]! >= (values[k - 1]! + values[k + 1]!) / 2 - valueTolerance * spread(rows))
})

test("sdpPath() finds what single solves find, in fewer iterations over many matrices", () => {
  let path = 0
  let single = 0
  for (let index = 0; index < 10; index++) {
    const rows = planted([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3], 0.7, draws(index))
    const forms = Array.from({ length: 16 }, (_, i) => ({ kind: "price" as const, lambda: 0.4 + 0.05 * i }))
    const n = rows.length
    right(sdpPath(n, packedOf(rows), forms)).forEach((x, i) => {
      const alone = right(sdp(n, packedOf(rows), forms[i]!))
      const { lambda } = forms[i]!
      const difference = x.objective - alone.objective - lambda * (traceOf(x) - traceOf(alone))
      assert.ok(Math.abs(difference) <= valueTolerance * spread(rows))
      path += x.iterations
      single += alone.iterations
    })
  }
  assert.ok(path < single, `${path} against ${single}`)
})

test("sdp() refuses what has no solution, naming the setting", () => {
  const u = packedOf([
    [1, 0],
    [0, 1]
  ])
  assert.match(left(sdp(2, u, { kind: "groups", k: 0.5 })).message, /k: want a number of groups from 1 to 2/)
  assert.match(left(sdp(2, u, { kind: "groups", k: 3 })).message, /got 3/)
  assert.equal(left(sdp(2, u, { kind: "groups", k: Number.NaN })).doing, "group by k")
  assert.equal(left(sdp(2, u, { kind: "price", lambda: Number.POSITIVE_INFINITY })).doing, "group by lambda")
  assert.equal(left(sdp(0, new Float64Array(0), { kind: "groups", k: 1 })).doing, "group by U")
  assert.match(left(sdp(2, u.subarray(1), { kind: "groups", k: 1 })).message, /want 3 packed entries, got 2/)
  assert.match(
    left(sdp(2, Float64Array.of(1, Number.NaN, 1), { kind: "groups", k: 1 })).message,
    /packed entry 1: .* NaN/
  )
})

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { type GroupingRequest, group, groupingMethods } from "../../../core/grouping/mod.ts"
import { draws, left, matrix, planted, right } from "./support.ts"

const labels = [1, 0, 0, 1, 1, 0, 2, 2, 2]
const canonical = [0, 1, 1, 0, 0, 1, 2, 2, 2]
const ask = (request: Partial<GroupingRequest>): GroupingRequest =>
  ({ method: "sdp", k: 3, stream: draws(), ...request }) as GroupingRequest

test("group() numbers groups by first appearance, by every method that looks at the matrix", () => {
  const rows = planted(labels, 0.2, draws(1))
  for (const method of groupingMethods.filter((m) => m !== "random")) {
    const found = right(group(rows, ask({ method })))
    assert.deepEqual(found.labels, canonical, method)
    assert.deepEqual(found.groups, [
      [0, 3, 4],
      [1, 2, 5],
      [6, 7, 8]
    ])
    assert.equal(found.k, 3)
  }
})

test("group() by sdp reports the relaxation, by other methods null", () => {
  const rows = planted(labels, 0.2, draws(1))
  const found = right(group(rows, ask({})))
  assert.ok(found.objective! <= found.bound! && found.roundedObjective <= found.bound!)
  assert.ok(found.bound! - found.roundedObjective <= 1e-4)
  assert.ok(found.primalResidual! <= 1e-9 && found.dualResidual! >= 0 && found.iterations! > 0)
  assert.equal(found.X?.length, 9)
  assert.deepEqual([found.converged, found.evidence, found.warnings], [true, null, []])
  const other = right(group(rows, ask({ method: "agglomerative" })))
  assert.deepEqual([other.objective, other.bound, other.iterations, other.X], [null, null, null, null])
  assert.ok(other.roundedObjective <= found.bound!)
})

test("group() with a price takes k from the trace, and its bound is on <U, X> − λ tr X", () => {
  const found = right(group(planted(labels, 0.1, draws(2)), ask({ k: undefined, lambda: 1 })))
  assert.equal(found.k, 3)
  assert.deepEqual(found.labels, canonical)
  assert.ok(found.roundedObjective - 3 <= found.bound!)
  assert.ok(found.bound! - (found.objective! - 3) <= 1e-3)
})

test("group() with auto finds the planted groups and says why", () => {
  for (const method of groupingMethods.filter((m) => m !== "random")) {
    const found = right(group(planted(labels, 0.3, draws(3)), ask({ method, k: "auto" })))
    assert.deepEqual(found.labels, canonical)
    assert.ok(found.evidence!.length >= 4)
  }
})

test("group() gives exactly k groups of all tasks for any matrix, k and method", () =>
  fc.assert(
    fc.property(matrix(1, 8), fc.nat(100), fc.constantFrom(...groupingMethods), (rows, seed, method) => {
      const k = 1 + (seed % rows.length)
      const found = right(group(rows, ask({ method, k, stream: draws(seed) })))
      assert.equal(found.k, k)
      assert.deepEqual(
        found.groups.flat().sort((a, b) => a - b),
        rows.map((_, i) => i)
      )
      found.groups.forEach((tasks, c) => {
        for (const task of tasks) assert.equal(found.labels[task], c)
      })
    }),
    { numRuns: 60 }
  ))

test("group() symmetrises, and says so with the largest difference", () => {
  const rows = [
    [1, 0.5, 0],
    [0.1, 1, 0],
    [0, 0.2, 1]
  ]
  const found = right(group(rows, ask({ k: 2 })))
  assert.equal(found.warnings.length, 1)
  assert.match(found.warnings[0]!, /U\[0\]\[1\] and U\[1\]\[0\] differ by 0.4; \(U \+ Uᵀ\)\/2 is used/)
  const nearly = rows.map((row, i) => row.map((_, j) => (i === j ? 1 : 0.5 * Math.abs(i - j) + (i > j ? 1e-9 : 0))))
  assert.deepEqual(right(group(nearly, ask({ k: 2 }))).warnings, [])
})

test("group() says when the solver stopped early; bound and objective stay valid", () => {
  const rows = planted([0, 0, 1, 1, 2, 2, 3, 3, 4, 4], 1, draws(6))
  const found = right(group(rows, ask({ k: 3, maxIterations: 10, tolerance: 1e-12 })))
  assert.equal(found.converged, false)
  assert.match(found.warnings.join(), /did not reach its tolerance in 10 iterations/)
  assert.ok(found.objective! <= found.bound!)
})

test("group() names what it cannot group by", () => {
  const square = [
    [1, 0],
    [0, 1]
  ]
  const message = (rows: number[][], request: Partial<GroupingRequest>): string =>
    left(group(rows, ask(request))).message
  assert.match(
    message(
      [
        [1, 2, 3],
        [1, 2]
      ],
      {}
    ),
    /U\[0\]: want 2 entries, as there are 2 rows, got 3 entries/
  )
  assert.match(
    message(
      [
        [1, 2],
        [Number.NaN, 2]
      ],
      {}
    ),
    /U\[1\]\[0\]: want a finite number, got NaN/
  )
  assert.match(
    message(
      [
        [1, Number.POSITIVE_INFINITY],
        [0, 2]
      ],
      {}
    ),
    /U\[0\]\[1\]: want a finite number, got Infinity/
  )
  assert.match(message([], {}), /at least one task, got no rows/)
  for (const k of [0, 3, 1.5, Number.NaN]) assert.match(message(square, { k }), /want a whole number from 1 to 2/)
  for (const lambda of [-1, Number.NaN, Number.POSITIVE_INFINITY])
    assert.match(message(square, { k: undefined, lambda }), /lambda: want a finite number >= 0/)
  assert.match(message(square, { method: "spectral", k: undefined, lambda: 1 }), /only sdp has a price/)
})

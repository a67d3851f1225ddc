import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { eigenvalues, eigenvectors, eigenWorkspace, eigh, reduce } from "../../../core/linalg/mod.ts"
import { orthogonality, residual, symmetric } from "./matrices.ts"

/** Residuals and overlaps of a backward stable method are a modest multiple of ε‖A‖; entries here are at most one. */
const tolerance = 1e-11

test("eigh() gives A V = V Λ with orthonormal V and descending Λ", () =>
  fc.assert(
    fc.property(symmetric(24), ({ n, a }) => {
      const { values, vectors } = eigh(n, a)
      assert.ok(residual(n, a, values, vectors) <= tolerance)
      assert.ok(orthogonality(n, vectors, n) <= tolerance)
      for (let i = 1; i < n; i++) assert.ok(values[i - 1]! >= values[i]!)
    })
  ))

test("eigh() keeps trace and Frobenius norm", () =>
  fc.assert(
    fc.property(symmetric(24), ({ n, a }) => {
      const values = eigenvalues(n, a)
      const trace = values.reduce((s, x) => s + x, 0)
      const square = values.reduce((s, x) => s + x * x, 0)
      let t = 0
      for (let i = 0; i < n; i++) t += a[i * n + i]!
      assert.ok(Math.abs(trace - t) <= tolerance * n)
      assert.ok(Math.abs(square - a.reduce((s, x) => s + x * x, 0)) <= tolerance * n * n)
    })
  ))

test("eigenvectors() by inverse iteration are eigenvectors also where eigenvalues coincide", () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5 }), (n, blocks) => {
      const a = new Float64Array(n * n)
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) a[i * n + j] = i % blocks === j % blocks ? 1 : 0
      const work = eigenWorkspace(n)
      work.matrix.set(a)
      assert.ok(reduce(work))
      const count = Math.ceil(n / 2)
      assert.ok(eigenvectors(work, 0, count))
      assert.ok(residual(n, a, work.values.subarray(0, count), work.vectors) <= tolerance)
      assert.ok(orthogonality(n, work.vectors, count) <= tolerance)
    })
  ))

test("eigh() of the second difference matrix has the values known in closed form", () => {
  const n = 200
  const a = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    a[i * n + i] = 2
    if (i > 0) a[i * n + i - 1] = a[(i - 1) * n + i] = -1
  }
  const { values, vectors } = eigh(n, a)
  // 2 − 2cos(jπ/(n+1)); the reference may use the engine's cosine, the code under test may not.
  for (let j = 1; j <= n; j++)
    assert.ok(Math.abs(values[n - j]! - (2 - 2 * Math.cos((j * Math.PI) / (n + 1)))) <= tolerance)
  assert.ok(residual(n, a, values, vectors) <= tolerance)
})

test("eigh() says NaN where the matrix is not finite", () => {
  assert.ok(eigh(3, new Float64Array(9).fill(Number.NaN)).values.every(Number.isNaN))
})

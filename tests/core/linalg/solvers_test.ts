import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { cholesky, choleskySolve, conjugateGradientSteps } from "../../../core/linalg/mod.ts"
import { symmetric } from "./matrices.ts"

/** A Aᵀ + I: condition at most n² + 1 for entries up to one, so both solvers reach this. */
const tolerance = 1e-9

const positive = (n: number, a: Float64Array): Float64Array => {
  const out = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = i === j ? 1 : 0
      for (let k = 0; k < n; k++) sum += a[i * n + k]! * a[j * n + k]!
      out[i * n + j] = sum
    }
  return out
}

const multiply = (n: number, a: Float64Array) => (x: Float64Array, out: Float64Array) => {
  for (let i = 0; i < n; i++) {
    let sum = 0
    for (let j = 0; j < n; j++) sum += a[i * n + j]! * x[j]!
    out[i] = sum
  }
}

/** The solution where products are at hand. */
const conjugateGradient = (
  multiply: (p: Float64Array, out: Float64Array) => void,
  ...given: Parameters<typeof conjugateGradientSteps>
) => {
  const solving = conjugateGradientSteps(...given)
  const product = new Float64Array(given[0].length)
  let asked = solving.next()
  while (asked.done !== true) {
    multiply(asked.value, product)
    asked = solving.next(product)
  }
  return asked.value
}

test("cholesky() and conjugateGradientSteps() solve the same system", () =>
  fc.assert(
    fc.property(symmetric(12), ({ n, a }) => {
      const p = positive(n, a)
      const b = Float64Array.from({ length: n }, (_, i) => (i % 3) - 1 + i / n)
      const l = cholesky(n, p)
      assert.ok(E.isRight(l))
      const x = b.slice()
      choleskySolve(n, l.right, x)
      const back = new Float64Array(n)
      multiply(n, p)(x, back)
      for (let i = 0; i < n; i++) assert.ok(Math.abs(back[i]! - b[i]!) <= tolerance)
      const y = conjugateGradient(multiply(n, p), b, { tolerance: 1e-12, maxIterations: 10 * n + 10 })
      assert.ok(y.converged)
      for (let i = 0; i < n; i++) assert.ok(Math.abs(y.x[i]! - x[i]!) <= tolerance)
    })
  ))

test("cholesky() names the row that is not positive", () => {
  const l = cholesky(2, Float64Array.of(1, 2, 2, 1))
  assert.ok(E.isLeft(l))
  assert.match(l.left.message, /want a positive pivot in row 1, got -3/)
})

test("conjugateGradientSteps() stops without convergence where the matrix is not positive", () => {
  assert.equal(conjugateGradient((p, out) => void (out[0] = -p[0]!), Float64Array.of(1)).converged, false)
})

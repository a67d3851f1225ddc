import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { byProducts, density, lanczos, spectrum, together, withinBlock } from "../../../core/curvature/mod.ts"
import { eigenvalues, eigh } from "../../../core/linalg/mod.ts"
import { child, fillNormal, stream, zeroKey } from "../../../core/random/mod.ts"
import { right } from "../../support/right.ts"
import { symmetric } from "../linalg/matrices.ts"
import { multiply, spectra, withSpectrum } from "./matrices.ts"

const startOf = (n: number, seed = 0): Float64Array => {
  const start = new Float64Array(n)
  fillNormal(stream(child(zeroKey, "start", seed)), start)
  return start
}

/** Rounding of eigenvalues of matrices with entries up to one and some tens of rows. */
const ROUNDING = 1e-9

test("lanczos() finds the ends of a spectrum as the dense decomposition does", () =>
  fc.assert(
    fc.property(symmetric(14), ({ n, a }) => {
      const dense = eigenvalues(n, a)
      const { values } = right(byProducts(lanczos(startOf(n), { tolerance: 1e-13 }), multiply(n, a)))
      assert.ok(Math.abs(values[0]! - dense[0]!) <= ROUNDING)
      assert.ok(Math.abs(values[values.length - 1]! - dense[n - 1]!) <= ROUNDING)
    })
  ))

test("lanczos()'s residuals certify: an eigenvalue lies within each of them, after however few steps", () =>
  fc.assert(
    fc.property(symmetric(14), fc.integer({ min: 1, max: 8 }), ({ n, a }, steps) => {
      const dense = eigenvalues(n, a)
      const { values, residuals } = right(byProducts(lanczos(startOf(n), { steps, tolerance: 0 }), multiply(n, a)))
      for (const [i, value] of values.entries()) {
        const nearest = Math.min(...dense.map((x) => Math.abs(x - value)))
        assert.ok(nearest <= residuals[i]! + ROUNDING, `${nearest} > ${residuals[i]}`)
      }
    })
  ))

test("lanczos()'s weights integrate polynomials of degree below 2m as the matrix does", () =>
  fc.assert(
    fc.property(symmetric(10), fc.integer({ min: 1, max: 4 }), ({ n, a }, steps) => {
      const b = startOf(n)
      const { values, weights, products } = right(byProducts(lanczos(b, { steps, tolerance: 0 }), multiply(n, a)))
      const square = b.reduce((s, x) => s + x * x, 0)
      let power = b
      for (let degree = 0; degree < 2 * products; degree++) {
        const exact = power.reduce((s, x, i) => s + x * b[i]!, 0) / square
        const gauss = values.reduce((s, x, i) => s + weights[i]! * x ** degree, 0)
        assert.ok(Math.abs(gauss - exact) <= ROUNDING * 10 ** degree, `degree ${degree}: ${gauss}, ${exact}`)
        power = multiply(n, a)(power)
      }
    })
  ))

test("lanczos() keeps its basis orthogonal where without care copies of the largest eigenvalue return", () => {
  const values = Array.from({ length: 200 }, (_, i) => (i === 0 ? 100 : i / 200))
  const a = withSpectrum(values, stream(zeroKey))
  const found = right(byProducts(lanczos(startOf(200), { steps: 80, tolerance: 0 }), a.product))
  assert.equal(found.values.filter((x) => x > 50).length, 1)
  assert.ok(Math.abs(found.values[0]! - 100) <= ROUNDING)
})

test("lanczos() stops at the end that is asked for, and says whether it came there", () => {
  const a = withSpectrum(spectra(150).exponential!, stream(zeroKey))
  const of = (ends: "both" | "largest" | "smallest", steps = 100) =>
    right(byProducts(lanczos(startOf(150), { ends, steps, tolerance: 1e-8 }), a.product))
  assert.ok(of("largest").products < of("both").products)
  assert.ok(of("largest").converged)
  assert.ok(!of("both", 3).converged)
  assert.ok(Math.abs(of("largest").values[0]! - 1) <= 1e-8)
})

test("lanczos() refuses a start of zero, NaN, and steps and tolerances that are none", () => {
  const refusal = (start: Float64Array, options = {}, product = (v: Float64Array) => v): string => {
    const found = byProducts(lanczos(start, options), product)
    return E.isLeft(found) ? found.left.message : "accepted"
  }
  assert.match(refusal(new Float64Array(3)), /finite length > 0, got 0/)
  assert.match(refusal(Float64Array.of(1, Number.NaN)), /got NaN/)
  assert.match(refusal(Float64Array.of(1, 1), { steps: 0 }), /steps: a whole number >= 1, got 0/)
  assert.match(refusal(Float64Array.of(1, 1), { tolerance: -1 }), /tolerance: a number >= 0, got -1/)
  assert.match(
    refusal(Float64Array.of(1, 1), {}, () => Float64Array.of(0, Number.POSITIVE_INFINITY)),
    /finite numbers, got Infinity in row 1/
  )
})

test("together() gives each computation what it gets alone, and withinBlock() what its block gives", () => {
  const a = withSpectrum(spectra(30).flat!, stream(zeroKey))
  const block = { offset: 10, size: 12 }
  const dense = Float64Array.from({ length: 144 }, (_, p) => a.a[(10 + Math.floor(p / 12)) * 30 + 10 + (p % 12)]!)
  const [whole, part] = byProducts(
    together([
      lanczos(startOf(30), { tolerance: 1e-12 }),
      withinBlock(lanczos(startOf(12), { tolerance: 1e-12 }), block, 30)
    ]),
    a.product
  )
  assert.deepEqual(right(whole!), right(byProducts(lanczos(startOf(30), { tolerance: 1e-12 }), a.product)))
  const { values } = eigh(12, dense)
  assert.ok(Math.abs(right(part!).values[0]! - values[0]!) <= ROUNDING)
})

test("spectrum() has the moments of the spectrum, and its density the mass of each cluster", () => {
  const values = Array.from({ length: 300 }, (_, i) => (i < 200 ? 0 : i < 290 ? 1 : 5) + 0.01 * (i % 10))
  const a = withSpectrum(values, stream(zeroKey))
  const found = right(
    byProducts(spectrum(300, { stream: stream(child(zeroKey, "starts")), starts: 20, steps: 30 }), a.product)
  )
  const mass = (low: number, high: number) =>
    found.values.reduce((s, x, i) => s + (x >= low && x < high ? found.weights[i]! : 0), 0)
  // Each start sees a cluster of part q with a deviation of √(2q(1 − q)/n), of which twenty are averaged; three of them.
  for (const [low, high, part] of [
    [-0.5, 0.5, 200 / 300],
    [0.5, 3, 90 / 300],
    [3, 6, 10 / 300]
  ] as const) {
    const deviation = Math.sqrt((2 * part * (1 - part)) / 300 / 20)
    assert.ok(Math.abs(mass(low, high) - part) <= 3 * deviation, `${mass(low, high)} for ${part}`)
  }
  const at = Float64Array.from({ length: 900 }, (_, i) => -1 + i / 100)
  const total = density(found, at, 0.05).reduce((s, x) => s + x / 100, 0)
  assert.ok(Math.abs(total - 1) <= 1e-6)
})

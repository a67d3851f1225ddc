import assert from "node:assert/strict"
import { test } from "node:test"
import * as E from "fp-ts/lib/Either.js"
import {
  byProducts,
  diagonal,
  hutchinson,
  hutchPlusPlus,
  type MatrixFree,
  type Trace,
  type TraceOptions,
  xtrace
} from "../../../core/curvature/mod.ts"
import type { ArgumentError } from "../../../core/failure/mod.ts"
import { child, stream, zeroKey } from "../../../core/random/mod.ts"
import { right } from "../../support/right.ts"
import { type Known, spectra, withSpectrum } from "./matrices.ts"

type Estimator = (n: number, options: TraceOptions) => MatrixFree<E.Either<ArgumentError, Trace>>
const estimators: Readonly<Record<string, Estimator>> = { hutchinson, hutchPlusPlus, xtrace }

const n = 80
const known: Readonly<Record<string, Known>> = Object.fromEntries(
  Object.entries(spectra(n)).map(([name, values]) => [name, withSpectrum(values, stream(child(zeroKey, name)))])
)

/** Rounding of a trace made of sums of n terms. */
const ROUNDING = 1e-10

const estimate = (of: Estimator, a: Known, seed: number, options: Omit<TraceOptions, "stream">): Trace =>
  right(byProducts(of(a.n, { ...options, stream: stream(child(zeroKey, "probes", seed)) }), a.product))

/** The part of the seeds whose interval holds the trace, as near to 1 − (1 − level) as so many seeds tell. */
const SEEDS = 300
const LEVEL = 0.95
/** Three binomial deviations below the stated level: intervals of 1/√2 of the width hold in 83%. */
const LEAST = LEVEL - 3 * Math.sqrt((LEVEL * (1 - LEVEL)) / SEEDS)

const held = (of: Estimator, a: Known, options: Omit<TraceOptions, "stream">): number => {
  let inside = 0
  for (let seed = 0; seed < SEEDS; seed++) {
    const { low, high } = estimate(of, a, seed, options)
    const slack = ROUNDING * Math.abs(a.trace)
    if (low - slack <= a.trace && a.trace <= high + slack) inside++
  }
  return inside / SEEDS
}

for (const [name, of] of Object.entries(estimators)) {
  for (const [spectrum, a] of Object.entries(known)) {
    test(`${name}()'s interval holds the trace as often as it says: ${spectrum}`, () => {
      const part = held(of, a, { probes: 36, level: LEVEL })
      assert.ok(part >= LEAST, `${part}`)
    })

    test(`${name}()'s interval does so where it stops by its width: ${spectrum}`, () => {
      const part = held(of, a, { probes: 64, level: LEVEL, relative: 0.1 })
      assert.ok(part >= LEAST, `${part}`)
    })

    test(`${name}() is within three standard errors of the trace, in the mean over seeds: ${spectrum}`, () => {
      const all = Array.from({ length: 100 }, (_, seed) => estimate(of, a, seed, { probes: 30 }).estimate)
      const mean = all.reduce((x, y) => x + y, 0) / all.length
      const deviation = Math.sqrt(all.reduce((s, x) => s + (x - mean) ** 2, 0) / (all.length - 1))
      const error = deviation / Math.sqrt(all.length) + ROUNDING * Math.abs(a.trace)
      assert.ok(Math.abs(mean - a.trace) <= 3 * error, `${mean} for ${a.trace}, ±${error}`)
    })
  }

  test(`${name}() refuses a single probe, NaN, and widths and levels that are none`, () => {
    const a = known.flat!
    const s = stream(zeroKey)
    const refusal = (options: TraceOptions, product = a.product): string => {
      const found = byProducts(of(n, options), product)
      return E.isLeft(found) ? found.left.message : "accepted"
    }
    assert.match(refusal({ stream: s, probes: 1 }), /want a whole number >= [24], got 1/)
    assert.match(refusal({ stream: s, probes: 8.5 }), /got 8.5/)
    assert.match(refusal({ stream: s, probes: 8, relative: -1 }), /widths >= 0/)
    assert.match(refusal({ stream: s, probes: 8, level: 1 }), /confidence in \(0, 1\), got 1/)
    assert.match(
      refusal({ stream: s, probes: 8 }, (v) => v.map(() => Number.NaN)),
      /finite numbers, got NaN in row 0/
    )
  })

  test(`${name}() uses no more products than it may, and says how many`, () => {
    for (const probes of [4, 5, 6, 7, 33]) {
      let asked = 0
      const counted = (v: Float64Array) => {
        asked++
        return known.flat!.product(v)
      }
      const found = right(byProducts(of(n, { probes, stream: stream(zeroKey) }), counted))
      assert.equal(found.probes, asked)
      assert.ok(asked <= probes, `${asked} of ${probes}`)
    }
  })
}

for (const name of ["hutchPlusPlus", "xtrace"] as const)
  for (const spectrum of ["polynomial", "exponential", "step"] as const)
    test(`${name}() is within 1% at 99 products where the spectrum decays: ${spectrum}`, () => {
      const a = withSpectrum(spectra(300)[spectrum]!, stream(child(zeroKey, spectrum)))
      for (let seed = 0; seed < 20; seed++) {
        const { estimate: t } = estimate(estimators[name]!, a, seed, { probes: 99 })
        assert.ok(Math.abs(t - a.trace) <= 0.01 * a.trace, `seed ${seed}: ${t} for ${a.trace}`)
      }
    })

test("xtrace() knows the trace of a matrix of low rank, and needs no more products for it", () => {
  const a = withSpectrum(
    Array.from({ length: 40 }, (_, i) => (i < 3 ? 2 - i : 0)),
    stream(zeroKey)
  )
  const { estimate: t, low, high } = estimate(xtrace, a, 0, { probes: 30 })
  assert.ok(Math.abs(t - a.trace) <= ROUNDING && high - low <= ROUNDING)
})

test("an interval of no width stops nothing before enough samples have had the chance to differ", () => {
  // One pair off the diagonal: quadratic forms of signs take the values 0 and 4, two in a row are equal half the time.
  const product = (v: Float64Array) => Float64Array.of(v[0]! + v[1]!, v[0]! + v[1]!)
  for (let seed = 0; seed < 200; seed++) {
    const options = { stream: stream(child(zeroKey, seed)), probes: 64, relative: 0.01 }
    const { probes } = right(byProducts(hutchinson(2, options), product))
    assert.ok(probes >= 24)
  }
})

test("an estimate that is not narrow enough says so", () => {
  const { narrow, probes } = estimate(hutchinson, known.polynomial!, 0, { probes: 20, relative: 1e-6 })
  assert.deepEqual([narrow, probes], [false, 20])
})

test("diagonal() is the diagonal", () => {
  const a = known.indefinite!
  const found = right(byProducts(diagonal(n), a.product))
  for (let i = 0; i < n; i++) assert.ok(Math.abs(found[i]! - a.a[i * n + i]!) <= ROUNDING)
  assert.ok(E.isLeft(byProducts(diagonal(0), a.product)))
})

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { random, standardNormal, stream, zeroKey } from "../../../core/random/mod.ts"
import {
  attainableCorrelation,
  bootstrapInterval,
  interquartileMean,
  pearson,
  spearman,
  studentProbability,
  studentQuantile,
  tInterval,
  welchInterval
} from "../../../core/stat/mod.ts"

const tolerance = 1e-12

const right = <A>(e: E.Either<unknown, A>): A => {
  if (E.isLeft(e)) assert.fail(JSON.stringify(e.left))
  return e.right
}
const near = (a: number, b: number, within = tolerance): void => assert.ok(Math.abs(a - b) <= within, `${a} for ${b}`)
const numbers = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 30 })

test("pearson() of a line is its sign; spearman() of any increasing function is one", () =>
  fc.assert(
    fc.property(numbers, (x) => {
      near(
        right(
          pearson(
            x,
            x.map((v) => 3 - 2 * v)
          )
        ),
        -1
      )
      near(
        right(
          spearman(
            x,
            x.map((v) => v * v * v)
          )
        ),
        1
      )
      near(
        right(
          spearman(
            x,
            x.map((v) => -v)
          )
        ),
        -1
      )
    })
  ))

test("spearman() gives ties the mean of their ranks", () => {
  // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: Σ d² = 0.5, by hand r = 4.5/√(4.5·5).
  near(right(spearman([1, 2, 2, 9], [1, 2, 3, 4])), 4.5 / Math.sqrt(4.5 * 5))
})

test("correlations refuse what has none, naming it", () => {
  const message = (e: E.Either<{ readonly message: string }, number>): string => (E.isLeft(e) ? e.left.message : "")
  assert.match(message(pearson([1, 2], [1])), /y: want length 2, as x, got length 1/)
  assert.match(message(pearson([1], [1])), /x: want at least 2 numbers, got 1/)
  assert.match(message(spearman([1, 1, 1], [1, 2, 3])), /x: want numbers that differ, got 3 times 1/)
  assert.match(message(spearman([1, 2], [1, Number.NaN])), /y\[1\]: want a finite number, got NaN/)
})

test("studentQuantile() has the tabulated values", () => {
  // Abramowitz and Stegun, table 26.10, and closed forms: ν = 1 is tan(π(p − ½)), ν = 2 (2p − 1)√(2/(1 − (2p − 1)²)).
  for (const [p, freedom, value] of [
    [0.975, 1, 12.706],
    [0.975, 4, 2.776],
    [0.995, 9, 3.25],
    [0.95, 30, 1.697],
    [0.975, 120, 1.98]
  ] as const)
    near(studentQuantile(p, freedom), value, 6e-4)
  near(studentQuantile(0.975, 1), Math.tan(Math.PI * 0.475), 1e-11)
  near(studentQuantile(0.9, 2), 0.8 * Math.sqrt(2 / (1 - 0.64)))
  near(studentQuantile(0.3, 5), -studentQuantile(0.7, 5))
})

test("studentProbability() and studentQuantile() are inverse", () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 999 }), (freedom, p) =>
      near(studentProbability(studentQuantile(p / 1000, freedom), freedom), p / 1000)
    )
  ))

test("tInterval() of three numbers, by hand", () => {
  // s = 1, t_{0.975, 2} = 0.95·√(2/(1 − 0.95²)).
  const t = 0.95 * Math.sqrt(2 / (1 - 0.95 * 0.95))
  const { estimate, low, high, level, count } = right(tInterval([1, 2, 3]))
  near(low, 2 - t / Math.sqrt(3))
  near(high, 2 + t / Math.sqrt(3))
  assert.deepEqual([estimate, level, count], [2, 0.95, 3])
})

test("interquartileMean() leaves out a quarter at each end, rounded down", () => {
  assert.equal(right(interquartileMean([100, 1, 2, 3])), 2.5)
  assert.equal(right(interquartileMean([5])), 5)
  assert.equal(right(interquartileMean([0, 1, 2, 3, 4, 5, 6, 90])), 3.5)
  assert.ok(E.isLeft(interquartileMean([])))
})

test("bootstrapInterval() holds the estimate of a mean, repeats for the same draws and shrinks with the sample", () => {
  const mean = (x: readonly number[]): number => x.reduce((s, v) => s + v, 0) / x.length
  const of = (count: number) => {
    const s = stream(zeroKey)
    const x = Array.from({ length: count }, () => random(s))
    return right(bootstrapInterval(x, mean, { stream: s, resamples: 500 }))
  }
  const few = of(10)
  const many = of(200)
  assert.ok(few.low <= few.estimate && few.estimate <= few.high)
  assert.ok(many.high - many.low < few.high - few.low)
  assert.deepEqual(of(10), few)
  assert.ok(E.isLeft(bootstrapInterval([1], mean, { stream: stream(zeroKey), resamples: 0 })))
  assert.ok(E.isLeft(tInterval([1, 2], 1)))
})

test("welchInterval() of one sample is Student's, and what never varies adds no width", () => {
  const student = right(tInterval([1, 2, 4], 0.9))
  const one = { weight: 1, values: [1, 2, 4] }
  for (const [samples, less] of [
    [[one], 0],
    [[one, { weight: -1, values: [5, 5] }], 5]
  ] as const) {
    const { estimate, low, high } = right(welchInterval(samples, 0.9))
    near(estimate, student.estimate - less)
    near(low, student.low - less)
    near(high, student.high - less)
  }
  const still = right(welchInterval([{ weight: 2, values: [3, 3] }]))
  assert.deepEqual([still.low, still.high], [6, 6])
})

test("welchInterval() covers the sum of means in 95 of 100 draws, however unequal the noise", () => {
  const s = stream(zeroKey)
  for (const [deviations, n] of [
    [[1, 1], 5],
    [[1, 10], 5],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 3],
    [[0.1, 3, 0.1], 3]
  ] as const) {
    let covered = 0
    for (let draw = 0; draw < 4000; draw++) {
      const samples = deviations.map((d, j) => ({
        weight: j % 2 === 0 ? 1 : -1,
        values: Array.from({ length: n }, () => j + d * standardNormal(s))
      }))
      const { low, high } = right(welchInterval(samples))
      const truth = deviations.reduce((sum: number, _, j) => sum + (j % 2 === 0 ? j : -j), 0)
      if (low <= truth && truth <= high) covered++
    }
    // Four deviations of 4,000 draws are 0.014; Welch's is an approximation, on the careful side here.
    assert.ok(covered / 4000 > 0.935, `${deviations}: ${covered / 4000}`)
  }
})

test("welchInterval() refuses samples of one number", () => {
  assert.ok(E.isLeft(welchInterval([{ weight: 1, values: [1] }])))
  assert.ok(E.isLeft(welchInterval([])))
})

test("attainableCorrelation() is what the truth itself correlates by with noisy measurements of it", () => {
  const s = stream(zeroKey)
  for (const noise of [0.5, 1, 2]) {
    const truth = Array.from({ length: 20_000 }, () => standardNormal(s))
    const [a, b] = [0, 1].map(() => truth.map((x) => x + noise * standardNormal(s)))
    const mean = a!.map((x, i) => (x + b![i]!) / 2)
    const reached = right(pearson(truth, mean))
    // Five standard errors of a correlation of 20,000 pairs.
    assert.ok(Math.abs(attainableCorrelation(right(pearson(a!, b!))) - reached) < 5 / Math.sqrt(20_000), `${reached}`)
  }
  assert.equal(attainableCorrelation(-0.3), 0)
  assert.equal(attainableCorrelation(1), 1)
})

test("bootstrapInterval() leaves out samples of which there is no statistic", () => {
  const spread = (x: readonly number[]): number => (new Set(x).size < 2 ? Number.NaN : Math.max(...x) - Math.min(...x))
  const { low, high } = right(bootstrapInterval([1, 2], spread, { stream: stream(zeroKey) }))
  assert.deepEqual([low, high], [1, 1])
  assert.ok(Number.isNaN(right(bootstrapInterval([1], spread, { stream: stream(zeroKey) })).low))
})

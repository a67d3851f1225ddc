import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { child, stream, zeroKey } from "../../../core/random/mod.ts"
import {
  aggregateInterquartileMean,
  optimalityGap,
  probabilityOfImprovement,
  type Scores,
  stratifiedInterval
} from "../../../core/stat/mod.ts"
import { gzipJson } from "../../support/gzip_json.ts"

interface Case {
  readonly x: Scores
  readonly y: Scores
  readonly iqm: number
  readonly gap: number
  readonly improvement: number
  readonly iqmInterval: readonly [number, number]
  readonly gapInterval: readonly [number, number]
  readonly improvementInterval: readonly [number, number]
}

const { cases } = gzipJson<{ readonly cases: readonly Case[] }>("stats/rliable.json.gz")
/** Sums of some dozens of float64 numbers. */
const tolerance = 1e-12
/** Of a 95 % interval's width: a quantile of 4,000 resamples moves by about 1 % of it, four deviations are allowed. */
const ofWidth = 0.06

const right = <A>(e: E.Either<{ readonly message: string }, A>): A => {
  if (E.isLeft(e)) assert.fail(e.left.message)
  return e.right
}
const near = (a: number, b: number, within = tolerance): void => assert.ok(Math.abs(a - b) <= within, `${a} for ${b}`)
const drawing = (place: number) => ({ resamples: 4000, stream: stream(child(zeroKey, place)) })

for (const [i, c] of cases.entries()) {
  test(`statistics of many tasks are rliable's: ${c.x.length} tasks, ${c.x[0]!.length} runs`, () => {
    near(right(aggregateInterquartileMean(c.x)), c.iqm)
    near(right(optimalityGap(c.x)), c.gap)
    near(right(probabilityOfImprovement(c.x, c.y)), c.improvement)
  })

  test(`stratifiedInterval() is rliable's: ${c.x.length} tasks, ${c.x[0]!.length} runs`, () => {
    const both = (s: Scores) => probabilityOfImprovement(s.slice(0, c.x.length), s.slice(c.x.length))
    for (const [found, [low, high]] of [
      [stratifiedInterval(c.x, aggregateInterquartileMean, drawing(i)), c.iqmInterval],
      [stratifiedInterval(c.x, (s) => optimalityGap(s), drawing(i)), c.gapInterval],
      [stratifiedInterval([...c.x, ...c.y], both, drawing(i)), c.improvementInterval]
    ] as const) {
      // Where ties leave few possible values, the quantile may be the next one.
      const within = ofWidth * (high - low) + tolerance
      near(right(found).low, low, within)
      near(right(found).high, high, within)
    }
  })
}

const runs = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 6 })
const table = fc.array(runs, { minLength: 1, maxLength: 5 })

test("probabilityOfImprovement() of x over y and of y over x add up to one", () =>
  fc.assert(
    fc.property(fc.array(fc.tuple(runs, runs), { minLength: 1, maxLength: 5 }), (rows) => {
      const [x, y] = [rows.map((r) => r[0]), rows.map((r) => r[1])]
      near(right(probabilityOfImprovement(x, y)) + right(probabilityOfImprovement(y, x)), 1)
    })
  ))

test("optimalityGap() is not negative, and nothing above the target counts", () =>
  fc.assert(
    fc.property(table, (x) => {
      const gap = right(optimalityGap(x, 10))
      assert.ok(gap >= 0)
      near(
        right(
          optimalityGap(
            x.map((r) => r.map((v) => (v > 10 ? v + 99 : v))),
            10
          )
        ),
        gap
      )
    })
  ))

test("stratifiedInterval() never mixes tasks: where a task's runs agree, they stay", () =>
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 4 }), (values) => {
      const x = values.map((v) => [v, v, v])
      const { low, high, estimate, count } = right(
        stratifiedInterval(x, aggregateInterquartileMean, { ...drawing(0), resamples: 20 })
      )
      assert.deepEqual([low, high, count], [estimate, estimate, 3 * values.length])
    })
  ))

test("stratifiedInterval() repeats for equal draws", () => {
  const of = () => stratifiedInterval([[1, 2, 4], [0]], aggregateInterquartileMean, { ...drawing(1), resamples: 50 })
  assert.deepEqual(of(), of())
})

test("statistics of many tasks refuse what has none, naming it", () => {
  const message = (e: E.Either<{ readonly message: string }, unknown>): string => (E.isLeft(e) ? e.left.message : "")
  assert.match(message(aggregateInterquartileMean([])), /scores: want at least one task, got none/)
  assert.match(message(aggregateInterquartileMean([[1], []])), /scores\[1\]: want at least 1 numbers, got 0/)
  assert.match(message(optimalityGap([[1]], Number.NaN)), /target: want a finite number, got NaN/)
  assert.match(message(probabilityOfImprovement([[1]], [])), /y: want 1 tasks, as x, got 0 tasks/)
  assert.match(message(probabilityOfImprovement([[1]], [[Infinity]])), /y\[0\]\[0\]: want a finite number/)
  const interval = (options: object) =>
    message(stratifiedInterval([[1]], aggregateInterquartileMean, { stream: stream(zeroKey), ...options }))
  assert.match(interval({ resamples: 1.5 }), /resamples: want a whole number >= 1, got 1.5/)
  assert.match(interval({ level: 1 }), /level: want a confidence in \(0, 1\), got 1/)
})

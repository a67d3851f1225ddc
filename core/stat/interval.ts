import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { mean, quantileSorted, sampleStandardDeviation } from "simple-statistics"
import type { ArgumentError } from "../failure/mod.ts"
import { random, type Stream } from "../random/mod.ts"
import { refuse, sample } from "./error.ts"
import { studentQuantile } from "./student_t.ts"

/** An estimate from several seeds, with the range that the true value is in with the given confidence. */
export interface Interval {
  readonly estimate: number
  readonly low: number
  readonly high: number
  /** Confidence, in (0, 1). */
  readonly level: number
  /** Numbers it was made of. */
  readonly count: number
}

/**
 * Student's interval for a mean.
 *
 *     x̄ ± t_{(1+level)/2, n−1} s/√n
 *
 * - Shapes: at least two numbers.
 * - Errors: `ArgumentError` for fewer, one that is not finite, or a level outside (0, 1).
 *
 * @example
 * tInterval([1, 2, 3], 0.9) // => right({ estimate: 2, low: 0.314…, high: 3.685…, count: 3, level: 0.9 })
 */
export const tInterval = (x: readonly number[], level = 0.95): E.Either<ArgumentError, Interval> =>
  pipe(
    checked(x, level, 2),
    E.map((values) => {
      const n = values.length
      const estimate = mean([...values])
      const half = (studentQuantile((1 + level) / 2, n - 1) * sampleStandardDeviation([...values])) / Math.sqrt(n)
      return { estimate, low: estimate - half, high: estimate + half, level, count: n }
    })
  )

/** Settings of `bootstrapInterval`. */
export interface BootstrapOptions {
  readonly level?: number
  readonly resamples?: number
  /** Draws the samples. */
  readonly stream: Stream
}

/**
 * Percentile bootstrap interval of any statistic: its quantiles over samples drawn with replacement, but for those of which there is none
 * (NaN): of equal numbers no correlation is told.
 *
 * - Shapes: at least one number.
 * - Errors: `ArgumentError` as `tInterval`, or where `resamples` is not a whole number >= 1.
 * - Source: Efron, Ann. Stat. 7 (1979), 1; for a few seeds of reinforcement learning: Agarwal et al., arXiv:2108.13264.
 */
export const bootstrapInterval = (
  x: readonly number[],
  statistic: (sample: readonly number[]) => number,
  { level = 0.95, resamples = 2000, stream }: BootstrapOptions
): E.Either<ArgumentError, Interval> =>
  Number.isInteger(resamples) && resamples >= 1
    ? pipe(
        checked(x, level, 1),
        E.map((values) => {
          const n = values.length
          const drawn = Array.from({ length: resamples }, () =>
            statistic(Array.from({ length: n }, () => values[Math.floor(random(stream) * n)]!))
          )
            .filter((v) => !Number.isNaN(v))
            .sort((a, b) => a - b)
          return {
            estimate: statistic(values),
            low: drawn.length === 0 ? Number.NaN : quantileSorted(drawn, (1 - level) / 2),
            high: drawn.length === 0 ? Number.NaN : quantileSorted(drawn, (1 + level) / 2),
            level,
            count: n
          }
        })
      )
    : refuse("resamples", "a whole number >= 1", String(resamples))

const checked = (x: readonly number[], level: number, least: number): E.Either<ArgumentError, readonly number[]> =>
  level > 0 && level < 1 ? sample("x", x, least) : refuse("level", "a confidence in (0, 1)", String(level))

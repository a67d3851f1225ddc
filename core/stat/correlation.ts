import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { sampleCorrelation, sampleRankCorrelation } from "simple-statistics"
import type { ArgumentError } from "../failure/mod.ts"
import { refuse, sample } from "./error.ts"

/**
 * Pearson's correlation of paired numbers.
 *
 *     r = Σ (x_i − x̄)(y_i − ȳ) / √(Σ (x_i − x̄)² Σ (y_i − ȳ)²)
 *
 * - Shapes: two arrays of one length >= 2.
 * - Errors: `ArgumentError` for other lengths, an entry that is not finite, or an array whose numbers are all equal.
 * - Source: the definition.
 *
 * @example
 * pearson([1, 2, 3], [2, 4, 6]) // => right(1)
 */
export const pearson = (x: readonly number[], y: readonly number[]): E.Either<ArgumentError, number> =>
  correlate(x, y, sampleCorrelation)

/**
 * Spearman's rank correlation: Pearson's of the ranks, ties sharing the mean of theirs.
 *
 * - Shapes, errors: as `pearson`.
 *
 * @example
 * spearman([1, 2, 3], [1, 10, 100]) // => right(1)
 */
export const spearman = (x: readonly number[], y: readonly number[]): E.Either<ArgumentError, number> =>
  correlate(x, y, sampleRankCorrelation)

/**
 * What a measurement without any error would be expected to correlate by with the mean of both halves of a noisy one, where the halves
 * correlate by r with each other.
 *
 *     √(2 r / (1 + r)),   0 where r is below 0
 *
 * - Source: Spearman and Brown, British J. Psychol. 3 (1910), 271 and 296, for the reliability of the mean; its root, as Spearman's
 *   correction for attenuation has it.
 *
 * @example
 * attainableCorrelation(0.6) // => 0.866…
 */
export const attainableCorrelation = (r: number): number => Math.sqrt(Math.max(0, (2 * r) / (1 + r)))

const correlate = (
  x: readonly number[],
  y: readonly number[],
  correlation: (x: number[], y: number[]) => number
): E.Either<ArgumentError, number> =>
  x.length !== y.length
    ? refuse("y", `length ${x.length}, as x`, `length ${y.length}`)
    : pipe(
        sample("x", x, 2),
        E.chain(() => sample("y", y, 2)),
        E.chain(() => varies("x", x)),
        E.chain(() => varies("y", y)),
        // Rounding may leave 1 + 2e-16 for perfectly correlated numbers.
        E.map(() => Math.min(1, Math.max(-1, correlation([...x], [...y]))))
      )

const varies = (field: string, x: readonly number[]): E.Either<ArgumentError, undefined> =>
  x.every((v) => v === x[0]) ? refuse(field, "numbers that differ", `${x.length} times ${x[0]}`) : E.right(undefined)

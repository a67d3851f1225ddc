/** Statistics of many tasks with few runs each, as rliable defines them: runs are resampled within their task. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { mean, quantileSorted } from "simple-statistics"
import type { ArgumentError } from "../failure/mod.ts"
import { random } from "../random/mod.ts"
import { refuse, sample } from "./error.ts"
import { interquartileMean } from "./interquartile_mean.ts"
import type { BootstrapOptions, Interval } from "./interval.ts"

/** One row a task, one number a run; tasks may have different numbers of runs. */
export type Scores = readonly (readonly number[])[]

/**
 * Interquartile mean over all runs of all tasks together.
 *
 * - Shapes: at least one task, each with at least one run.
 * - Errors: `ArgumentError` naming the task without runs or the number that is not finite.
 * - Source: Agarwal et al., arXiv:2108.13264, section 4.3.
 *
 * @example
 * aggregateInterquartileMean([[1, 2], [3, 100]]) // => right(2.5)
 */
export const aggregateInterquartileMean = (scores: Scores): E.Either<ArgumentError, number> =>
  pipe(
    checked("scores", scores),
    E.chain(() => interquartileMean(scores.flat()))
  )

/**
 * How far runs stay below a target, more than the target counting as the target.
 *
 *     γ − mean of min(x, γ) over all runs of all tasks
 *
 * - Shapes: as `aggregateInterquartileMean`.
 * - Errors: as `aggregateInterquartileMean`; `ArgumentError` for a target that is not finite.
 * - Units: those of the scores.
 * - Source: Agarwal et al., arXiv:2108.13264, section 4.3.
 *
 * @example
 * optimalityGap([[0, 3]], 2) // => right(1)
 */
export const optimalityGap = (scores: Scores, target = 1): E.Either<ArgumentError, number> =>
  Number.isFinite(target)
    ? pipe(
        checked("scores", scores),
        E.map(() => target - mean(scores.flat().map((x) => Math.min(x, target))))
      )
    : refuse("target", "a finite number", String(target))

/**
 * Probability that a run of x beats one of y on a task drawn at random, ties counting half.
 *
 *     P = mean over tasks of (1/(N_x N_y)) Σ_{i,j} S(x_i, y_j),   S = 1 if x_i > y_j, ½ if equal, else 0
 *
 * - Shapes: two tables of the same tasks, in the same order; any number of runs.
 * - Errors: `ArgumentError` for another number of tasks, a task without runs, a number that is not finite.
 * - Source: Agarwal et al., arXiv:2108.13264, section 4.3.
 *
 * @example
 * probabilityOfImprovement([[1, 2]], [[1, 0]]) // => right(0.875)
 */
export const probabilityOfImprovement = (x: Scores, y: Scores): E.Either<ArgumentError, number> =>
  x.length !== y.length
    ? refuse("y", `${x.length} tasks, as x`, `${y.length} tasks`)
    : pipe(
        checked("x", x),
        E.chain(() => checked("y", y)),
        E.map(() => mean(x.map((runs, task) => mean(runs.flatMap((a) => y[task]!.map((b) => better(a, b)))))))
      )

const better = (a: number, b: number): number => (a > b ? 1 : a === b ? 0.5 : 0)

/**
 * Percentile bootstrap interval of a statistic of many tasks: each resample draws every task's runs, with replacement,
 * among the runs of that task.
 *
 * To compare two algorithms, put the rows of both into one table and split it in the statistic.
 *
 * - Shapes: as `aggregateInterquartileMean`; `count` of the result is that of all runs.
 * - Errors: `ArgumentError` as there, for a level outside (0, 1), for `resamples` that are no whole number >= 1, and the
 *   statistic's own.
 * - Source: Agarwal et al., arXiv:2108.13264, section 4.2.
 */
export const stratifiedInterval = (
  scores: Scores,
  statistic: (sample: Scores) => E.Either<ArgumentError, number>,
  { level = 0.95, resamples = 2000, stream }: BootstrapOptions
): E.Either<ArgumentError, Interval> => {
  if (!(Number.isInteger(resamples) && resamples >= 1)) {
    return refuse("resamples", "a whole number >= 1", String(resamples))
  }
  if (!(level > 0 && level < 1)) return refuse("level", "a confidence in (0, 1)", String(level))
  const estimate = pipe(
    checked("scores", scores),
    E.chain(() => statistic(scores))
  )
  if (E.isLeft(estimate)) return estimate
  const drawn: number[] = []
  for (let b = 0; b < resamples; b++) {
    const value = statistic(scores.map((runs) => runs.map(() => runs[Math.floor(random(stream) * runs.length)]!)))
    if (E.isLeft(value)) return value
    drawn.push(value.right)
  }
  drawn.sort((a, b) => a - b)
  return E.right({
    estimate: estimate.right,
    low: quantileSorted(drawn, (1 - level) / 2),
    high: quantileSorted(drawn, (1 + level) / 2),
    level,
    count: scores.reduce((n, runs) => n + runs.length, 0)
  })
}

const checked = (field: string, scores: Scores): E.Either<ArgumentError, Scores> => {
  if (scores.length === 0) return refuse(field, "at least one task", "none")
  for (const [task, runs] of scores.entries()) {
    const odd = sample(`${field}[${task}]`, runs, 1)
    if (E.isLeft(odd)) return odd
  }
  return E.right(scores)
}

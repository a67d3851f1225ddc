/** Sums of independent means, each with a variance of its own. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { ArgumentError } from "../failure/mod.ts"
import { refuse, sample } from "./error.ts"
import type { Interval } from "./interval.ts"
import { mean } from "./mean.ts"
import { studentQuantile } from "./student_t.ts"

/** Independent numbers of one mean μ_j, which counts with this weight. */
export interface WeightedSample {
  readonly weight: number
  readonly values: readonly number[]
}

/**
 * Interval of a weighted sum of means, by Welch's approximation.
 *
 *     D = Σ_j w_j x̄_j,   v_j = w_j² s_j²/n_j,   ν = (Σ v_j)² / Σ_j v_j²/(n_j − 1)
 *     D ± t_{(1+level)/2, ν} √(Σ v_j),   ν rounded down
 *
 * Two samples of weights 1 and −1 are Welch's test; one sample is Student's interval.
 *
 * - Shapes: at least one sample, each of at least two numbers. Where nothing varies the interval is the sum itself.
 * - Errors: `ArgumentError` for fewer numbers, one that is not finite, or a level outside (0, 1).
 * - Source: Welch, Biometrika 34 (1947), 28; Satterthwaite, Biometrics Bulletin 2 (1946), 110.
 *
 * @example
 * welchInterval([{ weight: 1, values: [1, 2, 3] }, { weight: -1, values: [0, 0] }], 0.9)
 * // => right({ estimate: 2, low: 0.314…, high: 3.685…, count: 5, level: 0.9 })
 */
export const welchInterval = (samples: readonly WeightedSample[], level = 0.95): E.Either<ArgumentError, Interval> => {
  if (samples.length === 0) return refuse("samples", "at least one", "none")
  if (!(level > 0 && level < 1)) return refuse("level", "a confidence in (0, 1)", String(level))
  for (const [j, { weight, values }] of samples.entries()) {
    const odd = pipe(
      sample(`samples[${j}]`, values, 2),
      E.chain(() => sample("weight", [weight], 1))
    )
    if (E.isLeft(odd)) return odd
  }
  const parts = samples.map(({ weight, values }) => {
    const n = values.length
    const centre = mean(values)
    const squares = values.reduce((sum, x) => sum + (x - centre) * (x - centre), 0)
    return { value: weight * centre, variance: (weight * weight * squares) / (n - 1) / n, freedom: n - 1 }
  })
  const estimate = parts.reduce((sum, p) => sum + p.value, 0)
  const variance = parts.reduce((sum, p) => sum + p.variance, 0)
  const count = samples.reduce((sum, s) => sum + s.values.length, 0)
  if (variance === 0) return E.right({ estimate, low: estimate, high: estimate, level, count })
  const shares = parts.reduce((sum, p) => sum + (p.variance / variance) ** 2 / p.freedom, 0)
  const half = studentQuantile((1 + level) / 2, Math.max(1, Math.floor(1 / shares + 1e-9))) * Math.sqrt(variance)
  return E.right({ estimate, low: estimate - half, high: estimate + half, level, count })
}

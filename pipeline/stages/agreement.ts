/** How well estimates agree with the truth, and how well they could. */
import * as E from "fp-ts/lib/Either.js"
import { agreement } from "../../core/grouping/mod.ts"
import { child, type Key, type Stream, stream } from "../../core/random/mod.ts"
import { bootstrapInterval, spearman } from "../../core/stat/mod.ts"
import { centred, type SubsetScore } from "../../core/surrogate/mod.ts"
import { labelsOf } from "./group_by.ts"
import type { Interval } from "./interval.ts"
import { meanScores, type Truth } from "./truth.ts"

/** Agreement of estimates with the truth, which must be {@link comparable}. */
export const compareWithTruth = (estimates: readonly SubsetScore[], truth: Truth, n: number, k: number, key: Key) => {
  const drawing = (name: string) => stream(child(key, name))
  const affinity = centred(truth.scores, n)
  return {
    estimates,
    affinity,
    labels: labelsOf(affinity, k, drawing("rounding")),
    ...correlated(estimates, truth.scores, n, drawing("bootstrap")),
    ceiling: ceiling(truth.repeats, n, k, drawing("ceiling"))
  }
}

export type TruthAgreement = ReturnType<typeof compareWithTruth>

/** One number for each subset and task in it: what is left after the task's own mean over subsets. */
export const deviations = (
  scores: readonly SubsetScore[],
  n: number
): readonly { subset: number; task: number; value: number }[] => {
  const total = new Float64Array(n)
  const count = new Int32Array(n)
  for (const s of scores) {
    s.tasks.forEach((i, a) => {
      total[i]! += s.values[a]!
      count[i]!++
    })
  }
  return scores.flatMap((s, subset) =>
    s.tasks.map((task, a) => ({ subset, task, value: s.values[a]! - total[task]! / count[task]! }))
  )
}

/** Spearman's correlation of estimate and truth over (subset, task), each less its task's mean, with an interval. */
export const rankCorrelation = (
  estimates: readonly SubsetScore[],
  truths: readonly SubsetScore[],
  n: number,
  s: Stream
): Interval => {
  const [x, y] = [deviations(estimates, n), deviations(truths, n)]
  const of = (indices: readonly number[]): number => {
    const r = spearman(
      indices.map((i) => x[i]!.value),
      indices.map((i) => y[i]!.value)
    )
    return E.isRight(r) ? r.right : Number.NaN
  }
  const all = x.map((_, i) => i)
  // Values of one subset come from one training: subsets are drawn, with all their tasks.
  const drawn = estimates.map((_, subset) => all.filter((i) => x[i]!.subset === subset))
  const ofSubsets = (sample: readonly number[]): number => of(sample.flatMap((subset) => drawn[subset]!))
  const interval = bootstrapInterval(
    estimates.map((_, subset) => subset),
    ofSubsets,
    { stream: s, resamples: 400 }
  )
  return {
    value: of(all),
    low: E.isRight(interval) ? interval.right.low : Number.NaN,
    high: E.isRight(interval) ? interval.right.high : Number.NaN,
    level: 0.95,
    n: all.length
  }
}

/** The same, or why there is none: numbers that are all equal have no order. */
const correlated = (...given: Parameters<typeof rankCorrelation>) => {
  const found = rankCorrelation(...given)
  if (Number.isFinite(found.value)) return { rankCorrelation: found }
  const [estimates, truths, n] = given
  const flat = (scores: readonly SubsetScore[]): boolean => deviations(scores, n).every((d) => d.value === 0)
  const which = [...(flat(estimates) ? ["the estimates"] : []), ...(flat(truths) ? ["the trained returns"] : [])]
  return { noCorrelation: `${which.join(" and ") || "ranks"} do not differ between subsets` }
}

/** Normalised mutual information of two groupings of the same tasks, by labels; NaN where `agreement` has none. */
export const nmi = (a: readonly number[], b: readonly number[]): number => {
  const r = agreement(a, b)
  return E.isRight(r) ? r.right.nmi : Number.NaN
}

/** How far halves of the repeats agree with each other; what that lets any estimate reach, `attainableCorrelation` says. */
export interface Ceiling {
  /** Null where one half does not vary. */
  readonly rankCorrelation: number | null
  readonly nmi: number
}

const finite = (x: number): number | null => (Number.isFinite(x) ? x : null)

export const ceiling = (
  repeats: readonly (readonly SubsetScore[])[],
  n: number,
  k: number,
  s: Stream
): Ceiling | undefined => {
  if (repeats.length < 2) return undefined
  const half = Math.floor(repeats.length / 2)
  const [a, b] = [meanScores(repeats.slice(0, half)), meanScores(repeats.slice(half))]
  return {
    rankCorrelation: finite(rankCorrelation(a, b, n, s).value),
    nmi: nmi(labelsOf(centred(a, n), k, s), labelsOf(centred(b, n), k, s))
  }
}

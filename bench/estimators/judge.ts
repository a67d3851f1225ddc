/** How well each way of choosing groups does on what was really trained. */
import { child, stream, zeroKey } from "../../core/random/mod.ts"
import { mean } from "../../core/stat/mod.ts"
import {
  bestWorth,
  gradientEstimators,
  meanGradients,
  returnsIn,
  worthCurve
} from "../../core/surrogate/estimators/mod.ts"
import { centred, equation5, gradientCosine } from "../../core/surrogate/mod.ts"
import { type PredictedTask, type PredictedTraining, predictor } from "../../pipeline/stages/surrogate/predict.ts"
import { corrections } from "./corrections.ts"
import type { Estimates, Truth } from "./gathered.ts"
import { trained, type Values } from "./trained.ts"
import { type Judged, waysOf } from "./ways.ts"

/** A family and seed. */
export interface CourseJudged {
  readonly course: string
  readonly seed: number
  /** The same correlations of one half of the trainings with the other. */
  readonly halves: { readonly correlation: number; readonly groupings: number }
  readonly start: number
  readonly alone: number
  readonly one: number
  readonly best: number
  readonly worst: number
  /** What was predicted of one policy and of each task alone. */
  readonly predicted: { readonly one: number; readonly alone: number }
  /** Whether the predicted intervals of one policy and of each task alone hold what was really reached. */
  readonly covered: readonly boolean[]
  readonly methods: readonly Judged[]
}

/** What a family and seed is judged by. */
export interface CourseData {
  readonly truth: Truth
  readonly estimates: Estimates
  readonly seen: readonly PredictedTask[]
}

/** Judges every way. */
export const judge = ({ truth: g, estimates, seen }: CourseData, training: PredictedTraining): CourseJudged => {
  const n = g.tasks.length
  const truth = trained(g)
  const { all, reached, best, worst } = truth
  const { estimated, grouped, byAffinity, random, half } = waysOf(g, truth)
  const { logistic, crossFitted, costs } = estimates
  const predicted = (id: string) => {
    const p = predictor(seen, training, id)
    const returns = returnsIn(p.estimator, p, p.moments)
    return {
      returns: g.subsets.map((s) => returns(s).map((r) => r.value)),
      improvements: g.subsets.map((s) => p.update.gains(s).map((x, a) => p.improvementOf(s[a]!, s.length, x)))
    }
  }
  /** Of gains in advantages a step. */
  const inReturn = (values: Values): Values =>
    values.map((v, k) => v.map((x, a) => x * seen[g.subsets[k]![a]!]!.unit * seen[g.subsets[k]![a]!]!.episodeLength))
  const pairs = truth.scores(logistic).filter((s) => s.tasks.length === 2)
  const standard = predictor(seen, training, gradientEstimators[0].id)
  const curve = worthCurve(standard.estimator, standard, stream(child(zeroKey, "bootstrap")))
  const inside = (k: number, labels: readonly number[]): boolean => {
    const { low, high } = curve[k - 1]!
    const v = truth.worthOf(labels, all)
    return low <= v && v <= high
  }
  return {
    course: g.course,
    seed: g.seed,
    halves: truth.halves,
    start: mean(seen.map((t) => t.episodeReturn)),
    alone: reached[0]!,
    one: reached[1]!,
    best,
    worst,
    predicted: { one: curve[0]!.value, alone: curve[n - 1]!.value },
    covered: [inside(n, g.partitions[0]!), inside(1, g.partitions[1]!)],
    methods: [
      ...gradientEstimators.map(({ id }) => {
        const { returns, improvements } = predicted(id)
        return estimated(id, costs.gradients, returns, improvements)
      }),
      estimated("logistic", costs.logistic, logistic),
      estimated("cross-fitted", costs.crossFitted, crossFitted),
      estimated("lookahead", costs.lookahead, inReturn(estimates.lookahead)),
      ...corrections(g, standard.start, predicted(gradientEstimators[0].id).returns),
      grouped("the tool's choice", bestWorth(curve, mean(standard.start)).labels),
      byAffinity("sdp on centred logistic", centred(pairs, n)),
      byAffinity("sdp on equation 5's gain", equation5(pairs, n)),
      byAffinity("sdp on gradient similarity", gradientCosine(meanGradients(standard.moments))),
      grouped("each task alone", g.partitions[0]!),
      grouped("one policy", g.partitions[1]!),
      random,
      half
    ]
  }
}

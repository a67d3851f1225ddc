/** How well each way of choosing groups does on what was really trained. */
import * as E from "fp-ts/lib/Either.js"
import { group } from "../../core/grouping/mod.ts"
import { child, stream, zeroKey } from "../../core/random/mod.ts"
import { mean } from "../../core/stat/mod.ts"
import { gradientEstimators, worthCurve } from "../../core/surrogate/estimators/mod.ts"
import { centred, equation5, gradientCosine } from "../../core/surrogate/mod.ts"
import { nmi } from "../../pipeline/mod.ts"
import { rowsOf } from "../../pipeline/stages/group_by.ts"
import { type PredictedTask, type PredictedTraining, predictor } from "../../pipeline/stages/surrogate/predict.ts"
import { type Gathered, meanGradients } from "./gathered.ts"
import type { HeldOut } from "./held_out.ts"
import { largest, ranks, trained, type Values } from "./trained.ts"

/** One way of choosing groups on one family and seed; what it does not tell is NaN. */
export interface Judged {
  readonly method: string
  /** Rank correlation of its estimates of subsets with the trained returns, each less its task's mean. */
  readonly correlation: number
  /** The same of pairs alone, of larger groups alone, and by task: the mean over tasks of each one's own. */
  readonly pairs: number
  readonly larger: number
  readonly byTask: number
  /** Rank correlation of what it says of whole groupings with what they reached. */
  readonly groupings: number
  /** (best − chosen)/(best − worst) over the trained groupings. */
  readonly regret: number
  /** The same beside what half of the trainings would choose, by the other half. */
  readonly fairRegret: number
  /** Normalised mutual information of the chosen groups with the best trained ones. */
  readonly nmi: number
  readonly policies: number
  /** What the estimates took, transitions included; operations as a part of training every pair once. */
  readonly operations: number
  readonly seconds: number
}

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
  /** Whether the predicted intervals of one policy and of each task alone hold what was really reached. */
  readonly covered: readonly boolean[]
  readonly methods: readonly Judged[]
}

/** What a family and seed is judged by. */
export interface CourseData {
  readonly found: Gathered
  readonly seen: readonly PredictedTask[]
  readonly heldOut: HeldOut
}

interface Cost {
  readonly flops: number
  readonly seconds: number
}

/** Judges every way. */
export const judge = ({ found: g, seen, heldOut }: CourseData, training: PredictedTraining): CourseJudged => {
  const n = g.tasks.length
  const truth = trained(g)
  const { all, reached, best, worst, regret, fairRegret } = truth
  const bestLabels = g.partitions[largest(reached)]!

  /** `improvements` to first order rank subsets, `values` in units of return groupings; most estimators tell only one. */
  const estimated = (method: string, { flops, seconds }: Cost, values: Values, improvements = values): Judged => {
    const told = truth.worth(values)
    const at = largest(told)
    return {
      method,
      correlation: ranks(truth.spread(improvements), truth.spread(all)),
      pairs: truth.ofSizes(improvements, (size) => size === 2),
      larger: truth.ofSizes(improvements, (size) => size > 2),
      byTask: truth.byTask(improvements),
      groupings: ranks(told, reached),
      regret: regret(at),
      fairRegret: fairRegret(at),
      nmi: nmi(g.partitions[at]!, bestLabels),
      policies: new Set(g.partitions[at]!).size,
      operations: flops / g.flops.pairs,
      seconds
    }
  }
  const nothing = Number.NaN
  const untold = {
    correlation: nothing,
    pairs: nothing,
    larger: nothing,
    byTask: nothing,
    groupings: nothing,
    operations: nothing,
    seconds: nothing
  }
  /** What gives groups but no worth: of the trained groupings the one that agrees most with them. */
  const grouped = (method: string, labels: readonly number[]): Judged => {
    const same = g.partitions.findIndex((p) => p.join() === labels.join())
    const at = same >= 0 ? same : largest(g.partitions.map((p) => nmi(p, labels)))
    return {
      method,
      ...untold,
      regret: regret(at),
      fairRegret: fairRegret(at),
      nmi: nmi(labels, bestLabels),
      policies: new Set(labels).size
    }
  }
  const byAffinity = (method: string, u: ReturnType<typeof centred>): Judged => {
    const found = group(rowsOf(u), { method: "sdp", k: "auto", stream: stream(child(zeroKey, "bench")) })
    return grouped(method, E.isRight(found) ? found.right.labels : new Array<number>(n).fill(0))
  }
  /** The mean over all trained groupings. */
  const random: Judged = {
    method: "random grouping",
    ...untold,
    regret: mean(reached.map((_, at) => regret(at))),
    fairRegret: mean(reached.map((_, at) => fairRegret(at))),
    nmi: mean(g.partitions.map((p) => nmi(p, bestLabels))),
    policies: mean(g.partitions.map((p) => new Set(p).size))
  }
  const half: Judged = {
    method: "half of the trainings",
    ...untold,
    correlation: truth.halves.correlation,
    groupings: truth.halves.groupings,
    regret: truth.halvesRegret,
    fairRegret: 0,
    nmi: Number.NaN,
    policies: Number.NaN
  }

  const of = (kind: "gradients" | "logistic"): Cost => ({ flops: g.flops[kind], seconds: g.seconds[kind] })
  /** Of gains in advantages a step. */
  const inReturn = (values: Values): Values =>
    values.map((v, k) => v.map((x, a) => x * seen[g.subsets[k]![a]!]!.unit * seen[g.subsets[k]![a]!]!.episodeLength))
  const pairs = truth.scores(g.logistic).filter((s) => s.tasks.length === 2)
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
    covered: [inside(n, g.partitions[0]!), inside(1, g.partitions[1]!)],
    methods: [
      ...gradientEstimators.map(({ id }) => {
        const { update, returnOf, improvementOf } = predictor(seen, training, id)
        const gains = g.subsets.map((s) => update.gains(s))
        const inGroups = (f: (task: number, members: number, gain: number) => number): Values =>
          g.subsets.map((s, k) => gains[k]!.map((x, a) => f(s[a]!, s.length, x)))
        return estimated(
          id,
          of("gradients"),
          inGroups((...at) => returnOf(...at).value),
          inGroups(improvementOf)
        )
      }),
      estimated("logistic", of("logistic"), g.logistic),
      estimated("cross-fitted", heldOut.cost.crossFitted, heldOut.crossFitted),
      estimated("lookahead", heldOut.cost.lookahead, inReturn(heldOut.lookahead)),
      byAffinity("sdp on centred logistic", centred(pairs, n)),
      byAffinity("sdp on equation 5's gain", equation5(pairs, n)),
      byAffinity("sdp on gradient similarity", gradientCosine(meanGradients(seen))),
      grouped("each task alone", g.partitions[0]!),
      grouped("one policy", g.partitions[1]!),
      random,
      half
    ]
  }
}

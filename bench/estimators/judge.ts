/** How well each way of choosing groups does on what was really trained. */
import * as E from "fp-ts/lib/Either.js"
import { group } from "../../core/grouping/mod.ts"
import { child, stream, zeroKey } from "../../core/random/mod.ts"
import { mean, spearman } from "../../core/stat/mod.ts"
import { gradientEstimators, worthCurve } from "../../core/surrogate/estimators/mod.ts"
import { centred, equation5, gradientCosine, type SubsetScore } from "../../core/surrogate/mod.ts"
import { nmi } from "../../pipeline/mod.ts"
import { deviations } from "../../pipeline/stages/agreement.ts"
import { rowsOf } from "../../pipeline/stages/group_by.ts"
import { type PredictedTask, type PredictedTraining, predictor } from "../../pipeline/stages/surrogate/predict.ts"
import { type Gathered, meanGradients } from "./gathered.ts"

/** One way of choosing groups on one family and seed. */
export interface Judged {
  readonly method: string
  /** Rank correlation of its estimates of subsets with the trained returns, each less its task's mean; NaN without estimates. */
  readonly correlation: number
  /** Rank correlation of what it says of whole groupings with what they reached. */
  readonly groupings: number
  /** (best − chosen)/(best − worst) over the trained groupings. */
  readonly regret: number
  readonly policies: number
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

const ranks = (x: readonly number[], y: readonly number[]): number => {
  const r = spearman(x, y)
  return E.isRight(r) ? r.right : Number.NaN
}

/** Judges every way. */
export const judge = (g: Gathered, seen: readonly PredictedTask[], training: PredictedTraining): CourseJudged => {
  const n = g.tasks.length
  const place = new Map(g.subsets.map((s, k) => [s.join(" "), k]))
  const averaged = (repeats: readonly number[]) =>
    g.subsets.map((s, k) => s.map((_, a) => mean(repeats.map((r) => g.returns[r]![k]![a]!))))
  const all = averaged(g.returns.map((_, r) => r))
  const half = Math.floor(g.returns.length / 2)
  const [one, two] = [
    averaged(g.returns.map((_, r) => r).slice(0, half)),
    averaged(g.returns.map((_, r) => r).slice(half))
  ]
  const scores = (values: readonly (readonly number[])[]): readonly SubsetScore[] =>
    g.subsets.map((tasks, k) => ({ tasks, values: values[k]! }))
  const spread = (values: readonly (readonly number[])[]) => deviations(scores(values), n).map((d) => d.value)
  const worthOf = (labels: readonly number[], values: readonly (readonly number[])[]): number =>
    mean(
      [...new Set(labels)].flatMap((l) => values[place.get(labels.flatMap((x, i) => (x === l ? [i] : [])).join(" "))!]!)
    )
  const worth = (values: readonly (readonly number[])[]) => g.partitions.map((labels) => worthOf(labels, values))
  const reached = worth(all)
  const [best, worst] = [Math.max(...reached), Math.min(...reached)]
  const regret = (at: number): number => (best === worst ? 0 : (best - reached[at]!) / (best - worst))
  const policies = (at: number): number => new Set(g.partitions[at]!).size

  const estimated = (method: string, values: readonly (readonly number[])[]): Judged => {
    const told = worth(values)
    const chosen = told.indexOf(Math.max(...told))
    return {
      method,
      correlation: ranks(spread(values), spread(all)),
      groupings: ranks(told, reached),
      regret: regret(chosen),
      policies: policies(chosen)
    }
  }
  /** What gives groups but no worth: of the trained groupings the one that agrees most with them. */
  const grouped = (method: string, labels: readonly number[]): Judged => {
    const agreement = g.partitions.map((p) => nmi(p, labels))
    const chosen = g.partitions.findIndex((p) => p.join() === labels.join())
    const at = chosen >= 0 ? chosen : agreement.indexOf(Math.max(...agreement))
    return {
      method,
      correlation: Number.NaN,
      groupings: Number.NaN,
      regret: regret(at),
      policies: new Set(labels).size
    }
  }
  const byGroups = (method: string, u: ReturnType<typeof centred>): Judged => {
    const found = group(rowsOf(u), { method: "sdp", k: "auto", stream: stream(child(zeroKey, "bench")) })
    return grouped(method, E.isRight(found) ? found.right.labels : new Array<number>(n).fill(0))
  }

  const pairs = scores(g.logistic).filter((s) => s.tasks.length === 2)
  const random = reached.map((_, at) => regret(at))
  const adam = predictor(seen, training, "adam-gain")
  const curve = worthCurve(adam.estimator, adam, stream(child(zeroKey, "bootstrap")))
  const inside = (k: number, labels: readonly number[]): boolean => {
    const { low, high } = curve[k - 1]!
    const v = worthOf(labels, all)
    return low <= v && v <= high
  }
  return {
    course: g.course,
    seed: g.seed,
    halves: { correlation: ranks(spread(one), spread(two)), groupings: ranks(worth(one), worth(two)) },
    start: mean(seen.map((t) => t.episodeReturn)),
    alone: reached[0]!,
    one: reached[1]!,
    best,
    worst,
    covered: [inside(n, g.partitions[0]!), inside(1, g.partitions[1]!)],
    methods: [
      ...gradientEstimators.map(({ id }) => {
        const { update, returnOf } = predictor(seen, training, id)
        const values = g.subsets.map((s) => update.gains(s).map((x, a) => returnOf(s[a]!, s.length, x)))
        return estimated(id, values)
      }),
      estimated("logistic", g.logistic),
      byGroups("sdp on centred logistic", centred(pairs, n)),
      byGroups("sdp on equation 5's gain", equation5(pairs, n)),
      byGroups("sdp on gradient similarity", gradientCosine(meanGradients(seen))),
      grouped("each task alone", g.partitions[0]!),
      grouped("one policy", g.partitions[1]!),
      {
        method: "random grouping",
        correlation: Number.NaN,
        groupings: Number.NaN,
        regret: mean(random),
        policies: Number.NaN
      }
    ]
  }
}

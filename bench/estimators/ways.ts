/** Ways of choosing groups, judged by trainings. */
import * as E from "fp-ts/lib/Either.js"
import { group } from "../../core/grouping/mod.ts"
import { child, stream, zeroKey } from "../../core/random/mod.ts"
import { mean } from "../../core/stat/mod.ts"
import type { Affinity } from "../../core/surrogate/mod.ts"
import { nmi } from "../../pipeline/mod.ts"
import { rowsOf } from "../../pipeline/stages/group_by.ts"
import type { Cost, Truth } from "./gathered.ts"
import { largest, ranks, type Trained, type Values } from "./trained.ts"

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

/** How each kind of way is judged, by these trainings of the family. */
export const waysOf = (g: Truth, truth: Trained) => {
  const n = g.tasks.length
  const { all, reached, regret, fairRegret } = truth
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
      operations: flops / g.flops,
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
  const byAffinity = (method: string, u: Affinity): Judged => {
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
  return { estimated, grouped, byAffinity, random, half }
}

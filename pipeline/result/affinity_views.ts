/** Every affinity matrix as the report shows it, with what its entries mean. */
import type { Affinity } from "../../core/surrogate/mod.ts"
import { unitNames } from "../stages/decision.ts"
import { rowsOf, WORTH } from "../stages/group_by.ts"
import type { Outcome } from "./outcome.ts"
import type { ReportAffinity } from "./report_data.ts"

/** What estimates are counted in. */
export const unitOf = ({ estimated: { worth } }: Outcome): string => {
  if (worth === undefined) return "surrogate loss"
  return unitNames[worth.unit]
}

/** Of the estimates, of the gradients and, where there is one, of the truth. */
export const affinityViews = (o: Outcome): readonly ReportAffinity[] => {
  const { affinities } = o.estimated
  const chosen = o.config.surrogate.affinity
  const view = (
    id: ReportAffinity["id"],
    title: string,
    meaning: string,
    matrix: ReportAffinity["matrix"],
    labels: readonly number[]
  ): ReportAffinity => ({ id, title, meaning, matrix, labels, chosen: id === chosen && o.grouping.method !== WORTH })
  return [
    view(
      "centred",
      "Centred affinity",
      `how much better a task is estimated to do with the other one in its subset than on average; ${unitOf(o)}, larger is better`,
      rowsOf(affinities.centred),
      o.grouping.labels.centred
    ),
    view(
      "gain",
      "Gain of equation 5",
      `mean estimated gain over θ★ of the subsets with both tasks; ${unitOf(o)}, larger is better`,
      rowsOf(affinities.gain),
      o.grouping.labels.gain
    ),
    // Only the logistic estimator has losses beside gains; of all others this is the matrix before.
    ...(o.estimated.solved === undefined
      ? []
      : [
          view(
            "eq5",
            "Affinity of equation 5",
            `mean estimated performance of the subsets with both tasks; ${unitOf(o)}, larger is better`,
            rowsOf(affinities.eq5),
            o.grouping.labels.eq5
          )
        ]),
    view(
      "cosine",
      "Gradient similarity",
      "cosine of the tasks' policy gradients at θ★, the baseline; −1 to 1",
      rowsOf(affinities.cosine),
      o.grouping.labels.cosine
    ),
    ...(o.comparison === undefined
      ? []
      : [
          view(
            "truth",
            "Truth",
            "how much better a task really did with the other one in its subset than on average; return; empty where no trained subset has both",
            trainedPairs(o.comparison.affinity, o.truth.scores),
            o.comparison.labels
          )
        ])
  ]
}

/** The matrix without the pairs, a task with itself among them, that no trained subset has: nothing is known of these. */
const trainedPairs = (u: Affinity, scores: Outcome["truth"]["scores"]): ReportAffinity["matrix"] => {
  const together = (i: number, j: number) => scores.some((s) => s.tasks.includes(i) && s.tasks.includes(j))
  return rowsOf(u).map((row, i) => row.map((v, j) => (i !== j && together(i, j) ? v : Number.NaN)))
}

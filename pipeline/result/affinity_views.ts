/** Every affinity matrix as the report shows it, with what its entries mean. */
import type { Affinity } from "../../core/surrogate/mod.ts"
import { rowsOf } from "../stages/group_by.ts"
import type { Outcome } from "./outcome.ts"
import type { ReportAffinity } from "./report_data.ts"

/** What estimates are counted in. */
export const unitOf = ({ estimated: { worth } }: Outcome): string => {
  if (worth === undefined) return "surrogate loss"
  return worth.unit === "return" ? "return" : "advantage a step"
}

/** Of the estimates, of the gradients and, where there is one, of the truth. */
export const affinityViews = (o: Outcome): readonly ReportAffinity[] => {
  const { affinities } = o.estimated
  const chosen = o.config.surrogate.affinity
  const view = (
    id: ReportAffinity["id"],
    title: string,
    meaning: string,
    u: Affinity,
    labels: readonly number[]
  ): ReportAffinity => ({ id, title, meaning, matrix: rowsOf(u), labels, chosen: id === chosen })
  return [
    view(
      "centred",
      "Centred affinity",
      `how much better a task is estimated to do with the other one in its subset than on average; ${unitOf(o)}, larger is better`,
      affinities.centred,
      o.grouping.labels.centred
    ),
    view(
      "gain",
      "Gain of equation 5",
      `mean estimated gain over θ★ of the subsets with both tasks; ${unitOf(o)}, larger is better`,
      affinities.gain,
      o.grouping.labels.gain
    ),
    view(
      "eq5",
      "Affinity of equation 5",
      `mean estimated performance of the subsets with both tasks; ${unitOf(o)}, larger is better`,
      affinities.eq5,
      o.grouping.labels.eq5
    ),
    view(
      "cosine",
      "Gradient similarity",
      "cosine of the tasks' policy gradients at θ★, the baseline; −1 to 1",
      affinities.cosine,
      o.grouping.labels.cosine
    ),
    ...(o.comparison === undefined
      ? []
      : [
          view(
            "truth",
            "Truth",
            `how much better a task really did with the other one in its subset than on average; return${unseenPairs(o)}`,
            o.comparison.affinity,
            o.comparison.labels
          )
        ])
  ]
}

/** Says of the truth's matrix that not every pair was trained together, where that is so. */
const unseenPairs = ({ tasks, truth }: Outcome): string => {
  const together = (i: number, j: number) => truth.scores.some((s) => s.tasks.includes(i) && s.tasks.includes(j))
  const all = tasks.every((_, i) => tasks.every((_, j) => i === j || together(i, j)))
  return all ? "" : "; 0 where no trained subset has both"
}

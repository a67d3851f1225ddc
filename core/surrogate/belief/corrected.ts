/** Predictions corrected by a few trainings. */
import type { SubsetScore } from "../affinity.ts"
import { believe, memberReturns } from "./belief.ts"
import { type BeliefPrior, unitsOf } from "./prior.ts"

/** What is predicted, and what a few of the groups really reached. */
export interface CorrectionData {
  readonly tasks: number
  /** Return of each task where trainings start. */
  readonly start: readonly number[]
  /** Predicted returns of groups, in any order, all of those that were trained among them. */
  readonly predicted: readonly SubsetScore[]
  /** What trainings reached; a group may come several times. */
  readonly trained: readonly SubsetScore[]
}

/**
 * Predicted returns, moved by what the trainings showed: kernel ridge regression of the residual on what was trained, with the
 * covariances of the belief as the kernel and its noise as the ridge, both at the scales that make the trainings most probable.
 *
 * - Units: returns. A training of a group without a prediction is left out.
 * - Source: the correction of residuals that ETAP has, arXiv:2602.18591; as Gaussian conditioning, Rasmussen and Williams, chapter 2.
 */
export const corrected = ({ tasks, start, predicted, trained }: CorrectionData): readonly SubsetScore[] => {
  const groups = predicted.map((s) => s.tasks)
  const place = new Map(groups.map((g, at) => [g.join(" "), at]))
  const gains = predicted.flatMap((s) => s.values.map((v, a) => v - start[s.tasks[a]!]!))
  const prior: BeliefPrior = { tasks, groups, start, gains, noise: [], ...unitsOf(gains) }
  const trainings = trained.flatMap(({ tasks: members, values }) => {
    const group = place.get(members.join(" "))
    return group === undefined ? [] : [{ group, returns: values }]
  })
  const b = believe(prior, trainings)
  return predicted.map((s, g) => ({ tasks: s.tasks, values: memberReturns(b, g).mean }))
}

/** What a decision by trainings would have done: replayed on the trainings that there are. */
import { partition } from "../../core/grouping/mod.ts"
import { child, integers, stream, zeroKey } from "../../core/random/mod.ts"
import { mean } from "../../core/stat/mod.ts"
import {
  type BeliefPrior,
  believe,
  contendersOf,
  type DecisionState,
  decisionState,
  type GroupReturns,
  trainingsWanted,
  unitsOf
} from "../../core/surrogate/belief/mod.ts"
import { gradientEstimators, predictGroups } from "../../core/surrogate/estimators/mod.ts"
import { type PredictedTraining, predictor } from "../../pipeline/stages/surrogate/predict.ts"
import type { CourseData } from "./judge.ts"

/** One way of spending trainings. */
interface Spent {
  readonly trainings: number
  readonly certain: boolean
  /** (best − chosen)/(best − worst) over the trained groupings, before any training and in the end. */
  readonly before: number
  readonly regret: number
  /** Whether what was chosen is within the margin of the best. */
  readonly right: boolean
}

/** Where a decision spends them, and groups at random until they are all spent or it is made. */
export interface CourseDecided {
  readonly decided: Spent
  readonly random: Spent
}

/** As the preset's. */
const ASKED = { price: 0, margin: 0.05, level: 0.95 }
const BATCH = 4
const MOST = 40

/**
 * Decides between the groupings that were trained. A training is one of the four of its group, drawn anew each time; what it is
 * right about is their mean, which is itself not known better than by four.
 */
export const decidedBy = (
  { truth: g, seen }: Pick<CourseData, "truth" | "seen">,
  training: PredictedTraining
): CourseDecided => {
  const p = predictor(seen, training, gradientEstimators[0].id)
  const { subsets: groups } = g
  const { returns, modelError, noise } = predictGroups(p.estimator, p, groups, stream(child(zeroKey, "beliefs")))
  const from = groups.flat()
  const gains = returns.map((r, at) => r - p.start[from[at]!]!)
  const { scale, slope } = unitsOf(gains)
  const tasks = g.tasks.length
  const prior: BeliefPrior = { tasks, groups, start: p.start, gains, noise, slope, scale: Math.max(scale, modelError) }
  const place = new Map(groups.map((members, at) => [members.join(" "), at]))
  const partitions = g.partitions.map((labels) => partition(labels).groups.map((m) => place.get(m.join(" "))!))
  const sums = groups.map((_members, k) => mean(g.returns.map((r) => r[k]!.reduce((a, b) => a + b, 0))))
  const worth = (parts: readonly number[]): number => parts.reduce((sum, k) => sum + sums[k]! / tasks, 0)
  const reached = partitions.map(worth)
  const [best, worst] = [Math.max(...reached), Math.min(...reached)]
  const contenders = contendersOf(prior, partitions)
  const spend = (how: "decided" | "random"): Spent => {
    const s = stream(child(zeroKey, how, g.seed))
    const done: GroupReturns[] = []
    const regrets: number[] = []
    let before: DecisionState | undefined
    for (;;) {
      const belief = believe(prior, done)
      const now = decisionState(belief, contenders, ASKED, child(zeroKey, "draws"))
      const short = best - worth(now.chosen.parts)
      regrets.push(best === worst ? 0 : short / (best - worst))
      const wanted = done.length < MOST ? trainingsWanted(belief, now, before, BATCH) : []
      if (wanted.length === 0) {
        const right = short <= ASKED.margin * Math.abs(best - mean(p.start))
        const [first = 0, last = 0] = [regrets[0], regrets.at(-1)]
        return { trainings: done.length, certain: now.certain, before: first, regret: last, right }
      }
      before = now
      const next = how === "decided" ? wanted : wanted.map(() => integers(s, 0, groups.length))
      for (const group of next) done.push({ group, returns: g.returns[integers(s, 0, g.returns.length)]![group]! })
    }
  }
  return { decided: spend("decided"), random: spend("random") }
}

/** All courses in a sentence. */
export const decidedText = (all: readonly CourseDecided[]): string => {
  const of = (how: keyof CourseDecided, value: (s: Spent) => number): string =>
    mean(all.map((c) => value(c[how]))).toFixed(3)
  const certain = all.filter((c) => c.decided.certain)
  const right = certain.filter((c) => c.decided.right).length
  return [
    `Decided by trainings, replayed: regret ${of("decided", (s) => s.before)} before any, ${of("decided", (s) => s.regret)} after ` +
      `${of("decided", (s) => s.trainings)} of at most ${MOST} (groups at random: ${of("random", (s) => s.regret)} after ${of("random", (s) => s.trainings)});`,
    `certain in ${certain.length} of ${all.length}, right in ${right} of these.`
  ].join(" ")
}

/** What the trainings of a family say: which groupings were better, and how well they know it themselves. */
import * as E from "fp-ts/lib/Either.js"
import { mean, spearman } from "../../core/stat/mod.ts"
import type { SubsetScore } from "../../core/surrogate/mod.ts"
import { deviations } from "../../pipeline/stages/agreement.ts"
import type { Truth } from "./gathered.ts"

/** By subset and task in it. */
export type Values = readonly (readonly number[])[]

/** Rank correlation; NaN where one side is constant. */
export const ranks = (x: readonly number[], y: readonly number[]): number => {
  const r = spearman(x, y)
  return E.isRight(r) ? r.right : Number.NaN
}

export const largest = (x: readonly number[]): number => x.indexOf(Math.max(...x))
const smallest = (x: readonly number[]): number => x.indexOf(Math.min(...x))

/** Every way to split four trainings into two and two, either half first. */
const splitsOf = (repeats: number): readonly (readonly [readonly number[], readonly number[]])[] => {
  const all = Array.from({ length: repeats }, (_, r) => r)
  return all.flatMap((a, i) => all.slice(i + 1).map((b) => [[a, b], all.filter((r) => r !== a && r !== b)] as const))
}

/** The trainings of a family and seed, averaged in every way that judging needs. */
export const trained = (g: Truth) => {
  const n = g.tasks.length
  const place = new Map(g.subsets.map((s, k) => [s.join(" "), k]))
  const repeats = g.returns.map((_, r) => r)
  const averaged = (some: readonly number[]): Values =>
    g.subsets.map((s, k) => s.map((_, a) => mean(some.map((r) => g.returns[r]![k]![a]!))))
  const scores = (values: Values): readonly SubsetScore[] =>
    g.subsets.map((tasks, k) => ({ tasks, values: values[k]! }))
  /** Each less its task's mean: what groups change. */
  const spread = (values: Values): readonly number[] => deviations(scores(values), n).map((d) => d.value)
  /** Rank correlation of estimates with what was trained, over subsets of some sizes. */
  const ofSizes = (values: Values, has: (size: number) => boolean): number => {
    const some = (all: Values): readonly number[] =>
      deviations(
        scores(all).filter((s) => has(s.tasks.length)),
        n
      ).map((d) => d.value)
    return ranks(some(values), some(averaged(repeats)))
  }
  /** The mean over tasks of the rank correlation over the subsets that hold the task. */
  const byTask = (values: Values): number => {
    const all = averaged(repeats)
    const of = (some: Values, task: number): readonly number[] =>
      g.subsets.flatMap((s, k) => (s.includes(task) ? [some[k]![s.indexOf(task)]!] : []))
    const each = g.tasks.map((_, task) => ranks(of(values, task), of(all, task))).filter((r) => !Number.isNaN(r))
    return each.length === 0 ? Number.NaN : mean(each)
  }
  const worthOf = (labels: readonly number[], values: Values): number =>
    mean(
      [...new Set(labels)].flatMap((l) => values[place.get(labels.flatMap((x, i) => (x === l ? [i] : [])).join(" "))!]!)
    )
  const worth = (values: Values): readonly number[] => g.partitions.map((labels) => worthOf(labels, values))

  const all = averaged(repeats)
  const reached = worth(all)
  const [best, worst] = [Math.max(...reached), Math.min(...reached)]
  const splits = splitsOf(repeats.length).map(([a, b]) => [worth(averaged(a)), worth(averaged(b))] as const)
  const half = Math.floor(repeats.length / 2)
  const [one, two] = [averaged(repeats.slice(0, half)), averaged(repeats.slice(half))]
  return {
    all,
    reached,
    best,
    worst,
    halves: { correlation: ranks(spread(one), spread(two)), groupings: ranks(worth(one), worth(two)) },
    scores,
    spread,
    ofSizes,
    byTask,
    worth,
    worthOf,
    /** (best − chosen)/(best − worst), all trainings together. */
    regret: (at: number): number => (best === worst ? 0 : (best - reached[at]!) / (best - worst)),
    /**
     * The same against what half of the trainings would choose, judged by the other half: with as few trainings, the best of
     * many is partly luck, which nobody can foretell. Below 0 where the choice is better than half of the trainings'.
     */
    fairRegret: (at: number): number => {
      let [lost, range] = [0, 0]
      for (const [chooses, judges] of splits) {
        const top = judges[largest(chooses)]!
        lost += top - judges[at]!
        range += top - judges[smallest(chooses)]!
      }
      return range > 0 ? lost / range : Number.NaN
    },
    /** Regret of half of the trainings as a way of choosing, by the other half. */
    halvesRegret: mean(
      splits.map(([chooses, judges]) => {
        const [high, low] = [Math.max(...judges), Math.min(...judges)]
        return high === low ? 0 : (high - judges[largest(chooses)]!) / (high - low)
      })
    )
  }
}
export type Trained = ReturnType<typeof trained>

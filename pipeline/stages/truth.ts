/** Really training subsets, and how well the estimates agree with that. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { Start } from "../../algorithms/algorithm.ts"
import { agreement, group } from "../../core/grouping/mod.ts"
import { child, random as draw, type Key, permutation, type Stream, stream } from "../../core/random/mod.ts"
import { bootstrapInterval, spearman } from "../../core/stat/mod.ts"
import { type Affinity, centred, type Subset, type SubsetScore } from "../../core/surrogate/mod.ts"
import type { Task } from "../../envs/mod.ts"
import type { TrainingSpec } from "../jobs/spec.ts"
import { curveMeans, finalMeans, type Trained } from "../jobs/training.ts"
import { trainAll } from "../jobs/training_job.ts"

/** The subsets to train: all, or a random sample in which every task is about equally often. */
export const sampleSubsets = (s: Stream, all: readonly Subset[], count: number): readonly number[] => {
  if (count >= all.length) return all.map((_, i) => i)
  const used = new Map<number, number>()
  const load = (t: Subset): number => t.reduce((n, i) => n + (used.get(i) ?? 0), 0)
  const left = new Set(Array.from(permutation(s, all.length)))
  const chosen: number[] = []
  while (chosen.length < count) {
    let best = -1
    for (const k of left) if (best < 0 || load(all[k]!) < load(all[best]!)) best = k
    left.delete(best)
    chosen.push(best)
    for (const i of all[best]!) used.set(i, (used.get(i) ?? 0) + 1)
  }
  return chosen.sort((a, b) => a - b)
}

/** Scores averaged over repeated trainings; `repeats[r][k]` is subset k in repeat r. */
export const meanScores = (repeats: readonly (readonly SubsetScore[])[]): readonly SubsetScore[] =>
  (repeats[0] ?? []).map((first, k) => ({
    tasks: first.tasks,
    values: first.values.map((_, a) => repeats.reduce((sum, r) => sum + r[k]!.values[a]!, 0) / repeats.length)
  }))

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

/** Rows of an affinity, as `group` takes them. */
export const rowsOf = (u: Affinity): readonly (readonly number[])[] =>
  Array.from({ length: u.n }, (_, i) => Array.from(u.values.subarray(i * u.n, (i + 1) * u.n)))

/** Spearman's correlation of estimate and truth over (subset, task), each less its task's mean, with an interval. */
export const rankCorrelation = (
  estimates: readonly SubsetScore[],
  truths: readonly SubsetScore[],
  n: number,
  random: () => number
) => {
  const [x, y] = [deviations(estimates, n), deviations(truths, n)]
  const of = (indices: readonly number[]): number => {
    const r = spearman(
      indices.map((i) => x[i]!.value),
      indices.map((i) => y[i]!.value)
    )
    return E.isRight(r) ? r.right : Number.NaN
  }
  const all = x.map((_, i) => i)
  const interval = bootstrapInterval(all, of, { random, resamples: 400 })
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

/** Labels by the relaxation with k groups; one group where that fails. */
export const labelsOf = (u: Affinity, k: number, random: () => number): readonly number[] => {
  const g = group(rowsOf(u), { method: "sdp", k, random })
  return E.isRight(g) ? g.right.labels : new Array<number>(u.n).fill(0)
}

export const nmi = (a: readonly number[], b: readonly number[]): number => {
  const r = agreement(a, b)
  return E.isRight(r) ? r.right.nmi : Number.NaN
}

/** How far halves of the repeats agree with each other: no estimate can be expected to do better. */
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
  random: () => number
): Ceiling | undefined => {
  if (repeats.length < 2) return undefined
  const half = Math.floor(repeats.length / 2)
  const [a, b] = [meanScores(repeats.slice(0, half)), meanScores(repeats.slice(half))]
  return {
    rankCorrelation: finite(rankCorrelation(a, b, n, random).value),
    nmi: nmi(labelsOf(centred(a, n), k, random), labelsOf(centred(b, n), k, random))
  }
}

export interface TruthConfig {
  readonly subsets: number
  readonly iterations: number
  readonly repeats: number
  /** A task's performance: mean return over the training, or after it. */
  readonly measure: "curve" | "final"
}

/** Which subsets were trained, and how their tasks did: the mean, and each repeat. */
export interface Truth {
  /** Positions in the list of all subsets. */
  readonly chosen: readonly number[]
  readonly scores: readonly SubsetScore[]
  readonly repeats: readonly (readonly SubsetScore[])[]
  /** Repeat by repeat, in the order of `chosen`. */
  readonly trained: readonly Trained[]
}

/** Trains a sample of the subsets from θ★, each several times with keys of its own. */
export const trainSubsets = Effect.fn("policygradex.trainSubsets")(function* (
  spec: TrainingSpec,
  tasks: readonly Task[],
  all: readonly Subset[],
  c: TruthConfig,
  start: Start,
  key: Key,
  begin: (total: number) => Effect.Effect<(index: number, trained: Trained) => Effect.Effect<void>>
) {
  const chosen = sampleSubsets(stream(key), all, c.subsets)
  const jobs = Array.from({ length: c.repeats }, (_, r) =>
    chosen.map((s) => ({
      tasks: all[s]!.map((t) => tasks[t]!),
      iterations: c.iterations,
      key: child(key, r, s),
      start
    }))
  ).flat()
  const trained = yield* trainAll(spec, jobs, yield* begin(jobs.length))
  const measure = c.measure === "curve" ? curveMeans : finalMeans
  const repeats = Array.from({ length: c.repeats }, (_, r) =>
    chosen.map((s, i): SubsetScore => ({ tasks: all[s]!, values: measure(trained[r * chosen.length + i]!) }))
  )
  const truth: Truth = { chosen, scores: meanScores(repeats), repeats, trained }
  return truth
})

/** Whether some task is in two trained subsets: estimates are compared with the truth task by task. */
export const comparable = (truth: Truth): boolean => {
  const all = truth.scores.flatMap((s) => s.tasks)
  return new Set(all).size < all.length
}

/** Agreement of estimates with the truth, which must be {@link comparable}. */
export const compareWithTruth = (estimates: readonly SubsetScore[], truth: Truth, n: number, k: number, key: Key) => {
  const drawing = (name: string): (() => number) => {
    const s = stream(child(key, name))
    return () => draw(s)
  }
  const affinity = centred(truth.scores, n)
  return {
    estimates,
    affinity,
    labels: labelsOf(affinity, k, drawing("rounding")),
    ...correlated(estimates, truth.scores, n, drawing("bootstrap")),
    ceiling: ceiling(truth.repeats, n, k, drawing("ceiling"))
  }
}

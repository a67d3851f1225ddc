/** Stage: a sample of the subsets, really trained from θ★; the estimates are judged by them. */

import { Effect, Schema } from "effect"
import type { Start } from "../../algorithms/mod.ts"
import { child, permutation, type Stream, stream } from "../../core/random/mod.ts"
import { RunStore } from "../../core/service/run_store.ts"
import { centred, type Subset, type SubsetScore } from "../../core/surrogate/mod.ts"
import type { Task } from "../../envs/mod.ts"
import type { TruthConfig } from "../config.ts"
import { Workers } from "../jobs/job.ts"
import { curveMeans, finalMeans, Trained } from "../jobs/training.ts"
import { trainAll } from "../jobs/training_job.ts"
import type { TasksOfSpec } from "./context.ts"
import { Score } from "./schemas.ts"
import { stage } from "./stage.ts"
import { type Begin, costOfTrainings, ofTasks, relogCurves, telling } from "./trainings.ts"

export interface TruthInput extends TasksOfSpec {
  /** All that were estimated. */
  readonly subsets: readonly Subset[]
  readonly config: Pick<TruthConfig, "subsets" | "iterations" | "repeats" | "measure">
  readonly start: Start
}

/** Which subsets were trained, and how their tasks did: the mean, and each repeat. */
export const Truth = Schema.Struct({
  /** Positions in the list of all subsets. */
  chosen: Schema.Array(Schema.Int),
  scores: Schema.Array(Score),
  repeats: Schema.Array(Schema.Array(Score)),
  /** Repeat by repeat, in the order of `chosen`. */
  trained: Schema.Array(Trained)
})
export type Truth = typeof Truth.Type

export const truth = stage({
  name: "truth",
  result: Truth,
  costOf: costOfTrainings,
  run: Effect.fnUntraced(function* (input: TruthInput, { workers }) {
    const training = trainSubsets(input, yield* telling("truth", input.spec.taskIds))
    return yield* Effect.provideService(training, Workers, workers)
  }),
  save: Effect.fnUntraced(function* ({ spec, tasks }: TruthInput, result: Truth) {
    const { scores, trained } = result
    const curves = trained.map(({ curve }, i) => ({
      ...namedBy(
        scores.map((s) => s.tasks),
        i
      ),
      curve
    }))
    yield* relogCurves("truth", spec.taskIds, curves)
    if (trained.length > 0) yield* putTruth(result, tasks)
  })
})

/**
 * Trains the sample, each subset several times with keys of its own.
 *
 * - Errors: `AssignmentError` naming the subset whose training failed; `ArgumentError` of a refused setting.
 */
export const trainSubsets = Effect.fn("policygradex.trainSubsets")(function* (
  { spec, tasks, subsets: all, config: c, start, key }: TruthInput,
  begin: Begin
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
  const tell = yield* begin(jobs.length)
  const named = (i: number) =>
    namedBy(
      chosen.map((s) => all[s]!),
      i
    )
  const trained = yield* trainAll(spec, jobs, (i, t) => tell(named(i), t))
  const measure = c.measure === "curve" ? curveMeans : finalMeans
  const repeats = Array.from({ length: c.repeats }, (_, r) =>
    chosen.map((s, i): SubsetScore => ({ tasks: all[s]!, values: measure(trained[r * chosen.length + i]!) }))
  )
  const result: Truth = { chosen, scores: meanScores(repeats), repeats, trained }
  return result
})

/** The i-th training of these subsets, repeat by repeat. */
const namedBy = (subsets: readonly Subset[], i: number) =>
  ofTasks(subsets[i % subsets.length]!, `repeat ${Math.floor(i / subsets.length)}`)

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

/** Whether some task is in two trained subsets: estimates are compared with the truth task by task. */
export const comparable = ({ scores }: Pick<Truth, "scores">): boolean => {
  const all = scores.flatMap((s) => s.tasks)
  return new Set(all).size < all.length
}

/** What the trained subsets reached; their affinity, where they say anything about one. */
const putTruth = Effect.fnUntraced(function* (result: Truth, tasks: readonly Task[]) {
  const store = yield* RunStore
  const { chosen, scores, trained } = result
  if (comparable(result)) {
    const { n, values } = centred(scores, tasks.length)
    yield* store.put("affinity", "truth", { kind: "array", shape: [n, n], data: values })
  }
  yield* store.put("truth", "returns", {
    kind: "table",
    columns: ["repeat", "subset", "task", "curve_mean", "final_mean"],
    rows: trained.flatMap((t, i) => {
      const members = scores[i % chosen.length]!.tasks
      const [curve, final] = [curveMeans(t), finalMeans(t)]
      const repeat = Math.floor(i / chosen.length)
      return members.map((task, a) => [repeat, members.join(" "), tasks[task]!.id, curve[a]!, final[a]!])
    })
  })
})

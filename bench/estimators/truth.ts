/** Trains one family from one seed in every way that estimators are judged by. */
import { Effect } from "effect"
import { child, type Key, permutation, stream } from "../../core/random/mod.ts"
import { allSubsets } from "../../core/surrogate/mod.ts"
import { finalMeans, groupsOf, trainAll } from "../../pipeline/mod.ts"
import type { Course } from "./families.ts"
import type { Truth } from "./gathered.ts"
import type { Start } from "./start.ts"

/** Trainings of every subset: halves of them tell how well the truth knows itself. */
const REPEATS = 4

/** Groupings whose groups are all trained. */
const PARTITIONS = 21

/** Each task alone, all in one, the planted groups where there are some, and random ones of every number. */
const partitionsOf = (n: number, planted: readonly number[] | undefined, key: Key): readonly (readonly number[])[] => {
  const s = stream(key)
  const found = new Map<string, readonly number[]>()
  const put = (labels: readonly number[]): void => {
    const order = [...new Set(labels)]
    const own = labels.map((l) => order.indexOf(l))
    found.set(own.join(" "), own)
  }
  put(Array.from({ length: n }, (_, i) => i))
  put(new Array<number>(n).fill(0))
  if (planted !== undefined) put(planted)
  for (let t = 0; found.size < PARTITIONS && t < 1000; t++) {
    const k = 2 + (t % (n - 2))
    const order = Array.from(permutation(s, n))
    const labels = new Array<number>(n).fill(0)
    for (const [at, task] of order.entries()) labels[task] = at < k ? at : (at * 7919 + t) % k
    put(labels)
  }
  return [...found.values()]
}

/** All singles, all pairs, and every group of the partitions. */
const subsetsOf = (n: number, partitions: readonly (readonly number[])[]): readonly (readonly number[])[] => {
  const all = [...allSubsets(n, 1), ...allSubsets(n, 2), ...partitions.flatMap(groupsOf)]
  return [...new Map(all.map((s) => [s.join(" "), s])).values()]
}

/** Digits of a return that are kept: trainings agree on fewer. */
const DIGITS = 5

/** All trainings of the course from this start. */
export const trainTruth = Effect.fn("bench.truth")(function* (course: Course, seed: number, start: Start) {
  const { config, key, tasks, planted, spec, at, theta } = start
  const partitions = partitionsOf(tasks.length, planted, child(key, "partitions"))
  const subsets = subsetsOf(tasks.length, partitions)
  const { stepsPerTask, iterations } = config.truth
  const jobs = Array.from({ length: REPEATS }, (_, r) =>
    subsets.map((s) => ({
      tasks: s.map((t) => tasks[t]!),
      iterations,
      key: child(key, "truth", r, s.join(" ")),
      start: at
    }))
  ).flat()
  const begun = performance.now()
  const trained = yield* trainAll({ ...spec, budget: "updates", stepsPerTask, parameters: false }, jobs)
  const seconds = (performance.now() - begun) / 1000
  const reached = trained.map((t) => finalMeans(t).map((x) => Number(x.toPrecision(DIGITS))))
  return {
    course: course.name,
    seed,
    theta,
    tasks: tasks.map((t) => t.id),
    planted: planted ?? null,
    partitions,
    subsets,
    returns: Array.from({ length: REPEATS }, (_, r) => reached.slice(r * subsets.length, (r + 1) * subsets.length)),
    flops: subsets.reduce((sum, { length }, k) => (length === 2 ? sum + trained[k]!.cost.flops : sum), 0),
    seconds: Math.round(seconds)
  } satisfies Truth
})

/** Trains one family from one seed in every way that estimators are judged by. */
import { Effect } from "effect"
import { child, type Key, permutation, stream } from "../../core/random/mod.ts"
import { Session } from "../../core/service/session.ts"
import { allSubsets } from "../../core/surrogate/mod.ts"
import { finalMeans, groupsOf, trainAll } from "../../pipeline/mod.ts"
import { projector } from "../../pipeline/stages/surrogate/features.ts"
import { seeTasks } from "../../pipeline/stages/surrogate/gradients.ts"
import { observe } from "../../pipeline/stages/surrogate/observe.ts"
import { solveSubsets, taskLosses } from "../../pipeline/stages/surrogate/solve_subsets.ts"
import type { Course } from "./families.ts"
import type { Gathered } from "./gathered.ts"
import { startOf } from "./start.ts"

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

export const timed = Effect.fnUntraced(function* <A, E, R>(work: Effect.Effect<A, E, R>) {
  const session = yield* Session
  const [before, start] = [yield* session.work, performance.now()]
  const value = yield* work
  const after = yield* session.work
  return { value, flops: after.flops - before.flops, seconds: (performance.now() - start) / 1000 }
})

/** The course from this seed, and the tasks' gradients `[n, blocks, p]`. */
export const gather = Effect.fn("bench.gather")(function* (course: Course, seed: number) {
  const start = yield* startOf(course, seed)
  const { config, key, tasks, planted, spec, setting, at, settings, problem } = start
  const partitions = partitionsOf(tasks.length, planted, child(key, "partitions"))
  const subsets = subsetsOf(tasks.length, partitions)
  const gradients = yield* timed(seeTasks(problem))
  const logistic = yield* timed(
    Effect.scoped(
      Effect.gen(function* () {
        const { dimension, damping } = settings
        const p = yield* projector(settings.projection, setting.policy, dimension, child(key, "projection"))
        const seen = yield* observe(problem, p)
        const data = seen.map((o) => o.data)
        const mu = { curvatures: damping }
        const solved = yield* solveSubsets(data, subsets, { dimension, mu, tolerance: 1e-4, maxEvaluations: 200 })
        const losses = yield* taskLosses(data, solved.x, dimension)
        const zero = data.map(
          ({ advantages: a }) => (Math.LN2 * Array.from(a).reduce((s, x) => s + Math.abs(x), 0)) / a.length
        )
        return subsets.map((s, k) => s.map((i) => zero[i]! - losses[i * subsets.length + k]!))
      })
    )
  )
  const { stepsPerTask, iterations } = config.truth
  const jobs = Array.from({ length: REPEATS }, (_, r) =>
    subsets.map((s) => ({
      tasks: s.map((t) => tasks[t]!),
      iterations,
      key: child(key, "truth", r, s.join(" ")),
      start: at
    }))
  ).flat()
  const truth = yield* timed(trainAll({ ...spec, budget: "updates", stepsPerTask, parameters: false }, jobs))
  const costs = subsets.flatMap((s, k) => (s.length === 2 ? [truth.value[k]!.cost.flops] : []))
  const one = gradients.value[0]!
  const found: Gathered = {
    course: course.name,
    seed,
    tasks: tasks.map((t) => t.id),
    planted: planted ?? null,
    partitions,
    subsets,
    returns: Array.from({ length: REPEATS }, (_, r) =>
      subsets.map((_, k) => finalMeans(truth.value[r * subsets.length + k]!))
    ),
    seen: gradients.value.map(({ unit, episodeLength, episodeReturn, range, rewards }) => {
      return { unit, episodeLength, episodeReturn, range, rewards }
    }),
    transitions: one.transitions,
    blocks: one.blocks,
    parameters: setting.policy.size,
    logistic: logistic.value,
    flops: { pairs: costs.reduce((a, b) => a + b, 0), gradients: gradients.flops, logistic: logistic.flops },
    seconds: { truth: truth.seconds, gradients: gradients.seconds, logistic: logistic.seconds }
  }
  const values = Float32Array.from(gradients.value.flatMap((t) => Array.from(t.gradients)))
  return { found, bytes: new Uint8Array(values.buffer) }
})

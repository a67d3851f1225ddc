/** Curvature and generalisation over a training, by subset size, and from weights that are given. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { Fixed } from "../../../algorithms/mod.ts"
import { type ArgumentError, cannot } from "../../../core/failure/mod.ts"
import { child, type Key, permutation, stream } from "../../../core/random/mod.ts"
import type { Task } from "../../../envs/mod.ts"
import type { Setting } from "../../jobs/training.ts"
import { type From, type MeasuredSet, type Measuring, measurer } from "./measure.ts"
import type { CurvaturePoint } from "./point.ts"

/** Which of a training's iterations are measured. */
export interface Course {
  /** Iterations of the whole training. */
  readonly iterations: number
  /** Of which so many are measured, evenly from the first to the last; one alone is the last. */
  readonly checkpoints: number
}

/**
 * Whether a course has so many places: before each iteration, and after the last.
 *
 * - Errors: `ArgumentError` for more, naming the `field` that says how many.
 */
export const courseTakes = (
  field: string,
  { checkpoints, iterations }: Course
): E.Either<ArgumentError, { readonly checkpoints: number }> => {
  const want = `${field} of at most ${iterations + 1}, one more than meta.iterations`
  return checkpoints <= iterations + 1
    ? E.right({ checkpoints })
    : cannot("measure curvature over a training", want, String(checkpoints))
}

/** How points are measured, and who is told of each. */
export interface Measured {
  readonly how: Measuring
  readonly key: Key
  readonly told: (point: CurvaturePoint) => Effect.Effect<void>
}

/**
 * Measures an iteration from each of these weights, on one set of tasks.
 *
 * - Errors: `ArgumentError` for fewer than two probes, numbers that are not finite, and a learner that trains on other transitions
 *   than a rollout of its weights; those of the learner.
 */
export const measureFrom = Effect.fnUntraced(function* <C>(
  setting: Setting<C>,
  set: MeasuredSet,
  from: readonly From[],
  { how, key, told }: Measured
) {
  const measure = yield* measurer(setting, set, how)
  return yield* Effect.forEach(from, (f) => Effect.tap(measure(f, child(key, "point", f.iteration)), told))
}, Effect.scoped)

/**
 * Trains one policy on the tasks, and gives where it stood before the measured iterations. With the key of a run's meta-training, on
 * all of its tasks, it is that training.
 *
 * - Errors: those of the learner, `TrainingDiverged` above all.
 */
export const checkpointsOf = Effect.fnUntraced(function* <C>(
  { environment, algorithm, algorithmConfig, policy, environmentsPerTask, stepsPerTask, budget }: Setting<C>,
  tasks: readonly Task[],
  { iterations, checkpoints }: Course,
  key: Key
) {
  const learner = yield* algorithm.learner(algorithmConfig, {
    environment,
    tasks,
    policy,
    environmentsPerTask,
    stepsPerTask,
    iterations,
    ...(budget === undefined ? {} : { budget })
  })
  const wanted = new Set(
    Array.from({ length: checkpoints }, (_, c) =>
      checkpoints === 1 ? iterations : Math.round((c * iterations) / (checkpoints - 1))
    )
  )
  const found: From[] = []
  let state = yield* learner.init(child(key, "train"))
  for (let i = 0; i <= iterations; i++) {
    const { policy: theta, value, moments } = state
    const at: Fixed = { policy: theta.slice(), value: value.slice(), ...(moments === undefined ? {} : { moments }) }
    if (wanted.has(i)) found.push({ at, iteration: i })
    if (i < iterations) state = (yield* learner.iterate(state)).state
  }
  return found
}, Effect.scoped)

/**
 * Trains a policy on each of the sets, from one first policy on, and measures iterations of each training; set by set.
 *
 * - Errors: those of {@link checkpointsOf} and {@link measureFrom}.
 */
export const measureTrainings = Effect.fnUntraced(function* <C>(
  setting: Setting<C>,
  sets: readonly MeasuredSet[],
  { key, ...course }: Course & { readonly key: Key },
  measured: Measured
) {
  const all = yield* Effect.forEach(sets, (set) =>
    Effect.flatMap(checkpointsOf(setting, set.tasks, course, key), (from) => measureFrom(setting, set, from, measured))
  )
  return all.flat()
})

/** Random sets of each size, none twice. */
export const setsBySize = (
  tasks: readonly Task[],
  sizes: readonly number[],
  draws: number,
  key: Key
): readonly MeasuredSet[] =>
  sizes.flatMap((size) => {
    const seen = new Map<string, MeasuredSet>()
    // So many attempts find as many sets as there are, but for bad luck that costs a draw.
    for (let attempt = 0; attempt < 20 * draws && seen.size < draws; attempt++) {
      const order = permutation(stream(child(key, "set", size, attempt)), tasks.length)
      const chosen = [...order.slice(0, size)].sort((a, b) => a - b).map((i) => tasks[i]!)
      const set = size === tasks.length ? "all tasks" : chosen.map((t) => t.id).join(" ")
      seen.set(set, { set, tasks: chosen })
    }
    return [...seen.values()]
  })

/** How sharp the loss of a run's policies is, and how far what an iteration learns holds on transitions that it never saw. */
import { Effect } from "effect"
import { argumentError } from "../../core/failure/mod.ts"
import { child, type Key, key as keyOf } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { Progress } from "../../core/service/progress.ts"
import type { RunStoreService } from "../../core/service/run_store.ts"
import { suggestion } from "../../core/text/choices.ts"
import type { Task } from "../../envs/mod.ts"
import {
  type Catalog,
  type CurvaturePoint,
  courseTakes,
  type MeasuredSet,
  type Measuring,
  measureFrom,
  measureTrainings,
  plan,
  type RunConfig,
  setsBySize
} from "../../pipeline/mod.ts"
import { policiesOfRun } from "./evaluate_run.ts"
import { metaPolicy } from "./meta_policy.ts"

/** What to measure. */
export interface RunCurvatureOptions {
  readonly how: Measuring
  /** Trains anew, from the first policy on, and measures at so many iterations; 0 measures at θ★ alone. */
  readonly checkpoints: number
  /** Random sets of each size from one task to all, trained anew; 0 draws none. */
  readonly draws: number
  /** Tasks that are measured alone; by default the first. */
  readonly tasks?: readonly string[]
}

/** What was measured. */
export interface RunCurvature {
  readonly algorithm: string
  readonly parameters: number
  /** An iteration from θ★. */
  readonly finished: readonly CurvaturePoint[]
  /** Iterations of trainings from the first policy on; empty where none was asked for. */
  readonly training: readonly CurvaturePoint[]
  /** After such trainings of random sets; likewise. */
  readonly sizes: readonly CurvaturePoint[]
}

/**
 * Measures a finished run: all tasks, each of its groups, and single tasks.
 *
 * - Errors: `RunStoreError` where the run has no policy; `ArgumentError` for more checkpoints than a training has, a task that the run has not, a learner that trains on other
 *   transitions than a rollout of its weights, and numbers that are not finite; those of the learner.
 */
export const curvatureOfRun = Effect.fn("run.curvature")(function* (
  store: RunStoreService,
  config: RunConfig,
  catalog: Catalog,
  { how: asked, checkpoints, draws, tasks: alone }: RunCurvatureOptions,
  key: Key
) {
  yield* fromEither(courseTakes("--checkpoints", { checkpoints, iterations: config.meta.iterations }))
  const { context, tasks } = yield* plan(config, catalog)
  const { setting } = context
  const at = yield* metaPolicy(store, catalog, setting)
  const single = yield* tasksNamed(alone ?? [tasks[0]!.id], tasks)
  const groups = yield* groupsOf(store, catalog, tasks)
  const sets: readonly MeasuredSet[] = [
    ...single.map((task) => ({ set: task.id, tasks: [task] })),
    ...groups,
    { set: "all tasks", tasks }
  ]
  const { report } = yield* Progress
  const { iterations } = config.meta
  const how = { ...asked, iterations }
  const bySize = draws === 0 ? [] : setsBySize(tasks, sizesUpTo(tasks.length), draws, child(key, "sizes"))
  const total = sets.length * (1 + checkpoints) + bySize.length
  let done = 0
  const told = () => report({ stage: "curvature", done: ++done, total, unit: "points" })
  yield* report({ stage: "curvature", done, total, unit: "points" })
  // The training of all tasks is the run's own.
  const meta = child(yield* fromEither(keyOf(config.seed)), "meta")
  const measured = { how, key, told }
  const trained = (all: readonly MeasuredSet[], count: number) =>
    count === 0
      ? Effect.succeed([])
      : measureTrainings(setting, all, { iterations, checkpoints: count, key: meta }, measured)
  const finished = yield* Effect.forEach(sets, (set) =>
    measureFrom(setting, set, [{ at, iteration: iterations }], measured)
  )
  const training = yield* trained(sets, checkpoints)
  const sizes = yield* trained(bySize, 1)
  const found: RunCurvature = {
    algorithm: setting.algorithm.id,
    parameters: setting.policy.size,
    finished: finished.flat(),
    training,
    sizes
  }
  return found
})

const tasksNamed = (ids: readonly string[], tasks: readonly Task[]) =>
  Effect.forEach(ids, (id) => {
    const found = tasks.find((t) => t.id === id)
    if (found !== undefined) return Effect.succeed(found)
    const there = tasks.map((t) => t.id)
    return Effect.fail(
      argumentError({ doing: "measure curvature", want: "a task of the run", got: id, fix: suggestion(id, there) })
    )
  })

/** The run's groups of several tasks; none where it trained none. */
const groupsOf = (store: RunStoreService, catalog: Catalog, tasks: readonly Task[]) =>
  Effect.gen(function* () {
    const policies = yield* policiesOfRun(store, catalog)
    const members = new Map(policies.map((p) => [p.group, p.tasks.map((t) => t.id)]))
    return [...members]
      .filter(([, ids]) => ids.length > 1 && ids.length < tasks.length)
      .map(([group, ids]) => ({ set: `group ${group}`, tasks: tasks.filter((t) => ids.includes(t.id)) }))
  }).pipe(
    // A run that selects, or stopped before: θ★ is measured all the same.
    Effect.catchIf(
      (e) => e._tag === "RunStoreError" && e.reason === "missing",
      () => Effect.succeed<readonly MeasuredSet[]>([])
    )
  )

/** 1, 2, 3, 5, 8, …, all. */
const sizesUpTo = (n: number): readonly number[] => {
  const sizes: number[] = []
  for (let [a, b] = [1, 2]; a < n; [a, b] = [b, a + b]) sizes.push(a)
  return [...sizes, n]
}

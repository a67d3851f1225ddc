/** What a run's θ★ is worth on tasks that it never saw, before and after it adapts to each of them by itself. */
import { Effect } from "effect"
import { evaluator } from "../../algorithms/internal.ts"
import type { Acting, Evaluation, EvaluationOptions } from "../../algorithms/mod.ts"
import { child, type Key, stream } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { Progress } from "../../core/service/progress.ts"
import type { RunStoreService } from "../../core/service/run_store.ts"
import { aggregateInterquartileMean, type Interval, type Scores, stratifiedInterval } from "../../core/stat/mod.ts"
import type { Task } from "../../envs/mod.ts"
import { adaptAll, meanOf, toldInTurn, trainAll, Workers } from "../../pipeline/jobs/mod.ts"
import type { Catalog, RunConfig } from "../../pipeline/mod.ts"
import { plan, unseenTasks } from "../../pipeline/mod.ts"
import { metaPolicy } from "./meta_policy.ts"

/** How to adapt, and to what. */
export interface RunAdaptationOptions extends EvaluationOptions {
  /** Steps of the adaptation: a meta-learner's inner steps, other learners' iterations. */
  readonly steps: number
  /** Tasks drawn from the run's family, none of those that it was trained on. */
  readonly unseen: number
  /** Environment steps a task for each step of the adaptation; as many as an iteration of the run by default. */
  readonly stepsPerTask?: number
  /** Confidence of the intervals; 0.95 by default. */
  readonly level?: number
}

/** A task's episodes under one policy. */
export interface Played {
  readonly meanReturn: number
  /** Over its episodes; the interval draws them anew. */
  readonly interquartileMean: Interval
  /** Fraction of episodes that succeeded, where the environment tells. */
  readonly successRate?: number
}

export interface AdaptedTask {
  readonly task: string
  readonly params: Task["params"]
  /** Which of the run's own tasks its policy is told to play, where it is told one. */
  readonly toldAs?: string
  readonly before: Played
  readonly after: Played
}

/** All tasks' mean returns together; intervals draw tasks anew: they are a sample of the family. */
export interface AdaptationWorth {
  readonly family: string
  readonly environment: string
  readonly algorithm: string
  /** Whether the learner has a way to adapt, or goes on training. */
  readonly by: "inner steps" | "training"
  readonly steps: number
  readonly stepsPerTask: number
  readonly actions: EvaluationOptions["actions"]
  readonly episodes: number
  readonly tasks: readonly AdaptedTask[]
  readonly before: Interval
  readonly after: Interval
  /** Of each task's mean return after, less that before. */
  readonly gain: Interval
  readonly successRate?: { readonly before: number; readonly after: number }
  /** Mean return over tasks of the episodes that ended, step by step of the adaptation; null where none did. */
  readonly curve: readonly (number | null)[]
}

/** Environments side by side a task. */
const together = 8

/**
 * Draws tasks, adapts θ★ to each of them by itself, and plays them before and after, with the same episodes. One that is told its
 * task is told these as its own, each in turn.
 *
 * - Errors: `ArgumentError` where the family has too few tasks; `RunStoreError` where the run has no θ★ yet; `ArgumentError` for one of another architecture or version;
 *   those of the learner.
 */
export const adaptRun = Effect.fn("run.adapt")(function* (
  store: RunStoreService,
  config: RunConfig,
  catalog: Catalog,
  options: RunAdaptationOptions,
  key: Key
) {
  const { spec, context, tasks: seen, workers } = yield* plan(config, catalog)
  const { environment, policy, algorithm } = context.setting
  const start = yield* metaPolicy(store, catalog, context.setting)
  const asked = { count: options.unseen, seen, key: child(key, "unseen"), fix: "ask for fewer with --unseen" }
  const tasks = yield* unseenTasks(config, catalog, asked)
  const played = toldInTurn(spec, tasks)
  const { steps, stepsPerTask = spec.stepsPerTask, episodes, actions, level = 0.95 } = options
  const problem = { environment, policy, environmentsPerTask: Math.min(together, episodes) }
  const { report } = yield* Progress

  const play = Effect.fnUntraced(function* (stage: string, of: (task: number) => Acting) {
    const all: Evaluation[] = []
    for (const [i, task] of played.entries()) {
      yield* report({ stage, done: i, total: tasks.length, unit: "tasks" })
      const { policy: theta, moments } = of(i)
      const one = Effect.flatMap(evaluator({ ...problem, tasks: [task] }), (evaluate) =>
        evaluate(theta, { episodes, actions }, child(key, "evaluate"), moments)
      )
      all.push(...(yield* Effect.scoped(one)))
    }
    yield* report({ stage, done: tasks.length, total: tasks.length, unit: "tasks" })
    return all
  })

  const byInnerSteps = Effect.gen(function* () {
    let done = 0
    yield* report({ stage: "adaptation", done, total: tasks.length, unit: "tasks" })
    const evaluation = { episodes, actions, environments: problem.environmentsPerTask }
    const { adapted } = yield* adaptAll(
      { ...spec, stepsPerTask },
      { learned: [start], tasks, steps, key, evaluation },
      (n) => {
        done += n
        return report({ stage: "adaptation", done, total: tasks.length, unit: "tasks" })
      }
    ).pipe(Effect.provideService(Workers, workers))
    return adapted[0]!.map((a) => ({ evaluation: a.evaluation, returns: a.curve }))
  })

  const byTraining = Effect.gen(function* () {
    const { policy, value, moments } = start
    let done = 0
    const jobs = played.map((task) => ({
      tasks: [task],
      iterations: steps,
      key: child(key, "adapt", task.id),
      start: { policy, value, ...(moments === undefined ? {} : { moments }) }
    }))
    yield* report({ stage: "adaptation", done, total: tasks.length, unit: "tasks" })
    const trained = yield* trainAll({ ...spec, stepsPerTask, episodes: 1 }, jobs, () =>
      report({ stage: "adaptation", done: ++done, total: tasks.length, unit: "tasks" })
    )
    const after = yield* play("after", (task) => trained[task]!)
    return after.map((evaluation, task) => ({
      evaluation,
      returns: trained[task]!.curve.map(([mean = Number.NaN]) => mean)
    }))
  })

  const before = yield* play("before", () => start)
  const { adapter } = algorithm
  const adapted = yield* adapter === undefined ? byTraining : byInnerSteps
  const after = adapted.map((a) => a.evaluation)

  const draws = stream(child(key, "bootstrap"))
  const interval = (scores: Scores) =>
    fromEither(stratifiedInterval(scores, aggregateInterquartileMean, { level, stream: draws }))
  const asPlayed = Effect.fnUntraced(function* (e: Evaluation) {
    const rate = rateOf(e)
    const interquartileMean = yield* interval([e.returns])
    return { meanReturn: e.meanReturn, interquartileMean, ...(rate === undefined ? {} : { successRate: rate }) }
  })
  const means = (all: readonly Evaluation[]): readonly number[] => all.map((e) => e.meanReturn)
  const [rates, ratesAfter] = [before.flatMap((e) => rateOf(e) ?? []), after.flatMap((e) => rateOf(e) ?? [])]
  const told = tasks.length > 0 && rates.length === tasks.length && ratesAfter.length === tasks.length
  const points = Math.max(0, ...adapted.map((a) => a.returns.length))
  const worth: AdaptationWorth = {
    family: config.family.id,
    environment: environment.id,
    algorithm: algorithm.id,
    by: adapter === undefined ? "training" : "inner steps",
    steps,
    stepsPerTask,
    actions,
    episodes,
    tasks: yield* Effect.forEach(
      played,
      Effect.fnUntraced(function* ({ id, params, toldAs }, i) {
        const [start, end] = [yield* asPlayed(before[i]!), yield* asPlayed(after[i]!)]
        return { task: id, params, ...(toldAs === undefined ? {} : { toldAs }), before: start, after: end }
      })
    ),
    before: yield* interval([means(before)]),
    after: yield* interval([means(after)]),
    gain: yield* interval([means(after).map((x, i) => x - before[i]!.meanReturn)]),
    ...(told ? { successRate: { before: meanOf(rates), after: meanOf(ratesAfter) } } : {}),
    curve: Array.from({ length: points }, (_, k) => {
      const mean = meanOf(adapted.map((a) => a.returns[k] ?? Number.NaN))
      return Number.isNaN(mean) ? null : mean
    })
  }
  return worth
})

const rateOf = ({ successes }: Evaluation): number | undefined =>
  successes === undefined ? undefined : meanOf(successes.map(Number))

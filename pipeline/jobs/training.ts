/** The unit of work of the job: train some tasks from given parameters and say how each task did. */

import { Effect, Schema, type Scope } from "effect"
import * as E from "fp-ts/lib/Either.js"
import {
  adaptedEvaluator,
  evaluator,
  momentsSize,
  problemError,
  SavedState,
  Start,
  ToldTaskData
} from "../../algorithms/internal.ts"
import type {
  Adaptable,
  AdaptedEvaluation,
  Algorithm,
  Budget,
  Evaluate,
  Evaluation,
  EvaluationOptions,
  Learner,
  LearnerError,
  MakeRollouts,
  Policy,
  Problem
} from "../../algorithms/mod.ts"
import type { Aggregator } from "../../core/aggregate/mod.ts"
import type { ArgumentError } from "../../core/failure/mod.ts"
import { child, type Floats, type Key } from "../../core/random/mod.ts"
import { Doubles, FloatArray, KeyData, Numbers } from "../../core/service/data.ts"
import { Cost, costBetween, Session, totalCost } from "../../core/service/session.ts"
import { mean } from "../../core/stat/mod.ts"
import type { Environment } from "../../envs/mod.ts"

/** What all trainings of a job share. */
export interface Setting<C> {
  readonly environment: Environment
  readonly algorithm: Algorithm<C>
  readonly algorithmConfig: C
  readonly policy: Policy
  /** What the gradients of tasks that are trained together become. A task alone has one gradient, which is followed as it is. */
  readonly aggregator?: Aggregator
  /** Environments a task. */
  readonly environmentsPerTask: number
  readonly stepsPerTask: number
  /** What does not depend on how many tasks are trained together; `steps` by default, see `TrainingProblem`. */
  readonly budget?: Budget
  /** Episodes a task in the evaluation after the training. */
  readonly episodes: number
  /** In that evaluation: the most probable ones, by default, or drawn ones. */
  readonly actions?: EvaluationOptions["actions"]
  /** Episodes a task after each iteration, actions drawn; none by default. */
  readonly assessments?: number
  /** Where only returns matter, parameters are left out of what a training gives. */
  readonly parameters?: false
}

/** Who plays the tasks where the training's own thread does not. */
export interface RemoteRollouts {
  readonly rollouts: MakeRollouts
  readonly evaluator: Effect.Effect<Evaluate, LearnerError, Scope.Scope>
}

/** One training to do. */
export const Assignment = Schema.Struct({
  tasks: Schema.Array(ToldTaskData),
  iterations: Schema.Number,
  key: KeyData,
  start: Schema.optionalKey(Start),
  /** The policy is told which of the job's tasks it plays, though the job's network is not; `start` is of such a one. */
  told: Schema.optionalKey(Schema.Literal(true)),
  /**
   * Floating-point operations that its iterations take, instead of a number of iterations: as many whole ones as come nearest
   * to it, at least one. What anneals still counts on `iterations`.
   */
  operations: Schema.optionalKey(Schema.Number),
  /** It ends with the iteration whose mean return over tasks reaches this. */
  until: Schema.optionalKey(Schema.Number)
})
export type Assignment = typeof Assignment.Type

/** Of every iteration, finished or on the way: rows are iterations, columns the assignment's tasks. */
const course = {
  /** Mean return of the episodes that ended in the iteration; NaN where none did. */
  curve: Schema.Array(Numbers),
  /** Mean return of the assessment after each iteration, as `curve`; empty where none was asked for. */
  assessed: Schema.Array(Numbers),
  /** The algorithm's own figures by iteration and task. */
  metrics: Schema.Array(Schema.Array(Schema.Record(Schema.String, Schema.Number))),
  /** Of all its calls, wherever they were made. */
  cost: Cost
}

/** What a training gave. */
export const Trained = Schema.Struct({
  ...course,
  policy: Doubles,
  value: Doubles,
  /** What the policy normalises by, where it does. */
  moments: Schema.optional(Doubles),
  /** Of meta-learners: what their adapter takes beside the policy, learned step sizes above all. */
  arrays: Schema.optionalKey(Schema.Record(Schema.String, FloatArray)),
  /** Of meta-learners: what the policy adapted to for the evaluation, one a task. */
  adapted: Schema.optionalKey(Schema.Array(Doubles)),
  /** Return of every evaluation episode, a row a task. */
  returns: Schema.Array(Numbers),
  /** Share of those episodes that succeeded, by task, where the environment tells. */
  successRates: Schema.optionalKey(Numbers),
  steps: Schema.Number,
  /** Floating-point operations of its iterations: `cost` has those of the evaluation too. */
  operations: Schema.Number
})
export type Trained = typeof Trained.Type

/** A training on its way: from here it goes on, bit for bit. */
export const Checkpoint = Schema.Struct({ ...course, saved: SavedState })
export type Checkpoint = typeof Checkpoint.Type

/** What an iteration showed, task by task. */
export interface IterationReport {
  /** Counted from 0. */
  readonly iteration: number
  /** Mean returns; NaN where no episode ended. */
  readonly returns: readonly number[]
  readonly metrics: readonly Readonly<Record<string, number>>[]
  /** Environment steps so far. */
  readonly steps: number
}

/** Where a training's way is kept. Keeping never fails: a training that cannot be kept goes on. */
export interface Checkpoints {
  readonly find: Effect.Effect<Checkpoint | undefined>
  /** Is told after each iteration, and keeps where it stands from time to time. */
  readonly offer: (at: () => Checkpoint) => Effect.Effect<void>
  /** Keeps it at once: the training is stopped. */
  readonly keep: (at: Checkpoint) => Effect.Effect<void>
  /** What was found is of another training. */
  readonly refuse: (why: ArgumentError) => Effect.Effect<void>
}

/** Who watches a training, helps it, and keeps its way; nothing of that changes its numbers. */
export interface TrainingHooks<W, R> {
  /** Is told what was done before, row by row, when the first iteration begins. */
  readonly begin?: (past: Pick<Trained, "curve" | "metrics">) => Effect.Effect<void, W, R>
  /** Is told after each iteration. */
  readonly watch?: (seen: IterationReport) => Effect.Effect<void, W, R>
  readonly remote?: RemoteRollouts
  readonly checkpoints?: Checkpoints
}

/**
 * Trains one assignment, or goes on with it.
 *
 * - Errors: `TrainingDiverged` naming the iteration; `ArgumentError` of a refused setting; `SessionError`, `SessionLost`, `WorkerLost`.
 */
export const train = Effect.fn("policygradex.train")(function* <C, W = never, R = never>(
  setting: Setting<C>,
  { tasks, iterations, key, start, operations, until = Number.POSITIVE_INFINITY }: Assignment,
  { begin, watch, remote, checkpoints }: TrainingHooks<W, R> = {}
) {
  const {
    environment,
    algorithm,
    algorithmConfig,
    policy,
    environmentsPerTask,
    stepsPerTask,
    episodes,
    actions = "mode",
    assessments = 0
  } = setting
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const session = yield* Session
      const before = yield* session.work
      const problem = { environment, tasks, policy, environmentsPerTask: environmentsPerTask }
      const learner = yield* algorithm.learner(algorithmConfig, {
        ...problem,
        stepsPerTask,
        iterations,
        ...(setting.budget === undefined ? {} : { budget: setting.budget }),
        ...aggregatorFor(setting, tasks.length),
        ...(remote === undefined ? {} : { rollouts: remote.rollouts })
      })
      const past = yield* goOn(learner, checkpoints)
      let state = past?.state ?? (yield* learner.init(child(key, "train"), start))
      if ((state.moments?.length ?? 0) !== momentsSize(policy)) {
        return yield* Effect.fail(problemError("normalise", `off, as ${algorithm.id} gathers no moments`, "on"))
      }
      const evaluate = yield* evaluation(setting, problem, remote)
      const curve = [...(past?.curve ?? [])]
      const assessed = [...(past?.assessed ?? [])]
      const metrics = [...(past?.metrics ?? [])]
      const costNow = Effect.map(session.work, (now) => totalCost([past?.cost ?? free, costBetween(before, now)]))
      let cost = past?.cost ?? free
      const checkpoint = (): Checkpoint => ({ saved: learner.save(state), curve, assessed, metrics, cost })
      const iterate = Effect.gen(function* () {
        yield* begin?.({ curve, metrics }) ?? Effect.void
        const more = (i: number): boolean =>
          operations === undefined ? i < iterations : nearer(i, cost.flops, operations)
        while (more(state.iteration) && !(meanOf(curve.at(-1) ?? []) >= until)) {
          const i = state.iteration
          const next = yield* learner.iterate(state)
          const returns = next.rows.map((r) => r.meanReturn ?? Number.NaN)
          const figures = next.rows.map((r) => r.metrics)
          const how = { episodes: assessments, actions: "sample" } as const
          const played = assessments > 0 ? yield* evaluate(next.state, how, child(key, "assess", i)) : []
          yield* watch?.({ iteration: i, returns, metrics: figures, steps: next.state.steps }) ?? Effect.void
          cost = yield* costNow
          // All at once: whenever the training is stopped, what is kept is of whole iterations.
          state = next.state
          curve.push(returns)
          metrics.push(figures)
          if (assessments > 0) assessed.push(played.map((e) => e.meanReturn))
          yield* checkpoints?.offer(checkpoint) ?? Effect.void
        }
      })
      const keep = Effect.suspend(() => (state.iteration > 0 && checkpoints?.keep(checkpoint())) || Effect.void)
      yield* Effect.onError(iterate, () => keep)
      const done = yield* evaluate(state, { episodes, actions }, child(key, "evaluate"))
      const wanted = (x: Floats): Float64Array => Float64Array.from(setting.parameters === false ? [] : x)
      const trained: Trained = {
        policy: wanted(state.policy),
        value: wanted(state.value),
        ...(state.moments === undefined ? {} : { moments: Float64Array.from(state.moments) }),
        ...(algorithm.adapter === undefined || setting.parameters === false
          ? {}
          : { arrays: state.arrays, adapted: done.map((e) => Float64Array.from(e.policy ?? state.policy)) }),
        curve,
        assessed,
        metrics,
        returns: done.map((e) => e.returns),
        ...successRatesOf(done),
        steps: state.steps,
        operations: cost.flops,
        cost: yield* costNow
      }
      return trained
    })
  )
})

/** The setting's combination of gradients, where there are several. */
export const aggregatorFor = (
  { aggregator }: Pick<Setting<unknown>, "aggregator">,
  tasks: number
): { readonly aggregator?: Aggregator } => (aggregator === undefined || tasks < 2 ? {} : { aggregator })

/** What a state is worth: its policy's returns, or, of a meta-learner, those of the policies that it adapts to. */
const evaluation = Effect.fnUntraced(function* <C>(
  { algorithm, algorithmConfig, stepsPerTask }: Setting<C>,
  problem: Problem,
  remote: RemoteRollouts | undefined
) {
  if (algorithm.adapter !== undefined) {
    // One step's rollout is half of an iteration, as it is in meta-training with one inner step.
    const each = problem.environmentsPerTask
    const rollout = each * Math.max(1, Math.floor(stepsPerTask / 2 / each))
    return yield* adaptedEvaluator(algorithm.adapter, algorithmConfig, { ...problem, stepsPerTask: rollout })
  }
  const evaluate = yield* remote?.evaluator ?? evaluator(problem)
  return (
    at: Adaptable,
    options: EvaluationOptions,
    key: Key
  ): Effect.Effect<readonly (Evaluation & Partial<AdaptedEvaluation>)[], LearnerError> =>
    evaluate(at.policy, options, key, at.moments)
})

/** Whether after i iterations one more, at what they cost in the mean, comes nearer to these operations. */
const nearer = (i: number, spent: number, operations: number): boolean => i === 0 || spent + spent / i / 2 < operations

const free: Cost = { flops: 0, bytes: 0 }

/** Where the training stood, if that was kept. */
const goOn = Effect.fnUntraced(function* (learner: Learner, checkpoints: Checkpoints | undefined) {
  const found = yield* checkpoints?.find ?? Effect.undefined
  if (checkpoints === undefined || found === undefined) return undefined
  const state = learner.load(found.saved)
  if (E.isRight(state)) return { ...found, state: state.right }
  yield* checkpoints.refuse(state.left)
  return undefined
})

const successRatesOf = (done: readonly Evaluation[]): Pick<Trained, "successRates"> => {
  const rates = done.flatMap((e) => (e.successes === undefined ? [] : [meanOf(e.successes.map(Number))]))
  return rates.length === done.length ? { successRates: rates } : {}
}

/** Mean of the known values. */
export const meanOf = (x: readonly number[]): number => {
  const known = x.filter((v) => !Number.isNaN(v))
  return mean(known)
}

/**
 * What was achieved while training, one number a task: the mean over iterations of the assessments, or of the learning
 * curve where there were none. Less noisy than the end of the training.
 */
export const curveMeans = (t: Trained): readonly number[] => {
  const rows = t.assessed.length > 0 ? t.assessed : t.curve
  return (rows[0] ?? []).map((_, task) => meanOf(rows.map((row) => row[task]!)))
}

/** Mean return of each task after training. */
export const finalMeans = (t: Trained): readonly number[] => t.returns.map(meanOf)

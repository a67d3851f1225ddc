/** The unit of work of the job: train some tasks from given parameters and say how each task did. */
import { Effect, type Scope } from "effect"
import { type Cost, Session } from "../../core/pipeline/session.ts"
import type { Key } from "../../core/random/mod.ts"
import { child } from "../../core/random/mod.ts"
import type { Environment, Task } from "../../envs/mod.ts"
import type { Algorithm, MakeRollouts, Start } from "../algorithm.ts"
import type { LearnerError } from "../error.ts"
import { type Evaluate, evaluator } from "../evaluate.ts"
import type { Policy } from "../policy.ts"
import { since } from "./ledger.ts"

/** What all trainings of a job share. */
export interface Setting<C> {
  readonly environment: Environment
  readonly algorithm: Algorithm<C>
  readonly algorithmConfig: C
  readonly policy: Policy
  /** Environments a task. */
  readonly vector: number
  readonly stepsPerTask: number
  /** Episodes a task in the evaluation after the training, actions at their mode. */
  readonly episodes: number
  /** Episodes a task after each iteration, actions drawn; none by default. */
  readonly assessments?: number
}

/** Who plays the tasks where the training's own thread does not. */
export interface Players {
  readonly rollouts: MakeRollouts
  readonly evaluator: Effect.Effect<Evaluate, LearnerError, Scope.Scope>
}

/** One training to do. */
export interface Assignment {
  readonly tasks: readonly Task[]
  readonly iterations: number
  readonly key: Key
  readonly start?: Start
}

/** What a training gave. Rows of `curve` are iterations, columns the assignment's tasks. */
export interface Trained {
  readonly policy: Float64Array
  readonly value: Float64Array
  /** Mean return of the episodes that ended in the iteration; NaN where none did. */
  readonly curve: readonly (readonly number[])[]
  /** Mean return of the assessment after each iteration, as `curve`; empty where none was asked for. */
  readonly assessed: readonly (readonly number[])[]
  /** The algorithm's own figures by iteration and task. */
  readonly metrics: readonly (readonly Readonly<Record<string, number>>[])[]
  /** Return of every evaluation episode, a row a task. */
  readonly returns: readonly (readonly number[])[]
  readonly steps: number
  /** Of all its calls, wherever they were made. */
  readonly cost: Cost
}

/** What an iteration showed, task by task. */
export interface Watched {
  /** Counted from 0. */
  readonly iteration: number
  /** Mean returns; NaN where no episode ended. */
  readonly returns: readonly number[]
  readonly metrics: readonly Readonly<Record<string, number>>[]
  /** Environment steps so far. */
  readonly steps: number
}

/** Trains one assignment. `watch` is told after each iteration; a mean return over tasks of `until` ends the training. */
export const train = Effect.fn("policygradex.train")(function* <C, W = never, R = never>(
  setting: Setting<C>,
  { tasks, iterations, key, start }: Assignment,
  watch: (seen: Watched) => Effect.Effect<void, W, R> = () => Effect.void,
  until = Number.POSITIVE_INFINITY,
  players?: Players
) {
  const { environment, algorithm, algorithmConfig, policy, vector, stepsPerTask, episodes, assessments = 0 } = setting
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const session = yield* Session
      const before = yield* session.work
      const problem = { environment, tasks, policy, environmentsPerTask: vector }
      const learner = yield* algorithm.learner(algorithmConfig, {
        ...problem,
        stepsPerTask,
        iterations,
        ...(players === undefined ? {} : { rollouts: players.rollouts })
      })
      let state = yield* learner.init(child(key, "train"), start)
      const evaluate = yield* players?.evaluator ?? evaluator(problem)
      const curve: number[][] = []
      const assessed: number[][] = []
      const metrics: Readonly<Record<string, number>>[][] = []
      for (let i = 0; i < iterations; i++) {
        const next = yield* learner.iterate(state)
        state = next.state
        curve.push(next.rows.map((r) => r.meanReturn ?? Number.NaN))
        metrics.push(next.rows.map((r) => r.metrics))
        if (assessments > 0) {
          const how = { episodes: assessments, actions: "sample" } as const
          assessed.push((yield* evaluate(state.policy, how, child(key, "assess", i))).map((e) => e.meanReturn))
        }
        yield* watch({ iteration: i, returns: curve[i]!, metrics: metrics[i]!, steps: state.steps })
        if (meanOf(curve[i]!) >= until) break
      }
      const done = yield* evaluate(state.policy, { episodes, actions: "mode" }, child(key, "evaluate"))
      const trained: Trained = {
        policy: Float64Array.from(state.policy),
        value: Float64Array.from(state.value),
        curve,
        assessed,
        metrics,
        returns: done.map((e) => e.returns),
        steps: state.steps,
        cost: since(before, yield* session.work)
      }
      return trained
    })
  )
})

/** Mean of the known values. */
export const meanOf = (x: readonly number[]): number => {
  const known = x.filter((v) => !Number.isNaN(v))
  return known.length === 0 ? Number.NaN : known.reduce((a, b) => a + b, 0) / known.length
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

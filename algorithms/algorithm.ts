/**
 * The contract of an algorithm: a record of data and functions. Training is State → State, where a state is plain data:
 * whoever has it can stop, store it and go on elsewhere, bit for bit.
 */
import { type Effect, Schema, type Scope } from "effect"
import type * as E from "fp-ts/lib/Either.js"
import type { Aggregator } from "../core/aggregate/mod.ts"
import type { ArgumentError } from "../core/failure/mod.ts"
import type { Floats, Key } from "../core/random/mod.ts"
import { Bytes, FloatArray, Numbers } from "../core/service/data.ts"
import type { Session, SessionFailure } from "../core/service/session.ts"
import { choice } from "../core/service/setting.ts"
import type { BatchState, Environment, Space, Task } from "../envs/mod.ts"
import type { LearnerError, Refusal } from "./error.ts"
import type { MakePolicy, Policy } from "./policy.ts"
import { Acting, type MakeRollouts } from "./rollouts.ts"

/** Some tasks of one environment, side by side. */
export interface Problem {
  readonly environment: Environment
  readonly tasks: readonly (Pick<Task, "id" | "params"> & {
    /** Which of its tasks a policy that is told one is told to play: this one by default, which must then be among them. */
    readonly toldAs?: string
  })[]
  readonly policy: Policy
  /** Environments a task; all tasks' environments are stepped together. */
  readonly environmentsPerTask: number
}

/** What trainings of different size have in common, so that their returns can be compared. */
export const Budget = choice(
  ["updates", "steps"],
  "what trainings share beside environment steps a task: updates, with minibatches that grow with the tasks; or, as the " +
    "papers do, minibatches of one size, so that a policy of more tasks is updated more often"
)
export type Budget = typeof Budget.Type

/** What decides how often θ is updated. */
export interface UpdateSize extends Pick<TrainingProblem, "stepsPerTask" | "environmentsPerTask"> {
  /** Number of tasks trained together. */
  readonly tasks: number
  readonly budget: Budget
}

/** How an iteration updates θ. */
export interface Updates {
  /** Updates an iteration. */
  readonly count: number
  /** Adam's step size, its mean over the training. */
  readonly rate: number
  /** Transitions an update, of all tasks together. */
  readonly batch: number
}

/** What a learner trains on. */
export interface TrainingProblem extends Problem {
  /** Who plays the tasks; the learner's own thread by default. A learner may do without. */
  readonly rollouts?: MakeRollouts
  /** What the tasks' gradients become together; without one, the learner's loss is the mean over all transitions. */
  readonly aggregator?: Aggregator
  /** Environment steps a task an iteration, a multiple of `environmentsPerTask`. */
  readonly stepsPerTask: number
  /**
   * What does not depend on how many tasks there are: with `updates` how often parameters are updated, minibatches grow with
   * the tasks; with `steps`, the default, the size of a minibatch, so that more tasks are more updates. Environment steps
   * a task are the same with both. Learners that update once an iteration on all tasks have nothing to choose.
   */
  readonly budget?: Budget
  /** Length of the whole training, for what anneals over it. */
  readonly iterations: number
}

/** Policy and value parameters that stay as they are. */
export const Fixed = Schema.Struct({ ...Acting.fields, value: FloatArray })
export type Fixed = typeof Fixed.Type

/** Parameters to start from; what is left out is drawn from the key. The optimiser always starts afresh. */
export const Start = Schema.Struct({
  /** θ. */
  policy: Schema.optionalKey(FloatArray),
  /** Parameters of the value function. */
  value: Schema.optionalKey(FloatArray),
  /** What θ normalises by; further experience adds to it. */
  moments: Schema.optional(FloatArray)
})
export type Start = typeof Start.Type

/** All that a training is, as plain data; nothing else decides what comes next. Never changed once given out. */
export interface State extends Fixed {
  /** Iterations done. */
  readonly iteration: number
  /** Environment steps taken, over all tasks. */
  readonly steps: number
  /** The optimiser's moments and whatever else the algorithm carries. */
  readonly arrays: Readonly<Record<string, Floats>>
  /** Running episodes. */
  readonly environments: BatchState
  /** What the agent sees now: `[environments · policy.inputs]`. */
  readonly observation: Floats
  /** Random streams by purpose, as text. */
  readonly streams: Readonly<Record<string, string>>
}

/** What one iteration showed of one task. Aggregates over tasks are computed from these. */
export interface TaskRow {
  readonly task: string
  /** Episodes that ended. */
  readonly episodes: number
  /** Their mean return and length; undefined where none ended. */
  readonly meanReturn: number | undefined
  readonly meanLength: number | undefined
  /** The algorithm's own figures, all finite: losses, entropy, KL divergence, … */
  readonly metrics: Readonly<Record<string, number>>
}

/** What one iteration of a training gives. */
export interface Iteration {
  readonly state: State
  /** One row a task, in the problem's order. */
  readonly rows: readonly TaskRow[]
  /** Environment steps of this iteration, over all tasks. */
  readonly steps: number
}

/** A state as JSON text and arrays, for a store. */
export const SavedState = Schema.Struct({
  json: Schema.String,
  arrays: Schema.Record(Schema.String, FloatArray)
})
export type SavedState = typeof SavedState.Type

/** A training made ready in a session. Law: run(n + m) = run(m) ∘ load ∘ save ∘ run(n), bit for bit. */
export interface Learner {
  readonly policy: Policy
  /** The first state: parameters by `start`, the rest by the key. */
  readonly init: (key: Key, start?: Start) => Effect.Effect<State, LearnerError>
  /** Rollout and update. On failure `state` is as it was. Can be interrupted between session calls. */
  readonly iterate: (state: State) => Effect.Effect<Iteration, LearnerError>
  readonly save: (state: State) => SavedState
  /** Errors: `ArgumentError` where the state is of another algorithm, configuration or problem. */
  readonly load: (saved: SavedState) => E.Either<ArgumentError, State>
}

/** Transitions of one task in the order [step, environment]; n = steps · environments rows. */
export const Transitions = Schema.Struct({
  task: Schema.String,
  count: Schema.Int,
  /** Environments side by side: row t·environments + e is step t of environment e. */
  environments: Schema.Int,
  /** What the network saw: `[n, policy.inputs]`. */
  observation: FloatArray,
  /**
   * What the action led to, before any reset, as the environment gave it; normalised where the policy normalises:
   * `[n, observation size]`.
   */
  nextObservation: FloatArray,
  /** As drawn, before any clipping to bounds: `[n, policy.actionSize]`. */
  action: FloatArray,
  /** log π_θ(a | s): `[n]`, like all below. */
  logProb: FloatArray,
  reward: FloatArray,
  terminated: Bytes,
  truncated: Bytes,
  /** v(s_t), and v(s_{t+1}) of the state really reached (0 where terminated). */
  value: FloatArray,
  nextValue: FloatArray,
  /** Not normalised. */
  advantage: FloatArray,
  /** Of the episodes that ended. */
  episodes: Schema.Struct({ returns: Numbers, lengths: Numbers })
})
export type Transitions = typeof Transitions.Type

/** Collects transitions at fixed parameters. */
export interface Collector {
  /**
   * `steps` a task (rounded up to a multiple of the environments a task), starting from fresh episodes; one entry a
   * task, in the problem's order. A task's transitions do not depend on which other tasks there are.
   */
  readonly collect: (
    at: Fixed,
    steps: number,
    key: Key
  ) => Effect.Effect<readonly Transitions[], SessionFailure | Refusal>
}

/** Tasks to adapt to, which training need not have seen. */
export interface AdaptationProblem extends Problem {
  /** Environment steps a task for each step of the adaptation. */
  readonly stepsPerTask: number
}

/** What one rollout during adaptation showed of its task. */
export interface Adaptation {
  /** Episodes that ended; their mean return and length, undefined where none ended. */
  readonly episodes: number
  readonly meanReturn: number | undefined
  readonly meanLength: number | undefined
  /** Over all steps, of episodes that did not end too. */
  readonly meanReward: number
}

/** One task, adapted to: θ' and the rollouts that led there. */
export interface Adapted {
  readonly task: string
  /** θ' of this task, after the last step. */
  readonly policy: Floats
  /** Before the first step, …, after the last: steps + 1. */
  readonly rollouts: readonly Adaptation[]
}

/** Adapts a meta-learner's policy to each task by itself. Law: equal keys give equal bits; 0 steps leave θ as it is. */
export interface Adapter {
  /** Steps that meta-training takes. */
  readonly steps: number
  /** From a training's state, by so many steps. One entry a task, in the problem's order. */
  readonly adapt: (
    at: Acting & Pick<State, "arrays">,
    steps: number,
    key: Key
  ) => Effect.Effect<readonly Adapted[], LearnerError>
}

/** An algorithm: the record that a plugin contributes. C is its configuration. */
export interface Algorithm<C> {
  readonly id: string
  /** Rises whenever numbers change. */
  readonly version: string
  readonly summary: string
  readonly config: Schema.Codec<C, unknown>
  readonly defaults: C
  readonly supports: (action: Space) => boolean
  /** Errors: `ArgumentError` for spaces it does not support. */
  readonly makePolicy: MakePolicy
  /**
   * Refuses the problems that `learner` refuses, before anything is made ready: a job asks of all its trainings before the
   * first one begins. Without it a problem is refused where its training begins.
   */
  readonly check?: (config: C, problem: TrainingProblem) => E.Either<ArgumentError, unknown>
  readonly learner: (config: C, problem: TrainingProblem) => Effect.Effect<Learner, LearnerError, Session | Scope.Scope>
  readonly collector: (config: C, problem: Problem) => Effect.Effect<Collector, LearnerError, Session | Scope.Scope>
  /**
   * θ and value of a policy that is told which of so many tasks it plays, from those of `policy`, which is not: both compute what
   * they did, whatever task is told, so that a training of the one can start where the other stands. Without it no run compares
   * its groups with a policy that is told its task.
   */
  readonly widen?: (config: C, policy: Policy, at: Fixed, tasks: number) => E.Either<ArgumentError, Fixed>
  /**
   * How an iteration updates θ: what predictions of a training's worth are made from. Without it they tell which group is
   * better, but not by how much.
   */
  readonly updates?: (config: C, size: UpdateSize) => Updates | undefined
  /**
   * Only of meta-learners, whose policy is a place to start from: its worth is that of what it adapts to, by the
   * algorithm's own inner steps.
   */
  readonly adapter?: (
    config: C,
    problem: AdaptationProblem
  ) => Effect.Effect<Adapter, LearnerError, Session | Scope.Scope>
}

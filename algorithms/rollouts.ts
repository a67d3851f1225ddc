/** What plays: the environments of a problem with the memory to act on them, what they leave, and who may play instead. */
import { type Effect, Schema, type Scope } from "effect"
import type { Stream } from "../core/random/mod.ts"
import { Doubles, FloatArray } from "../core/service/data.ts"
import type { RealConstructor } from "../core/service/real.ts"
import type { Session } from "../core/service/session.ts"
import type { Batch, Rows } from "../envs/mod.ts"
import { RowsData } from "./env_data.ts"
import type { LearnerError } from "./error.ts"
import type { Normaliser } from "./normalise.ts"
import type { Actor } from "./policy.ts"

/** What acts: parameters, and what the policy normalises by. */
export const Acting = Schema.Struct({
  /** θ `[policy.size]`. */
  policy: FloatArray,
  /** Moments of what was seen, where the policy normalises: `[momentsSize]`, see `normalise.ts`. */
  moments: Schema.optional(FloatArray)
})
export type Acting = typeof Acting.Type

/** What a rollout of T steps of N environments leaves, in the order [step, environment]. */
export const RolloutBuffer = Schema.Struct({
  /** T · N. */
  count: Schema.Int,
  /** Network inputs `[T · N, inputs]`. */
  observation: FloatArray,
  /** As drawn `[T · N, actionSize]`, and their log π `[T · N]`. */
  action: Doubles,
  logProb: Doubles,
  /** What the environments gave; `nextObservation` is theirs, without the task. */
  rows: RowsData
})
export type RolloutBuffer = typeof RolloutBuffer.Type

/** N environments and the memory to act on them. */
export interface EnvironmentRunner {
  readonly batch: Batch
  readonly actor: Actor
  /** What the network sees now: `[N, inputs]`. */
  readonly input: Float32Array | Float64Array
  /** By what the network sees observations; say its moments before the first one. */
  readonly normaliser: Normaliser
  /** What the environments show now, before it was normalised: `[N, observation size]`; kept up only where something is. */
  readonly rawObservation: Float32Array | Float64Array
  /** Shows the network what the environments gave: row `row + i` of observations of their own. */
  readonly see: (observation: ArrayLike<number>, row: number) => void
  /** Starts fresh episodes everywhere. */
  readonly reset: () => void
  /** Moves all environments on by the actor's actions; transitions go to row `row + i`. */
  readonly step: (rows: Rows, row: number) => void
  /** Turns environment i's own observation at `from[at …]` into network input at `to[toAt …]`. */
  readonly encode: (
    i: number,
    from: ArrayLike<number>,
    at: number,
    to: Float32Array | Float64Array,
    toAt: number
  ) => void
  /** The place of the task that a row is of, in the order [step, environment]. */
  readonly taskAt: (row: number) => number
}

/** Has a problem's tasks played by others than the learner's thread. */
export interface Rollouts {
  /** What the last rollout left; this memory is filled again by the next. */
  readonly buffer: RolloutBuffer
  /**
   * Fills the buffer under θ: the environments of `x`, what it sees, and one stream of actions a task go on from where
   * they are, to where they are at the end. Law: the same bits as `rollout`.
   */
  readonly roll: (at: Acting, streams: readonly Stream[]) => Effect.Effect<void, LearnerError>
}

/** Makes rollouts of so many steps ready for the environments of `x`. */
export type MakeRollouts = (
  x: EnvironmentRunner,
  steps: number,
  Real: RealConstructor
) => Effect.Effect<Rollouts, LearnerError, Session | Scope.Scope>

/** The contract of a batch: environments stepped together, in this process or elsewhere. */
import type * as Either from "fp-ts/lib/Either.js"
import type { Floats, Key } from "../core/random/mod.ts"
import type { EnvError } from "./error.ts"
import type { Params } from "./parameter.ts"

/**
 * A caller's buffers for transitions, one row each; row r of an observation starts at r·observationSize.
 *
 * Every row is a transition that took place; there are no dummy rows at resets.
 */
export interface Rows {
  readonly reward: Floats
  /** 1 where the task ended the episode. */
  readonly terminated: Uint8Array
  /** 1 where only the time limit ended it: the value of `nextObservation` still counts. Never with `terminated`. */
  readonly truncated: Uint8Array
  /** What the action led to, in the same episode, also at its end. */
  readonly nextObservation: Floats
  /** What to act on next: the first observation of a fresh episode after an end, else `nextObservation`. */
  readonly observation: Floats
  /** Sum of rewards and number of steps of the episode, this step included; final where the episode ended. */
  readonly episodeReturn: Float64Array
  readonly episodeLength: Int32Array
}

/** The whole state of a batch as plain data, exact to the bit. */
export interface BatchState {
  readonly states: string
  readonly returns: string
  readonly lengths: readonly number[]
  readonly streams: readonly string[]
}

/**
 * Environments stepped together. A batch of n gives row by row what n batches of one give.
 *
 * Its memory is allocated once; `reset` and `step` allocate nothing and keep none of the caller's buffers.
 */
export interface Batch {
  readonly count: number
  readonly observationSize: number
  readonly actionSize: number
  /** Starts a fresh episode everywhere; observation i goes to row `row + i`. */
  readonly reset: (observation: Floats, row?: number) => void
  /**
   * One step of each environment: action i is read at (actionRow + i)·actionSize, transition i goes to row `row + i`.
   *
   * Actions must be in the action space (`flatten` tells). Before `reset` or `load`, with too few actions or rows, or after
   * a fault elsewhere nothing moves and nothing is written: {@link Batch.fault} tells why.
   */
  readonly step: (actions: Floats, rows: Rows, row?: number, actionRow?: number) => void
  /** Of members `from` to `to`; of all by default. */
  readonly save: (from?: number, to?: number) => BatchState
  /**
   * Members `from` to `to`, by default all, continue from a saved state. Errors: `ArgumentError` when it is not of members
   * like these; then nothing changed.
   */
  readonly load: (saved: BatchState, from?: number, to?: number) => Either.Either<EnvError, void>
  /**
   * Whether the last episode of environment i that ended succeeded; undefined where its dynamics do not tell. Of
   * environments elsewhere the `infos` tell.
   */
  readonly succeeded?: (i: number) => boolean | undefined
  /**
   * Why the last `step` did nothing, or `reset` did not begin; nothing where all is well. Stepping cannot return an error,
   * so whoever loops asks: an `ArgumentError` goes with the next call that is right, a `ProcessError` stays.
   */
  readonly fault: () => EnvError | undefined
  /** Of environments that are elsewhere: what only they have. */
  readonly remote?: RemoteBatch
}

/**
 * What a batch has beside the rest when its environments are elsewhere.
 *
 * `reset` and `step` of such a batch wait for their answer. Its saved state is what leads to the running episodes: the
 * generators at their beginning and the actions since. `load` plays them again, and refuses where that leads elsewhere.
 */
export interface RemoteBatch {
  /** Components of a reward, 0 where it is a plain number; then `Rows.reward` is their weighted sum. */
  readonly rewardSize: number
  /** The rewards of the last step by component: `[count · rewardSize]`. */
  readonly rewards: Float64Array
  /** The numbers that each environment told beside the last step (Gymnasium's `info`), by name. */
  readonly infos: () => Either.Either<EnvError, readonly Readonly<Record<string, number>>[]>
  /**
   * Where `load` refused, since nothing can repeat these episodes: others begin in their place, from the generators as they
   * were saved. What they show first goes to `observation`.
   */
  readonly anew?: (saved: BatchState, observation: Floats) => Either.Either<EnvError, void>
  /** Ends the episodes; the batch is of no use afterwards. */
  readonly close: () => void
}

/** An environment to open elsewhere: its parameters, what its randomness comes from, and whose it is. */
export interface Opening {
  readonly params: Params
  readonly key: Key
  /** The task's id, for messages. */
  readonly task?: string
}

/**
 * Opens environments elsewhere.
 *
 * With `fresh` none of them has been played before: what is measured of an environment that remembers its past is then
 * what its own library gives.
 */
export type OpenBatch = (
  members: readonly Opening[],
  how?: { readonly fresh?: boolean }
) => Either.Either<EnvError, Batch>

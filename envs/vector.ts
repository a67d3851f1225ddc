import * as Either from "fp-ts/lib/Either.js"
import { argumentError } from "../core/failure/mod.ts"
import { type Floats, type Key, loadStream, type Stream, saveStream } from "../core/random/mod.ts"
import type { Dynamics, Outcome } from "./env.ts"
import type { EnvError } from "./error.ts"
import { floatsFromText, floatsToText } from "./exact_text.ts"
import type { Params } from "./parameter.ts"

/** One environment of a batch; streams must not be shared between members. */
export interface Member {
  readonly dynamics: Dynamics
  readonly maxEpisodeSteps: number
  readonly stream: Stream
}

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

/** Memory of so many bytes, all zero. */
export type Memory = (bytes: number) => ArrayBufferLike

/** This thread's own. */
export const ownMemory: Memory = (bytes) => new ArrayBuffer(bytes)

/** An array of numbers in it. */
export const floatsIn = (
  memory: Memory,
  count: number,
  Real: Float32ArrayConstructor | Float64ArrayConstructor
): Float32Array | Float64Array =>
  Real === Float32Array ? new Float32Array(memory(4 * count)) : new Float64Array(memory(8 * count))

/** Allocates rows for `count` transitions; float32 observations as Gymnasium's, unless asked otherwise. */
export const makeRows = (
  count: number,
  observationSize: number,
  Observations: Float32ArrayConstructor | Float64ArrayConstructor = Float32Array,
  memory: Memory = ownMemory
): Rows => {
  const observations = () => floatsIn(memory, count * observationSize, Observations)
  return {
    reward: new Float64Array(memory(8 * count)),
    terminated: new Uint8Array(memory(count)),
    truncated: new Uint8Array(memory(count)),
    nextObservation: observations(),
    observation: observations(),
    episodeReturn: new Float64Array(memory(8 * count)),
    episodeLength: new Int32Array(memory(4 * count))
  }
}

/**
 * A batch of environments, of one task or of several, that share observation and action sizes.
 *
 * Episodes are begun by `reset` (or `load`), and anew after each end, by the environment's own stream.
 *
 * - Errors: `ArgumentError` for no members or unequal sizes.
 */
export const vectorise = (members: readonly Member[]): Either.Either<EnvError, Batch> => {
  const [first] = members
  if (first === undefined) return refuse("members", "at least one", "none")
  const { observationSize, actionSize } = first.dynamics
  for (const [i, { dynamics }] of members.entries()) {
    if (dynamics.observationSize !== observationSize)
      return refuse(`members[${i}].observationSize`, String(observationSize), String(dynamics.observationSize))
    if (dynamics.actionSize !== actionSize)
      return refuse(`members[${i}].actionSize`, String(actionSize), String(dynamics.actionSize))
  }
  return Either.right(batchOf(members, observationSize, actionSize))
}

const batchOf = (members: readonly Member[], observationSize: number, actionSize: number): Batch => {
  const count = members.length
  const dynamics = members.map((m) => m.dynamics)
  const limits = Int32Array.from(members, (m) => m.maxEpisodeSteps)
  const streams = members.map((m) => m.stream)
  const offsets = new Int32Array(count + 1)
  for (const [i, d] of dynamics.entries()) offsets[i + 1] = offsets[i]! + d.stateSize
  const states = new Float64Array(offsets[count]!)
  const returns = new Float64Array(count)
  const lengths = new Int32Array(count)
  const outcome: Outcome = { reward: 0, terminated: false }
  const won = new Array<boolean | undefined>(count)
  const begun = new Uint8Array(count)
  let waiting = count
  let fault: EnvError | undefined

  const holds = (i: number): void => {
    waiting -= 1 - begun[i]!
    begun[i] = 1
  }
  const begin = (i: number): void => {
    dynamics[i]!.reset(states, offsets[i]!, streams[i]!)
    returns[i] = 0
    lengths[i] = 0
  }

  const reset: Batch["reset"] = (observation, row = 0) => {
    fault = undefined
    for (let i = 0; i < count; i++) {
      begin(i)
      holds(i)
      dynamics[i]!.observe(states, offsets[i]!, observation, (row + i) * observationSize)
    }
  }

  const step: Batch["step"] = (actions, rows, row = 0, actionRow = 0) => {
    const { nextObservation, observation } = rows
    fault = stepFault(waiting, count, actions.length - actionRow * actionSize, actionSize, rows.reward.length - row)
    if (fault !== undefined) return
    for (let i = 0; i < count; i++) {
      const env = dynamics[i]!
      const at = offsets[i]!
      const to = row + i
      const start = to * observationSize
      env.step(states, at, actions, (actionRow + i) * actionSize, streams[i]!, outcome)
      const length = lengths[i]! + 1
      const sum = returns[i]! + outcome.reward
      const terminated = outcome.terminated
      const truncated = !terminated && length >= limits[i]!
      rows.reward[to] = outcome.reward
      rows.terminated[to] = terminated ? 1 : 0
      rows.truncated[to] = truncated ? 1 : 0
      rows.episodeReturn[to] = sum
      rows.episodeLength[to] = length
      returns[i] = sum
      lengths[i] = length
      env.observe(states, at, nextObservation, start)
      if (terminated || truncated) {
        if (env.succeeded !== undefined) won[i] = env.succeeded(states, at)
        begin(i)
        env.observe(states, at, observation, start)
      } else for (let k = 0; k < observationSize; k++) observation[start + k] = nextObservation[start + k]!
    }
  }

  const save: Batch["save"] = (from = 0, to = count) => ({
    states: floatsToText(states.subarray(offsets[from], offsets[to])),
    returns: floatsToText(returns.subarray(from, to)),
    lengths: [...lengths.subarray(from, to)],
    streams: streams.slice(from, to).map(saveStream)
  })

  const load: Batch["load"] = (saved, from = 0, to = count) => {
    const [members, numbers] = [to - from, offsets[to]! - offsets[from]!]
    const newStates = floatsFromText(saved.states)
    const newReturns = floatsFromText(saved.returns)
    if (newStates?.length !== numbers) return refuse("states", `${numbers} numbers`, size(newStates))
    if (newReturns?.length !== members) return refuse("returns", `${members} numbers`, size(newReturns))
    if (saved.lengths.length !== members) return refuse("lengths", `${members} numbers`, String(saved.lengths.length))
    if (saved.streams.length !== members) return refuse("streams", `${members} streams`, String(saved.streams.length))
    const newStreams: Stream[] = []
    for (const [i, text] of saved.streams.entries()) {
      const loaded = loadStream(text)
      if (Either.isLeft(loaded)) return refuse(`streams[${i}]`, loaded.left.want, text.slice(0, 120))
      newStreams.push(loaded.right)
    }
    states.set(newStates, offsets[from])
    returns.set(newReturns, from)
    lengths.set(saved.lengths, from)
    for (const [i, s] of newStreams.entries()) {
      streams[from + i]!.words.set(s.words)
      holds(from + i)
    }
    return Either.right(undefined)
  }

  return { count, observationSize, actionSize, reset, step, save, load, succeeded: (i) => won[i], fault: () => fault }
}

/** Why a batch cannot step: what is there, from where this step begins to read and write. */
export const stepFault = (
  waiting: number,
  count: number,
  actions: number,
  actionSize: number,
  rows: number
): EnvError | undefined => {
  if (waiting > 0)
    return batchError("step()", "reset() or load() before it", `${waiting} of ${count} without an episode`)
  if (actions < count * actionSize)
    return batchError("actions", `${count} of ${actionSize} numbers each, ${count * actionSize}`, `${actions} numbers`)
  return rows < count ? batchError("rows", `room for ${count}`, `for ${rows}`) : undefined
}

const size = (x: Float64Array | undefined): string => (x === undefined ? "text that is no floats" : `${x.length}`)

const batchError = (field: string, want: string, got: string): EnvError =>
  argumentError({ doing: `use ${field} in a batch`, want, got })

const refuse = (field: string, want: string, got: string): Either.Either<EnvError, never> =>
  Either.left(batchError(field, want, got))

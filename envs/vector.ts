import * as Either from "fp-ts/lib/Either.js"
import { type Floats, loadStream, type Stream, saveStream } from "../core/random/mod.ts"
import type { Dynamics, Outcome } from "./env.ts"
import type { EnvError } from "./error.ts"
import { floatsFromText, floatsToText } from "./exact_text.ts"

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
  /** One step of each environment: action i is read at (actionRow + i)·actionSize, transition i goes to row `row + i`. */
  readonly step: (actions: Floats, rows: Rows, row?: number, actionRow?: number) => void
  readonly save: () => BatchState
  /** Continues from a saved state. Errors: `BatchError` when it is not of a batch like this; then nothing changed. */
  readonly load: (saved: BatchState) => Either.Either<EnvError, void>
}

/** Allocates rows for `count` transitions; float32 observations as Gymnasium's, unless asked otherwise. */
export const makeRows = (
  count: number,
  observationSize: number,
  Observations: Float32ArrayConstructor | Float64ArrayConstructor = Float32Array
): Rows => ({
  reward: new Float64Array(count),
  terminated: new Uint8Array(count),
  truncated: new Uint8Array(count),
  nextObservation: new Observations(count * observationSize),
  observation: new Observations(count * observationSize),
  episodeReturn: new Float64Array(count),
  episodeLength: new Int32Array(count)
})

/**
 * A batch of environments, of one task or of several, that share observation and action sizes.
 *
 * Episodes are begun by `reset` (or `load`), and anew after each end, by the environment's own stream.
 *
 * - Errors: `BatchError` for no members or unequal sizes.
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

  const begin = (i: number): void => {
    dynamics[i]!.reset(states, offsets[i]!, streams[i]!)
    returns[i] = 0
    lengths[i] = 0
  }

  const reset: Batch["reset"] = (observation, row = 0) => {
    for (let i = 0; i < count; i++) {
      begin(i)
      dynamics[i]!.observe(states, offsets[i]!, observation, (row + i) * observationSize)
    }
  }

  const step: Batch["step"] = (actions, rows, row = 0, actionRow = 0) => {
    const { nextObservation, observation } = rows
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
        begin(i)
        env.observe(states, at, observation, start)
      } else for (let k = 0; k < observationSize; k++) observation[start + k] = nextObservation[start + k]!
    }
  }

  const save: Batch["save"] = () => ({
    states: floatsToText(states),
    returns: floatsToText(returns),
    lengths: [...lengths],
    streams: streams.map(saveStream)
  })

  const load: Batch["load"] = (saved) => {
    const newStates = floatsFromText(saved.states)
    const newReturns = floatsFromText(saved.returns)
    if (newStates?.length !== states.length) return refuse("states", `${states.length} numbers`, size(newStates))
    if (newReturns?.length !== count) return refuse("returns", `${count} numbers`, size(newReturns))
    if (saved.lengths.length !== count) return refuse("lengths", `${count} numbers`, String(saved.lengths.length))
    if (saved.streams.length !== count) return refuse("streams", `${count} streams`, String(saved.streams.length))
    const newStreams: Stream[] = []
    for (const [i, text] of saved.streams.entries()) {
      const loaded = loadStream(text)
      if (Either.isLeft(loaded)) return refuse(`streams[${i}]`, loaded.left.want, text.slice(0, 120))
      newStreams.push(loaded.right)
    }
    states.set(newStates)
    returns.set(newReturns)
    lengths.set(saved.lengths)
    for (const [i, s] of newStreams.entries()) streams[i]!.words.set(s.words)
    return Either.right(undefined)
  }

  return { count, observationSize, actionSize, reset, step, save, load }
}

const size = (x: Float64Array | undefined): string => (x === undefined ? "text that is no floats" : `${x.length}`)

const refuse = (field: string, want: string, got: string): Either.Either<EnvError, never> =>
  Either.left({
    _tag: "BatchError",
    field,
    want,
    got,
    message: `Cannot use ${field} in a batch: want ${want}, got ${got}`
  })

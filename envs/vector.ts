import * as Either from "fp-ts/lib/Either.js"
import { argumentError } from "../core/failure/mod.ts"
import { loadStream, type Stream, saveStream } from "../core/random/mod.ts"
import type { Batch, Rows } from "./batch.ts"
import type { Dynamics, Outcome } from "./env.ts"
import type { EnvError } from "./error.ts"
import { floatsFromText, floatsToText } from "./exact_text.ts"

/** One environment of a batch; streams must not be shared between members. */
export interface Member {
  readonly dynamics: Dynamics
  readonly maxEpisodeSteps: number
  readonly stream: Stream
}

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
  const action = new Float64Array(actionSize)
  const outcome: Outcome = { reward: 0, terminated: false }
  const won = new Array<boolean | undefined>(count)
  const begun = new Uint8Array(count)
  let waiting = count
  let fault: EnvError | undefined

  const able = dynamics.filter((d) => d.fault !== undefined)
  const lost = (): EnvError | undefined => {
    for (const d of able) fault ??= d.fault?.()
    return fault
  }
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
      for (let k = 0, from = (actionRow + i) * actionSize; k < actionSize; k++) action[k] = actions[from + k]!
      env.step(states, at, action, streams[i]!, outcome)
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

  return {
    count,
    observationSize,
    actionSize,
    reset,
    step,
    save,
    load,
    succeeded: (i) => won[i],
    fault: () => fault ?? lost()
  }
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

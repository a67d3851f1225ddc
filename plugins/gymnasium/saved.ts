/**
 * Saved episodes of environments whose state nobody can read: their generators at the beginning, and the actions since.
 *
 * Loading plays them again, in environments of their own, and compares what is seen at the end.
 */

import { createHash } from "node:crypto"
import * as Either from "fp-ts/lib/Either.js"
import { cannot } from "../../core/failure/mod.ts"
import { type Floats, loadStream } from "../../core/random/mod.ts"
import { floatsFromText, floatsToText } from "../../envs/internal.ts"
import type { BatchState, EnvError } from "../../envs/mod.ts"
import { envError, type Fault } from "./failure.ts"
import { Done, parse, Standings, Streams } from "./messages.ts"
import type { Placed } from "./part.ts"

/** Running episodes, as far as this side knows them. */
export interface Episodes {
  readonly returns: Float64Array
  readonly lengths: Int32Array
  /** An episode of a member begins with what is seen at `seen[at …]`. */
  readonly begin: (member: number, seen: Floats, at: number) => void
  readonly step: (member: number, action: Floats, reward: number, seen: Floats, at: number) => void
  readonly actions: (member: number) => Float64Array
  /** SHA-256 of what was seen last, as float64 numbers. */
  readonly seen: (member: number) => string
  /** Puts an episode in the place of another. */
  readonly take: (member: number, value: number, actions: Float64Array, seen: string) => void
}

export const makeEpisodes = (count: number, width: number, actionSize: number): Episodes => {
  const returns = new Float64Array(count)
  const lengths = new Int32Array(count)
  const last = new Float64Array(count * width)
  const done = Array.from({ length: count }, () => new Float64Array(64 * actionSize))
  /** Of loaded episodes, until something else is seen. */
  const told = new Map<number, string>()
  const see = (member: number, seen: Floats, at: number): void => {
    if (told.size > 0) told.delete(member)
    // Setting copies images ten times as fast, and some numbers slower.
    if (width > 64) last.set(seen.subarray(at, at + width), member * width)
    else for (let k = 0; k < width; k++) last[member * width + k] = seen[at + k]!
  }
  /** Room for so many actions of a member. */
  const room = (member: number, numbers: number): Float64Array => {
    const old = done[member]!
    if (old.length >= numbers) return old
    const larger = new Float64Array(2 * numbers)
    larger.set(old)
    return (done[member] = larger)
  }
  return {
    returns,
    lengths,
    begin: (member, seen, at) => {
      returns[member] = 0
      lengths[member] = 0
      see(member, seen, at)
    },
    step: (member, action, reward, seen, at) => {
      const length = lengths[member]!
      const into = room(member, (length + 1) * actionSize)
      for (let k = 0; k < actionSize; k++) into[length * actionSize + k] = action[k]!
      returns[member] = returns[member]! + reward
      lengths[member] = length + 1
      see(member, seen, at)
    },
    actions: (member) => done[member]!.subarray(0, lengths[member]! * actionSize),
    seen: (member) => told.get(member) ?? sha256(last.subarray(member * width, (member + 1) * width)),
    take: (member, value, actions, seen) => {
      returns[member] = value
      lengths[member] = actions.length / actionSize
      room(member, actions.length).set(actions)
      told.set(member, seen)
    }
  }
}

const sha256 = ({ buffer, byteOffset, byteLength }: Float64Array): string =>
  createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex")

/** Members from one on, before another. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** The parts that hold these members, with the first and last of each in its own count. */
const within = (parts: readonly Placed[], { from, to }: Range) =>
  parts.flatMap(({ part, from: first }) => {
    const [start, end] = [Math.max(from, first) - first, Math.min(to, first + part.count) - first]
    return start < end ? [{ part, first, start, end }] : []
  })

export const saveEpisodes = (
  parts: readonly Placed[],
  episodes: Episodes,
  range: Range
): Either.Either<Fault, BatchState> => {
  const { from, to } = range
  const streams: string[] = []
  for (const { part, start, end } of within(parts, range)) {
    const told = part.child.call({ do: "save", batch: part.number, from: start, to: end }, Streams)
    if (Either.isLeft(told)) return told
    streams.push(...told.right.streams)
  }
  const members = Array.from({ length: to - from }, (_, i) => from + i)
  const standings = members.map((m) => ({
    actions: floatsToText(episodes.actions(m)),
    seen: episodes.seen(m)
  }))
  return Either.right({
    states: JSON.stringify(standings),
    returns: floatsToText(episodes.returns.subarray(from, to)),
    lengths: [...episodes.lengths.subarray(from, to)],
    streams
  })
}

export const loadEpisodes = (
  name: string,
  parts: readonly Placed[],
  episodes: Episodes,
  saved: BatchState,
  range: Range
): Either.Either<EnvError, void> => {
  const { from, to } = range
  const members = to - from
  const standings = parse(Standings, saved.states)
  const returns = floatsFromText(saved.returns)
  if (standings?.length !== members) return refuse("states", `${members} episodes`, size(standings))
  if (returns?.length !== members) return refuse("returns", `${members} numbers`, size(returns))
  if (saved.lengths.length !== members) return refuse("lengths", `${members} numbers`, size(saved.lengths))
  if (saved.streams.length !== members) return refuse("streams", `${members} streams`, size(saved.streams))
  const taken: { readonly actions: Float64Array; readonly seen: string }[] = []
  for (const [i, { actions: done, seen }] of standings.entries()) {
    const stream = loadStream(saved.streams[i]!)
    if (Either.isLeft(stream)) return refuse(`streams[${i}]`, stream.left.want, saved.streams[i]!.slice(0, 120))
    const [actions, length] = [floatsFromText(done), saved.lengths[i]!]
    if (actions === undefined || (length === 0 ? actions.length > 0 : actions.length % length > 0))
      return refuse(`states[${i}]`, `actions of ${length} steps`, size(actions))
    taken.push({ actions, seen })
  }
  for (const { part, first, start, end } of within(parts, range)) {
    const offset = first - from
    const again = standings.slice(offset + start, offset + end).map((s, i) => ({
      ...s,
      stream: saved.streams[offset + start + i]!
    }))
    const done = part.child.call({ do: "load", batch: part.number, from: start, standings: again }, Done, again.length)
    if (Either.isLeft(done)) return Either.left(envError(name, done.left))
  }
  for (const [i, { actions, seen }] of taken.entries()) episodes.take(from + i, returns[i]!, actions, seen)
  return Either.right(undefined)
}

const size = (x: { readonly length: number } | undefined): string => (x === undefined ? "other text" : `${x.length}`)

const refuse = (field: string, want: string, got: string): Either.Either<EnvError, never> =>
  cannot(`load ${field} of a batch`, want, got)

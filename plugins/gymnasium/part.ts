/** The members of a batch that one process holds: requests and answers as numbers. */
import * as Either from "fp-ts/lib/Either.js"
import type { Floats, Key } from "../../core/random/mod.ts"
import type { Params } from "../../envs/parameter.ts"
import { type Answer, HEADER_BYTES, kinds } from "./channel.ts"
import type { Child } from "./child.ts"
import type { Reference } from "./environment.ts"
import { type Fault, fault } from "./failure.ts"
import { Done } from "./messages.ts"

/** Sizes that all members share. */
export interface Sizes {
  readonly observation: number
  readonly action: number
  /** Components of a reward; 0 for a number. */
  readonly rewards: number
  readonly Real: Float32ArrayConstructor | Float64ArrayConstructor
}

/** What a step of all members gave; good until the next answer. */
export interface Stepped {
  readonly reward: Float64Array
  /** `[count · rewards]`. */
  readonly rewards: Float64Array
  /** 1: terminated; 2: truncated. */
  readonly flags: Uint8Array
  /** `[count · observation]`. */
  readonly next: Floats
  /** First observations of new episodes, those of the members that ended, in their order. */
  readonly fresh: Floats
}

/** Where a message's arrays lie, the same on both sides. */
export interface Part {
  readonly child: Child
  /** Its number in the process. */
  readonly number: number
  readonly count: number
  readonly sendReset: () => Either.Either<Fault, void>
  readonly reset: () => Either.Either<Fault, Floats>
  /** Actions of the members from `actions[at …]`. */
  readonly sendStep: (actions: Floats, at: number) => Either.Either<Fault, void>
  readonly step: () => Either.Either<Fault, Stepped>
}

let opened = 0

/** Starts to open members in a process; what it returns waits for the end of that. */
export const openPart = (
  child: Child,
  { id, fixed }: Reference,
  sizes: Sizes,
  members: readonly { readonly params: Params; readonly key: Key }[]
): (() => Either.Either<Fault, Part>) => {
  const number = opened++
  const request = members.map(({ params, key }) => ({ params, entropy: key.entropy, spawn: key.spawnKey }))
  const asked = child.ask({ do: "open", id, fixed, batch: number, members: request })
  return () =>
    Either.map(() => partOf(child, number, members.length, sizes))(Either.chain(() => child.told(Done))(asked))
}

const partOf = (child: Child, number: number, count: number, sizes: Sizes): Part => {
  const { Real, observation, action, rewards } = sizes
  const width = count * observation
  const request = new Uint8Array(HEADER_BYTES + 8 * count * action)
  const flat = new Float64Array(request.buffer, HEADER_BYTES)
  const bare = new Uint8Array(HEADER_BYTES)
  const rewardsAt = HEADER_BYTES + 8 * count
  const flagsAt = rewardsAt + 8 * count * rewards
  const nextAt = flagsAt + 8 * Math.ceil(count / 8)
  const freshAt = nextAt + Real.BYTES_PER_ELEMENT * width
  let from: ArrayBuffer | undefined
  let views: Omit<Stepped, "fresh"> | undefined

  const viewsOf = (memory: ArrayBuffer): Omit<Stepped, "fresh"> => {
    if (views !== undefined && from === memory) return views
    from = memory
    return (views = {
      reward: new Float64Array(memory, HEADER_BYTES, count),
      rewards: new Float64Array(memory, rewardsAt, count * rewards),
      flags: new Uint8Array(memory, flagsAt, count),
      next: new Real(memory, nextAt, width)
    })
  }
  const lied = (want: string, got: string): Either.Either<Fault, never> => {
    child.end()
    return Either.left(fault("lied", want, got))
  }
  return {
    child,
    number,
    count,
    sendReset: () => child.send(kinds.reset, number, bare),
    reset: () =>
      Either.chain(({ buffer, size }: Answer) => {
        const want = Real.BYTES_PER_ELEMENT * width
        if (size !== want) return lied(`${want} bytes of first observations`, `${size}`)
        return Either.right(new Real(buffer.buffer, HEADER_BYTES, width))
      })(child.answer(kinds.reset, 0)),
    sendStep: (actions, at) => {
      for (let i = 0; i < flat.length; i++) flat[i] = actions[at + i]!
      return child.send(kinds.step, number, request)
    },
    step: () => {
      const answer = child.answer(kinds.step, freshAt - HEADER_BYTES)
      if (Either.isLeft(answer)) return answer
      const { buffer, size } = answer.right
      const seen = viewsOf(buffer.buffer)
      let ended = 0
      for (let i = 0; i < count; i++) if (seen.flags[i]! !== 0) ended++
      const want = freshAt - HEADER_BYTES + ended * observation * Real.BYTES_PER_ELEMENT
      if (size !== want) return lied(`${want} bytes for ${count} steps and ${ended} ends`, `${size}`)
      return Either.right({ ...seen, fresh: new Real(buffer.buffer, freshAt, ended * observation) })
    }
  }
}

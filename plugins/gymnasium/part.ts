/** The members of a batch that one process holds: requests and answers as numbers. */
import * as Either from "fp-ts/lib/Either.js"
import type { Floats } from "../../core/random/mod.ts"
import type { Opening } from "../../envs/internal.ts"
import { type Answer, HEADER_BYTES, kinds } from "./channel.ts"
import type { Child } from "./child.ts"
import type { Reference } from "./environment.ts"
import { type Fault, fault } from "./failure.ts"
import { Done } from "./messages.ts"
import { makeShared, SHARED_FROM, type Shared } from "./shared.ts"

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

/** Members of a batch in one process. */
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
  /** Once. */
  readonly close: () => void
}

/** Some members and where they begin in the batch. */
export interface Placed {
  readonly part: Part
  readonly from: number
}

let opened = 0

/** Starts to open members in a process; what it returns waits for the end of that. */
export const openPart = (
  child: Child,
  { id, fixed, fresh }: Reference & { readonly fresh: boolean },
  sizes: Sizes,
  members: readonly Opening[]
): (() => Either.Either<Fault, Part>) => {
  const number = opened++
  const layout = layoutOf(members.length, sizes)
  const shared = layout.end > SHARED_FROM ? makeShared(layout.end) : undefined
  const request = members.map(({ params, key }) => ({ params, entropy: key.entropy, spawn: key.spawnKey }))
  const path = shared?.path ?? null
  const asked = child.ask({ do: "open", id, fixed, batch: number, members: request, shared: path, fresh })
  return () => {
    const done = Either.chain(() => child.told(Done, members.length))(asked)
    shared?.forget()
    if (Either.isLeft(done)) {
      shared?.close()
      return done
    }
    return Either.right(partOf(child, number, sizes, layout, shared))
  }
}

/** Where the arrays of an answer to a step begin, in bytes from the message's beginning. */
interface Layout {
  readonly count: number
  readonly rewards: number
  readonly flags: number
  readonly next: number
  readonly fresh: number
  /** Where all members have ended. */
  readonly end: number
}

const layoutOf = (count: number, { Real, observation, rewards: components }: Sizes): Layout => {
  const rewards = HEADER_BYTES + 8 * count
  const flags = rewards + 8 * count * components
  const next = flags + 8 * Math.ceil(count / 8)
  const fresh = next + Real.BYTES_PER_ELEMENT * count * observation
  return { count, rewards, flags, next, fresh, end: 2 * fresh - next }
}

const partOf = (child: Child, number: number, sizes: Sizes, layout: Layout, shared: Shared | undefined): Part => {
  const { Real, observation, action } = sizes
  const { count } = layout
  const width = count * observation
  const request = new Uint8Array(HEADER_BYTES + 8 * count * action)
  const flat = new Float64Array(request.buffer, HEADER_BYTES)
  const bare = new Uint8Array(HEADER_BYTES)
  const own = new Uint8Array(shared === undefined ? 0 : layout.end)
  let from: ArrayBuffer | undefined
  let views: Omit<Stepped, "fresh"> | undefined

  const viewsOf = (memory: ArrayBuffer): Omit<Stepped, "fresh"> => {
    if (views !== undefined && from === memory) return views
    from = memory
    return (views = {
      reward: new Float64Array(memory, HEADER_BYTES, count),
      rewards: new Float64Array(memory, layout.rewards, count * sizes.rewards),
      flags: new Uint8Array(memory, layout.flags, count),
      next: new Real(memory, layout.next, width)
    })
  }
  const lied = (want: string, got: string): Either.Either<Fault, never> => {
    child.end()
    return Either.left(fault("lied", want, got))
  }
  /** The message, wherever it is, and its size without the header. */
  const answer = (): Either.Either<Fault, Pick<Answer, "buffer" | "size">> => {
    if (shared === undefined) return child.answer(kinds.step, layout.fresh - HEADER_BYTES)
    const said = child.answer(kinds.step, 8)
    if (Either.isLeft(said)) return said
    const bytes = Number(new DataView(said.right.buffer.buffer).getBigUint64(HEADER_BYTES, true))
    if (bytes < layout.fresh || bytes > layout.end || !shared.read(own, bytes))
      return lied(`${layout.fresh} to ${layout.end} bytes of shared memory`, `${bytes}`)
    return Either.right({ buffer: own, size: bytes - HEADER_BYTES })
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
      })(child.answer(kinds.reset, 0, count)),
    sendStep: (actions, at) => {
      for (let i = 0; i < flat.length; i++) flat[i] = actions[at + i]!
      return child.send(kinds.step, number, request)
    },
    step: () => {
      const answered = answer()
      if (Either.isLeft(answered)) return answered
      const { buffer, size } = answered.right
      const seen = viewsOf(buffer.buffer)
      let ended = 0
      for (let i = 0; i < count; i++) if (seen.flags[i]! !== 0) ended++
      const want = layout.fresh - HEADER_BYTES + ended * observation * Real.BYTES_PER_ELEMENT
      if (size !== want) return lied(`${want} bytes for ${count} steps and ${ended} ends`, `${size}`)
      return Either.right({ ...seen, fresh: new Real(buffer.buffer, layout.fresh, ended * observation) })
    },
    close: () => {
      if (child.fault() === undefined) child.call({ do: "close", batch: number }, Done)
      shared?.close()
    }
  }
}

/** A plan placed in a heap: binding arguments is writing addresses, a call is one call of the engine's code. */

import { size } from "../../../core/program/mod.ts"
import type { Plan } from "../../../core/program/plan/mod.ts"
import type { Argument, Buffer, Mistake, Target } from "../../../core/service/session.ts"
import { foreign, isBuffer, unknownOutput, wrongArgument } from "../mistakes.ts"
import type { Heap } from "./heap.ts"

/** A plan made ready by an engine. */
export interface Code {
  /** What the code reads beside the plan's buffers, placed with them; empty where it needs nothing. */
  readonly words: Int32Array
  /** Runs once. `words` and `slots` are byte offsets: of the words above, and of the byte offset of every slot. */
  readonly run: (heap: Heap, words: number, slots: number) => void
}

/** A buffer of this session: where it is now, or nothing once it is freed. */
export interface ArenaBuffer {
  readonly shape: readonly number[]
  readonly owner: symbol
  readonly at: number
  readonly live: () => boolean
}

export interface Placed {
  readonly call: (
    inputs: Readonly<Record<string, Argument>>,
    into: Readonly<Record<string, Target>>
  ) => Record<string, Float32Array> | Mistake
  readonly free: () => void
}

/** One input or output: its own home in the heap, the address bound now, and the slots that follow it. */
interface Port {
  readonly name: string
  readonly size: number
  readonly shape: readonly number[]
  readonly ownAddress: number
  readonly slots: readonly { readonly index: number; readonly offset: number }[]
  readonly overwrites: ReadonlySet<string>
  bound: number
  /** What the last call gave for it. */
  last: Argument | Target | undefined
}

/** A buffer that this session made and that still lives. */
export const isOwn = (b: Buffer, owner: symbol): b is ArenaBuffer =>
  b.owner === owner && "live" in b && typeof b.live === "function" && b.live() === true

export const isProblem = (x: Record<string, Float32Array> | Mistake): x is Mistake => typeof x.want === "string"

/** Puts a plan into the heap: words, slots, constants, inputs, outputs and temporaries in one block. Throws OutOfMemory. */
export const place = (plan: Plan, code: Code, heap: Heap, owner: symbol): Placed => {
  const sections = layOut(plan, code.words.length)
  const block = heap.allocate(sections.bytes)
  const address = (buffer: number): number => block + sections.offsets[buffer]!
  const [words, slots] = [block + sections.words, block + sections.slots]
  heap.i32.set(code.words, words / 4)
  plan.slots.forEach((s, i) => {
    heap.i32[slots / 4 + i] = address(s.buffer) + 4 * s.offset
  })
  plan.buffers.forEach((b, i) => {
    if (b.values !== undefined) heap.f32.set(b.values, address(i) / 4)
  })
  const port = (
    p: { readonly name: string; readonly shape: readonly number[]; readonly buffer: number },
    overwrites: ReadonlySet<string>
  ): Port => ({
    name: p.name,
    size: size(p.shape),
    shape: p.shape,
    ownAddress: p.buffer < 0 ? -1 : address(p.buffer),
    slots: plan.slots.flatMap((s, index) => (s.buffer === p.buffer ? [{ index, offset: 4 * s.offset }] : [])),
    overwrites,
    bound: p.buffer < 0 ? -1 : address(p.buffer),
    last: undefined
  })
  const inputs = plan.inputs.map((p) => port(p, new Set()))
  const outputs = plan.outputs.map((p) => port(p, p.overwrites))
  const known = new Set(plan.outputs.map((o) => o.name))

  const bind = (p: Port, at: number): void => {
    if (p.bound === at || p.ownAddress < 0) return
    p.bound = at
    for (const s of p.slots) heap.i32[slots / 4 + s.index] = at + s.offset
  }

  const bindInput = (p: Port, value: Argument | undefined): Mistake | undefined => {
    const what = `run ${plan.name}`
    if (value === undefined) return wrongArgument(what, `input "${p.name}"`, p.shape, undefined)
    const length = isBuffer(value) ? size(value.shape) : value.length
    if (length !== p.size) return wrongArgument(what, `input "${p.name}"`, p.shape, length)
    if (isBuffer(value)) {
      if (!isOwn(value, owner)) return foreign(`${what} with input "${p.name}"`, value.owner === owner)
      bind(p, value.at)
    } else if (p.ownAddress >= 0) {
      bind(p, p.ownAddress)
      heap.f32.set(value, p.ownAddress / 4)
    }
    p.last = value
    return undefined
  }

  /** Where output `p` goes: straight into the target where that is safe, else home and copied afterwards. */
  const bindOutput = (p: Port, target: Target | undefined): Mistake | undefined => {
    const what = `run ${plan.name}`
    if (target === undefined || !isBuffer(target)) {
      if (target !== undefined && target.length !== p.size)
        return wrongArgument(what, `output "${p.name}"`, p.shape, target.length)
      bind(p, p.ownAddress)
      p.last = target
      return undefined
    }
    if (size(target.shape) !== p.size) return wrongArgument(what, `output "${p.name}"`, p.shape, size(target.shape))
    if (!isOwn(target, owner)) return foreign(`${what} with output "${p.name}"`, target.owner === owner)
    const safe = inputs.every((i) => i.bound !== target.at || p.overwrites.has(i.name))
    const alone = outputs.every((o) => o === p || o.bound !== target.at)
    bind(p, safe && alone ? target.at : p.ownAddress)
    p.last = target
    return undefined
  }

  /** The ports are bound to what the last call gave. */
  let bound = false
  const unchanged = (p: Port, value: Argument | Target | undefined): boolean =>
    value === p.last && (value === undefined || (isBuffer(value) ? isOwn(value, owner) : value.length === p.size))

  /** Whether this call is given the same things as the last: a training repeats itself thousands of times. */
  const repeats = (given: Readonly<Record<string, Argument>>, into: Readonly<Record<string, Target>>): boolean => {
    if (!bound) return false
    for (const p of inputs) if (!unchanged(p, given[p.name])) return false
    for (const p of outputs) if (!unchanged(p, into[p.name])) return false
    return true
  }

  const rebind = (
    given: Readonly<Record<string, Argument>>,
    into: Readonly<Record<string, Target>>
  ): Mistake | undefined => {
    bound = false
    for (const p of inputs) {
      const problem = bindInput(p, given[p.name])
      if (problem !== undefined) return problem
    }
    for (const p of outputs) {
      const problem = bindOutput(p, into[p.name])
      if (problem !== undefined) return problem
    }
    bound = true
    return undefined
  }

  const finish = (p: Port, target: Target | undefined): Float32Array | undefined => {
    if (target === undefined) return heap.f32.slice(p.bound / 4, p.bound / 4 + p.size)
    if (!isBuffer(target)) target.set(heap.f32.subarray(p.bound / 4, p.bound / 4 + p.size))
    else if (isOwn(target, owner) && p.bound !== target.at)
      heap.f32.copyWithin(target.at / 4, p.bound / 4, p.bound / 4 + p.size)
    return undefined
  }

  return {
    free: () => heap.free(block),
    call: (given, into) => {
      for (const name in into) if (!known.has(name)) return unknownOutput(`run ${plan.name}`, [...known], name)
      if (repeats(given, into)) {
        for (const p of inputs) {
          const value = given[p.name]
          if (value !== undefined && p.ownAddress >= 0 && !isBuffer(value)) heap.f32.set(value, p.ownAddress / 4)
        }
      } else {
        const problem = rebind(given, into)
        if (problem !== undefined) return problem
      }
      code.run(heap, words, slots)
      const out: Record<string, Float32Array> = {}
      for (const p of outputs) {
        const values = finish(p, into[p.name])
        if (values !== undefined) out[p.name] = values
      }
      return out
    }
  }
}

const ALIGN = 64

/** Byte offsets of a plan's parts from the start of its block. */
const layOut = (plan: Plan, wordCount: number) => {
  let at = 0
  const take = (elements: number): number => {
    const here = at
    at += Math.ceil((4 * elements + ALIGN) / ALIGN) * ALIGN
    return here
  }
  const words = take(wordCount)
  const slots = take(plan.slots.length)
  const arena = take(plan.arena)
  const offsets = plan.buffers.map((b) => (b.kind === "temporary" ? arena + 4 * b.offset : take(b.size)))
  return { words, slots, offsets, bytes: at }
}

/** A bare machine for kernel tests: puts arrays into one memory, writes a tape by hand, runs it, reads the results. */
import assert from "node:assert/strict"
import { instantiate, type Kernels, SCRATCH_BYTES } from "../../../../plugins/sessions/wasm/module.ts"

export const relaxedOrPlain = [false, true] as const

export interface Machine {
  /** Places values in a slot of their own, with NaN after them so that a write past the end is seen. */
  readonly put: (values: ArrayLike<number>) => number
  /** A new slot of n NaN. */
  readonly room: (n: number) => number
  readonly run: (...instructions: readonly (readonly number[])[]) => number
  readonly get: (slot: number) => Float32Array
  /** Whether the guard words after every slot are untouched. */
  readonly guarded: () => boolean
  readonly reset: () => void
  readonly kernels: Kernels
}

const GUARD = 16
const TAPE = 0
const SLOTS = 64 * 1024
const SCRATCH = 128 * 1024
const ARENA = SCRATCH + SCRATCH_BYTES

/** The bits of a float32 as the tape holds literals. */
export const bits = (x: number): number => new Int32Array(Float32Array.of(x).buffer)[0]!

export const machine = (relaxed: boolean): Machine => {
  const memory = new WebAssembly.Memory({ initial: 512, maximum: 512 })
  const kernels = instantiate(memory, relaxed)
  const floats = new Float32Array(memory.buffer)
  const ints = new Int32Array(memory.buffer)
  let top = ARENA
  let sizes: number[] = []
  const put = (values: ArrayLike<number>): number => {
    const slot = sizes.push(values.length) - 1
    ints[SLOTS / 4 + slot] = top
    floats.set(values, top / 4)
    floats.fill(Number.NaN, top / 4 + values.length, top / 4 + values.length + GUARD)
    top = (top + 4 * (values.length + GUARD) + 63) & ~63
    return slot
  }
  const start = (slot: number): number => ints[SLOTS / 4 + slot]! / 4
  return {
    put,
    room: (n) => put(new Float32Array(n).fill(Number.NaN)),
    run: (...instructions) => {
      const words = instructions.flatMap((i) => [i[0]!, i.length + 1, ...i.slice(1)])
      ints.set(words, TAPE / 4)
      return kernels.run(TAPE, TAPE + 4 * words.length, SLOTS, SCRATCH)
    },
    get: (slot) => floats.slice(start(slot), start(slot) + sizes[slot]!),
    guarded: () =>
      sizes.every((n, slot) => floats.subarray(start(slot) + n, start(slot) + n + GUARD).every((x) => Number.isNaN(x))),
    reset: () => {
      top = ARENA
      sizes = []
    },
    kernels
  }
}

/** A stream of floats in [-1, 1) from a whole number: cheap, and the same everywhere. */
export const noise = (n: number, seed: number): Float32Array => {
  let s = seed | 1
  return Float32Array.from({ length: n }, () => {
    s ^= s << 13
    s ^= s >>> 17
    s ^= s << 5
    return s / 2147483648
  })
}

/** Asserts that two arrays hold the same numbers: NaN equals NaN whatever its bits, −0 differs from 0. */
export const same = (got: ArrayLike<number>, want: ArrayLike<number>): void => {
  assert.equal(got.length, want.length)
  for (let i = 0; i < got.length; i++)
    if (!Object.is(got[i], want[i])) assert.fail(`[${i}] of ${got.length}: got ${got[i]}, want ${want[i]}`)
}

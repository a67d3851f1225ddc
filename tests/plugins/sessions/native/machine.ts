/** A bare machine for printed C: puts arrays into one memory, prints and compiles instructions given by hand, runs them. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import type { Program } from "../../../../core/program/mod.ts"
import { type Plan, plan } from "../../../../core/program/plan/mod.ts"
import { nativeLibrary } from "../../../../plugins/sessions/native/library.ts"
import { printPlan } from "../../../../plugins/sessions/native/source/mod.ts"
import { instructionsOf } from "./decode.ts"
import { cc } from "./setting.ts"

/** Vector widths in bytes; those wider than the machine's registers are made of several. */
export const widths = [16, 32, 64] as const
export type Width = (typeof widths)[number]

/** How a plan is compiled and run. */
export interface Setting {
  readonly width?: Width
  /** How many threads; none: printed without. */
  readonly threads?: number
}

export interface Machine {
  /** Places values in a slot of their own, with NaN after them so that a write past the end is seen. */
  readonly put: (values: ArrayLike<number>) => number
  /** A new slot of n NaN. */
  readonly room: (n: number) => number
  /** A slot of the same numbers from element `offset` on. */
  readonly from: (slot: number, offset: number) => number
  readonly get: (slot: number) => Float32Array
  readonly set: (slot: number, values: ArrayLike<number>) => void
  /** Runs instructions `[code, ...operands]`. */
  readonly run: (instructions: readonly (readonly number[])[], setting?: Setting) => Promise<number>
  /** Whether the words after every slot are untouched. */
  readonly guarded: () => boolean
}

const GUARD = 16
/** Bytes for the table of slots. */
const TABLE = 64 * 1024

export const machine = (megabytes = 8): Machine => {
  const bytes = new Uint8Array(new WebAssembly.Memory({ initial: megabytes * 16, maximum: megabytes * 16 }).buffer)
  const floats = new Float32Array(bytes.buffer)
  const table = new Int32Array(bytes.buffer, 0, TABLE / 4)
  const sizes: number[] = []
  let top = TABLE
  const start = (slot: number): number => table[slot]! / 4
  const put = (values: ArrayLike<number>): number => {
    const slot = sizes.push(values.length) - 1
    table[slot] = top
    floats.set(values, top / 4)
    floats.fill(Number.NaN, top / 4 + values.length, top / 4 + values.length + GUARD)
    top = (top + 4 * (values.length + GUARD) + 63) & ~63
    return slot
  }
  return {
    put,
    room: (n) => put(new Float32Array(n).fill(Number.NaN)),
    from: (slot, offset) => {
      const view = sizes.push(sizes[slot]! - offset) - 1
      table[view] = table[slot]! + 4 * offset
      return view
    },
    get: (slot) => floats.slice(start(slot), start(slot) + sizes[slot]!),
    set: (slot, values) => floats.set(values, start(slot)),
    run: (instructions, setting = {}) => {
      const words = instructions.flatMap(([code, ...operands]) => [code!, operands.length + 2, ...operands])
      return execute(tapeOnly(words), bytes, setting)
    },
    guarded: () =>
      sizes.every((n, slot) => floats.subarray(start(slot) + n, start(slot) + n + GUARD).every((x) => Number.isNaN(x)))
  }
}

/** Runs a program once, in a memory of its own, as a session would place it. */
export const runProgram = async <I extends string, O extends string>(
  program: Program<I, O>,
  inputs: Readonly<Record<I, ArrayLike<number>>>,
  setting: Setting = {}
): Promise<Record<O, Float32Array>> => {
  const p = plan(program)
  const bytes = new Uint8Array(new WebAssembly.Memory({ initial: 256, maximum: 256 }).buffer)
  const floats = new Float32Array(bytes.buffer).fill(Number.NaN)
  let top = 4 * (p.slots.length + p.arena) + GUARD
  const homes = p.buffers.map((b) => {
    const home = b.kind === "temporary" ? 4 * (p.slots.length + b.offset) + GUARD : top
    if (b.kind !== "temporary") top += 4 * (b.size + GUARD)
    return home / 4
  })
  const at = (buffer: number, size: number) => floats.subarray(homes[buffer]!, homes[buffer]! + size)
  const table = new Int32Array(bytes.buffer, 0, p.slots.length)
  p.slots.forEach((s, i) => {
    table[i] = 4 * (homes[s.buffer]! + s.offset)
  })
  p.buffers.forEach((b, i) => {
    if (b.values !== undefined) at(i, b.size).set(b.values)
  })
  const given: Readonly<Record<string, ArrayLike<number>>> = inputs
  for (const { name, buffer } of p.inputs) if (buffer >= 0) at(buffer, given[name]!.length).set(given[name]!)
  await execute(p, bytes, setting)
  return Object.fromEntries(p.outputs.map((o) => [o.name, at(o.buffer, p.buffers[o.buffer]!.size).slice()])) as Record<
    O,
    Float32Array
  >
}

/** Where compiled tests are kept: the same text is compiled once. */
const cache = mkdtempSync(join(tmpdir(), "pgex-test-"))
process.on("exit", () => rmSync(cache, { recursive: true, force: true }))

/** Prints, compiles and runs; the table of slots is at byte 0. */
const execute = (p: Plan, bytes: Uint8Array, { width, threads }: Setting): Promise<number> => {
  const CC = width === undefined ? cc : `${cc} -DPGX_WIDTH=${width}`
  const environment = { PATH: process.env.PATH, PGEX_CACHE: cache, CC }
  const { source, parts } = printPlan(p, { threads: threads !== undefined })
  const library = nativeLibrary(source, { parts, environment })
  return Effect.runPromise(Effect.scoped(Effect.map(library, ({ run }) => run(bytes, 0, threads ?? 1))))
}

const tapeOnly = (words: readonly number[]): Plan => ({
  name: "tape",
  instructions: instructionsOf(words),
  slots: [],
  buffers: [],
  arena: 0,
  inputs: [],
  outputs: [],
  flops: 0,
  bytes: 0
})

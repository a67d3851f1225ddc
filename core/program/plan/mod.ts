/** A plan: a program turned into instructions over a fixed memory layout. No allocation is left for a call to do. */
import type { Program } from "../program.ts"
import type { Shape } from "../shape.ts"
import { costOf } from "./cost.ts"
import { emit } from "./emit.ts"
import { graph } from "./graph.ts"
import type { Instruction } from "./instruction.ts"
import { lastReads, memory, type Place, type PlanBuffer } from "./memory.ts"
import { type Step, schedule } from "./schedule.ts"

export { costOf } from "./cost.ts"
export { graph, type Node } from "./graph.ts"
export * from "./instruction.ts"
export type { Place, PlanBuffer } from "./memory.ts"

export interface Plan {
  readonly name: string
  /** In order; operands are indices of `slots`. */
  readonly instructions: readonly Instruction[]
  readonly slots: readonly Place[]
  readonly buffers: readonly PlanBuffer[]
  /** Elements of the arena that temporaries share. */
  readonly arena: number
  /** Buffer of each input; −1 for an input that nothing reads. */
  readonly inputs: readonly { readonly name: string; readonly shape: Shape; readonly buffer: number }[]
  readonly outputs: readonly {
    readonly name: string
    readonly shape: Shape
    readonly buffer: number
    /** Inputs whose memory this output may overwrite. */
    readonly overwrites: ReadonlySet<string>
  }[]
  /** Exact cost of one run; `costOf` says what counts. */
  readonly flops: number
  readonly bytes: number
}

/** Plans a program. Planning changes no numbers: the plan computes what `evaluate` does, in the session's precision. */
export const plan = (p: Program): Plan => {
  const g = graph(p)
  const steps = schedule(g)
  const m = memory(g, steps)
  const { instructions, slots } = emit(g, steps, m)
  const bufferOf = (kind: PlanBuffer["kind"], name: string): number =>
    m.buffers.findIndex((b) => b.kind === kind && b.name === name)
  const inputs = Object.entries(p.inputs).map(([name, x]) => ({
    name,
    shape: x.shape,
    buffer: bufferOf("input", name)
  }))
  const outputs = Object.entries(p.outputs).map(([name, x]) => {
    const buffer = bufferOf("output", name)
    const safe = inputs.filter((i) => i.buffer < 0 || mayOverwrite(steps, m.place, m.buffers, buffer, i.buffer))
    return { name, shape: x.shape, buffer, overwrites: new Set(safe.map((i) => i.name)) }
  })
  return {
    name: p.name,
    instructions,
    slots,
    buffers: m.buffers,
    arena: m.arena,
    inputs,
    outputs,
    ...costOf(instructions)
  }
}

/** Whether every read of the input is over before the first write of the output, or in step with it. */
const mayOverwrite = (
  steps: readonly Step[],
  place: (node: number) => Place,
  buffers: readonly PlanBuffer[],
  output: number,
  input: number
): boolean => {
  const [out, from] = [buffers[output]!, buffers[input]!]
  if (out.size !== from.size) return false
  if (from.lastRead < out.firstWrite) return true
  const s = steps[out.firstWrite]
  if (from.lastRead > out.firstWrite || s === undefined || s.kind !== "map" || s.size !== out.size) return false
  const written = s.nodes.findIndex((m) => place(m.node).buffer === output)
  for (const [node, read] of lastReads(s)) {
    const p = place(node)
    if (p.buffer === input && (p.offset !== 0 || !read.full || read.at > written)) return false
  }
  return written >= 0
}

/** Bytes a plan needs at 4 bytes an element, all buffers, the arena and the table of slots together. */
export const planBytes = (p: Plan): number =>
  4 * (p.arena + p.slots.length + p.buffers.reduce((n, b) => n + (b.kind === "temporary" ? 0 : b.size), 0))

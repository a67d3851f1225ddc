/** A program on a backend: what stays there between calls, and one call. */

import { type Shape, size } from "../../../core/program/mod.ts"
import type { Numbers } from "../../../core/service/session.ts"
import type { Backend } from "./backend.ts"
import type { DeviceTensor } from "./engine.ts"
import type { Kernels } from "./kernels.ts"
import type { Step, Steps } from "./steps.ts"

/** Values whose making needs no input are made once, up to this many elements together. */
const MOST_KEPT = 2 ** 20

/** Tensors by the number of their value; nothing where it is empty, or not made yet. */
type Values = (DeviceTensor | undefined)[]

export interface Loaded {
  /** Bytes that it holds between calls. */
  readonly bytes: number
  /**
   * Computes the outputs: a tensor for each that is not empty, belonging to the caller. `inputs` gives numbers or
   * tensors that stay the caller's.
   */
  readonly call: (inputs: readonly (Numbers | DeviceTensor)[]) => Values
  /** The step that is being run, for messages. */
  readonly at: () => string
  readonly free: () => void
}

export const kernelsOf = (b: Backend): Kernels => ({
  passesNaN: b.passesNaN,
  castsByName: b.name === "webgpu",
  scalar: b.scalar,
  run: (name, inputs, attributes = {}) => {
    const made = b.engine.runKernel(name, inputs, attributes)
    return Array.isArray(made) ? made[0]! : made
  }
})

/** Numbers as a tensor; they are copied, since a backend may keep the very array. */
export const upload = (b: Backend, values: Numbers, shape: Shape): DeviceTensor =>
  b.engine.makeTensor(Float32Array.from(values), [...shape], "float32")

/** Runs `body` on the backend; of the tensors that it makes, only those that it gives survive. */
export const scoped = (b: Backend, name: string, body: () => Values): Values => {
  b.activate()
  b.engine.startScope(name)
  let survivors: readonly DeviceTensor[] = []
  try {
    const out = body()
    survivors = out.filter((t) => t !== undefined)
    return out
  } finally {
    b.engine.endScope(survivors)
  }
}

/** Puts the constants on the device, and all that is made of them alone. */
export const loadProgram = (b: Backend, name: string, s: Steps): Loaded => {
  const k = kernelsOf(b)
  let at = "its constants"
  const perform = (step: Step, values: Values): void => {
    at = step.name
    const read = step.reads.map((r) => values[r]!)
    values[step.writes] = step.make(k, read)
  }
  const parts = split(s)
  const fixed = fixedValues(b, name, s, parts, perform)
  const { late } = parts
  const kept = fixed.filter((t) => t !== undefined)
  const dying = lastReads(s, late, fixed)
  const given = new Set(s.inputs.map((i) => i.value))

  const call = (inputs: readonly (Numbers | DeviceTensor)[]): Values =>
    scoped(b, name, () => {
      const values = [...fixed]
      at = "its inputs"
      s.inputs.forEach(({ value, shape }, i) => {
        const x = inputs[i]!
        if (size(shape) > 0) values[value] = "dataId" in x ? x : upload(b, x, shape)
      })
      late.forEach((step, i) => {
        perform(step, values)
        for (const dead of dying[i]!) values[dead]!.dispose()
      })
      at = "its outputs"
      const taken = new Set<number>()
      return s.outputs.map(({ value }) => {
        const t = values[value]
        const isShared = fixed[value] !== undefined || given.has(value) || taken.has(value)
        taken.add(value)
        // A handle of its own for the caller; the numbers are shared, and never change.
        return t === undefined || !isShared ? t : k.run("Identity", { x: t })
      })
    })
  const free = () => {
    for (const t of kept) t.dispose()
  }
  return { bytes: kept.reduce((n, t) => n + 4 * size(t.shape), 0), call, at: () => at, free }
}

/** Steps that read no input, which are made once, and the others. */
interface Parts {
  readonly early: readonly Step[]
  readonly late: readonly Step[]
}

/** The constants, and what early steps make of them, as far as a call reads it. */
const fixedValues = (
  b: Backend,
  name: string,
  s: Steps,
  { early, late }: Parts,
  perform: (step: Step, values: Values) => void
): Values => {
  const wanted = new Set([...late.flatMap((t) => t.reads), ...s.outputs.map((o) => o.value)])
  return scoped(b, name, () => {
    const values: Values = []
    for (const c of s.constants) if (size(c.shape) > 0) values[c.value] = upload(b, c.numbers, c.shape)
    for (const step of early) perform(step, values)
    return Array.from(values, (t, i) => (wanted.has(i) ? t : undefined))
  })
}

/** The numbers of all tensors, in order, as one. */
export const joined = (b: Backend, tensors: readonly DeviceTensor[]): DeviceTensor | undefined => {
  const k = kernelsOf(b)
  const flat = tensors.map((x) => k.run("Reshape", { x }, { shape: [size(x.shape)] }))
  return flat.length <= 1 ? flat[0] : k.run("Concat", flat, { axis: 0 })
}

const split = (s: Steps): Parts => {
  const known = new Set(s.constants.map((c) => c.value))
  let room = MOST_KEPT
  const early: Step[] = []
  const late: Step[] = []
  for (const step of s.steps) {
    const n = size(step.shape)
    if (n <= room && step.reads.every((r) => known.has(r))) {
      room -= n
      known.add(step.writes)
      early.push(step)
    } else late.push(step)
  }
  return { early, late }
}

/** For each step the values that no later step reads. */
const lastReads = (s: Steps, steps: readonly Step[], fixed: Values): number[][] => {
  const safe = new Set([...s.outputs.map((o) => o.value), ...s.inputs.map((i) => i.value)])
  const seen = new Set<number>()
  const dying = steps.toReversed().map((step) => {
    const last = [...new Set(step.reads)].filter((r) => !seen.has(r) && !safe.has(r) && fixed[r] === undefined)
    for (const r of step.reads) seen.add(r)
    return last
  })
  return dying.toReversed()
}

/** Most bytes of values at one time in a call, and the largest of them, as text. */
export const demand = (s: Steps): { readonly bytes: number; readonly largest: readonly string[] } => {
  const last = new Map<number, number>()
  s.steps.forEach((step, i) => {
    for (const r of step.reads) last.set(r, i)
  })
  for (const o of s.outputs) last.set(o.value, s.steps.length)
  const bytes = (shape: Shape): number => 4 * size(shape)
  const shapes = new Map<number, Shape>(s.steps.map((t) => [t.writes, t.shape]))
  let [now, most] = [0, 0]
  s.steps.forEach((step, i) => {
    // A reshaped value is the same memory.
    now += step.name === "reshape" ? 0 : bytes(step.shape)
    most = Math.max(most, now)
    for (const r of new Set(step.reads)) {
      const shape = shapes.get(r)
      if (shape !== undefined && last.get(r) === i) now -= bytes(shape)
    }
  })
  const named = [...s.steps, ...s.inputs.map((i) => ({ name: `input "${i.name}"`, shape: i.shape }))]
  const largest = named
    .toSorted((a, b) => size(b.shape) - size(a.shape))
    .slice(0, 3)
    .map((t) => `${t.name} [${t.shape.join(", ")}] ${(bytes(t.shape) / 1e6).toFixed(1)} MB`)
  return { bytes: most, largest }
}

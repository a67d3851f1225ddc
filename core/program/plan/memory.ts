/**
 * Where every value of a plan lives: inputs, outputs and constants in buffers of their own, temporaries packed into one
 * arena by lifetime. A value that is a block of another one (a slice, a part of a concatenation) shares its memory.
 */
import { size } from "../shape.ts"
import type { Graph, Node } from "./graph.ts"
import { blockOffset, isAlias, literal, origin, type Step } from "./schedule.ts"

export interface PlanBuffer {
  readonly kind: "input" | "output" | "constant" | "temporary"
  /** Name of the input or output. */
  readonly name: string
  /** Elements. */
  readonly size: number
  /** Elements from the start of the arena; temporaries only. */
  offset: number
  readonly values?: Float64Array
  /** Steps of the first write and of the last read; −1 where there is none. */
  firstWrite: number
  lastRead: number
}

/** A place: a buffer and an element offset in it. */
export interface Place {
  readonly buffer: number
  readonly offset: number
}

export interface Memory {
  readonly buffers: readonly PlanBuffer[]
  readonly place: (node: number) => Place
  /** Outputs that are another value's memory and must be copied at the end. */
  readonly copies: readonly { readonly from: number; readonly buffer: number }[]
  /** Elements of the arena of temporaries. */
  readonly arena: number
  /** Values of fused groups that something outside of their group reads. */
  readonly stored: ReadonlySet<number>
}

const ALIGN = 16

export const memory = (g: Graph, steps: readonly Step[]): Memory => {
  const buffers: PlanBuffer[] = []
  const places = new Map<number, Place>()
  const make = (kind: PlanBuffer["kind"], name: string, n: number, values?: Float64Array): number => {
    const base = { kind, name, size: n, offset: 0, firstWrite: -1, lastRead: -1 }
    buffers.push(values === undefined ? base : { ...base, values })
    return buffers.length - 1
  }
  const place = (id: number): Place => {
    const known = places.get(id)
    if (known !== undefined) return known
    const n = g.nodes[id]!
    const p = derive(g, n, place) ?? { buffer: make(...storage(n)), offset: 0 }
    places.set(id, p)
    return p
  }
  for (const [name, id] of g.inputs) places.set(id, { buffer: make("input", name, g.nodes[id]!.size), offset: 0 })
  const produced = new Set(steps.flatMap((s) => (s.kind === "map" ? s.nodes.map((m) => m.node) : [s.node])))
  const copies: { from: number; buffer: number }[] = []
  for (const { name, node } of g.outputs) {
    const o = origin(g, node)
    const buffer = make("output", name, g.nodes[node]!.size)
    if (produced.has(o.id) && !places.has(o.id)) places.set(o.id, { buffer, offset: 0 })
    else copies.push({ from: node, buffer })
  }
  placeParts(g, produced, places, place)
  const stored = lifetimes(g, steps, place, buffers)
  for (const c of copies) {
    const from = literal(g, c.from) === undefined ? buffers[place(origin(g, c.from).id).buffer]! : undefined
    if (from !== undefined) from.lastRead = steps.length
    buffers[c.buffer]!.firstWrite = steps.length
  }
  return { buffers, place, copies, stored, arena: pack(steps, place, buffers, stored) }
}

const derive = (g: Graph, n: Node, place: (id: number) => Place): Place | undefined => {
  if (isAlias(n)) return place(n.args[0]!)
  const block = blockOffset(g, n)
  if (block === undefined) return undefined
  // A block of a repeated value has no memory to point into unless the value was written out.
  const from = place(n.args[0]!)
  return { buffer: from.buffer, offset: from.offset + block }
}

const storage = (n: Node): [PlanBuffer["kind"], string, number, Float64Array?] =>
  n.op.kind === "constant" ? ["constant", "", n.size, n.op.values] : ["temporary", "", n.size]

/** Gives the parts of a concatenation their place in it, so that they are written where they belong. */
const placeParts = (
  g: Graph,
  produced: ReadonlySet<number>,
  places: Map<number, Place>,
  place: (id: number) => Place
): void => {
  for (let id = g.nodes.length - 1; id >= 0; id--) {
    const n = g.nodes[id]!
    if (n.op.kind !== "concat" || !produced.has(id)) continue
    const { axis } = n.op
    if (size(n.shape.slice(0, axis)) !== 1) continue
    const whole = place(id)
    let at = whole.offset
    for (const a of n.args) {
      const o = origin(g, a)
      const own = produced.has(o.id) && literal(g, o.id) === undefined && !places.has(o.id)
      if (own) places.set(o.id, { buffer: whole.buffer, offset: at })
      at += g.nodes[a]!.size
    }
  }
}

/** What a step reads and writes, as nodes. */
const stepReads = (g: Graph, s: Step): readonly number[] => {
  if (s.kind === "map") return s.nodes.flatMap((m) => m.operands.flatMap((o) => (o.kind === "memory" ? [o.node] : [])))
  if (s.kind === "expand") return literal(g, s.node) === undefined ? [origin(g, g.nodes[s.node]!.args[0]!).id] : []
  const n = g.nodes[s.node]!
  if (n.op.kind === "concat") return n.args.filter((a) => literal(g, a) === undefined).map((a) => origin(g, a).id)
  return n.args.map((a) => origin(g, a).id)
}

const stepWrites = (s: Step): readonly number[] => (s.kind === "map" ? s.nodes.map((m) => m.node) : [s.node])

/** Fills in the lifetimes; gives the nodes of each map whose value is read outside of it. */
const lifetimes = (
  g: Graph,
  steps: readonly Step[],
  place: (id: number) => Place,
  buffers: PlanBuffer[]
): ReadonlySet<number> => {
  const stored = new Set<number>(g.outputs.map((o) => origin(g, o.node).id))
  steps.forEach((s) => {
    for (const id of stepReads(g, s)) for (const t of throughBlocks(g, id)) stored.add(t)
  })
  for (const o of g.outputs) for (const t of throughBlocks(g, o.node)) stored.add(t)
  steps.forEach((s, i) => {
    for (const id of stepReads(g, s)) buffers[place(id).buffer]!.lastRead = i
    for (const id of stepWrites(s)) {
      if (s.kind === "map" && !stored.has(id)) continue
      const b = buffers[place(id).buffer]!
      if (b.firstWrite < 0) b.firstWrite = i
    }
  })
  return stored
}

/** A node and what it is a block of. */
const throughBlocks = (g: Graph, id: number): number[] => {
  const out: number[] = []
  for (let n = origin(g, id); ; ) {
    out.push(n.id)
    if (blockOffset(g, n) === undefined && n.op.kind !== "broadcast") return out
    n = origin(g, n.args[0]!)
  }
}

/** Offsets of the temporaries: first fit among those alive at the same time, in place where a fused group allows. */
const pack = (
  steps: readonly Step[],
  place: (id: number) => Place,
  buffers: PlanBuffer[],
  stored: ReadonlySet<number>
): number => {
  const donors = inPlace(steps, place, buffers, stored)
  const order = buffers
    .map((b, i) => ({ b, i }))
    .filter(({ b }) => b.kind === "temporary" && b.firstWrite >= 0)
    .sort((x, y) => x.b.firstWrite - y.b.firstWrite)
  const active: PlanBuffer[] = []
  let arena = 0
  for (const { b, i } of order) {
    const donor = donors.get(i)
    if (donor !== undefined && buffers[donor]!.kind === "temporary") {
      b.offset = buffers[donor]!.offset
    } else {
      const alive = active
        .filter((a) => Math.max(a.lastRead, a.firstWrite) >= b.firstWrite)
        .sort((x, y) => x.offset - y.offset)
      let at = 0
      for (const a of alive) {
        if (at + b.size <= a.offset) break
        at = Math.max(at, Math.ceil((a.offset + a.size) / ALIGN) * ALIGN)
      }
      b.offset = at
    }
    active.push(b)
    arena = Math.max(arena, b.offset + b.size)
  }
  return arena
}

/** Temporaries of a map that may take the memory of an operand that dies there: output buffer → operand buffer. */
const inPlace = (
  steps: readonly Step[],
  place: (id: number) => Place,
  buffers: readonly PlanBuffer[],
  stored: ReadonlySet<number>
): ReadonlyMap<number, number> => {
  const donors = new Map<number, number>()
  steps.forEach((s, i) => {
    if (s.kind !== "map") return
    const taken = new Set<number>()
    const last = lastReads(s)
    s.nodes.forEach((m, at) => {
      if (!stored.has(m.node)) return
      const out = place(m.node)
      const target = buffers[out.buffer]!
      if (target.kind !== "temporary" || target.firstWrite !== i || out.offset !== 0 || target.size !== s.size) return
      for (const [node, read] of last) {
        const from = place(node)
        const source = buffers[from.buffer]!
        const dies = source.kind === "temporary" && source.lastRead === i && source.size === s.size && from.offset === 0
        const alone = [...last.keys()].every((k) => k === node || place(k).buffer !== from.buffer)
        if (dies && alone && read.full && read.at <= at && !taken.has(from.buffer) && out.buffer !== from.buffer) {
          taken.add(from.buffer)
          donors.set(out.buffer, from.buffer)
          return
        }
      }
    })
  })
  return donors
}

/** For each value a map reads: the last of its nodes that does, and whether every read walks it element by element. */
export const lastReads = (s: Step & { readonly kind: "map" }): Map<number, { at: number; full: boolean }> => {
  const last = new Map<number, { at: number; full: boolean }>()
  s.nodes.forEach((m, at) => {
    for (const o of m.operands) {
      if (o.kind !== "memory") continue
      last.set(o.node, { at, full: (last.get(o.node)?.full ?? true) && o.access === "full" })
    }
  })
  return last
}

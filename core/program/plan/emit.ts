/**
 * The steps of a plan as instructions. Operands are slots: numbers of places whose address is known when a call begins.
 */
import { broadcastStrides, type Shape, size, strides } from "../shape.ts"
import { byPrimitive, type Rules } from "../tensor.ts"
import type { Graph, Node } from "./graph.ts"
import type { Axis, Instruction, MapFunction, Operation } from "./instruction.ts"
import type { Memory, Place } from "./memory.ts"
import { literal, type Operand, origin, type Step } from "./schedule.ts"

export interface Emitted {
  readonly instructions: readonly Instruction[]
  readonly slots: readonly Place[]
}

/** Where an emission stands: what it has written, and the slot of every place it named. */
interface Emission {
  readonly graph: Graph
  readonly memory: Memory
  readonly out: Instruction[]
  readonly slots: Place[]
  readonly known: Map<string, number>
}

/** Writes the steps down. */
export const emit = (g: Graph, steps: readonly Step[], m: Memory): Emitted => {
  const e: Emission = { graph: g, memory: m, out: [], slots: [], known: new Map() }
  for (const s of steps) {
    if (s.kind === "map") map(e, s)
    else if (s.kind === "expand") expand(e, s.node)
    else kernel(e, g.nodes[s.node]!)
  }
  for (const c of m.copies) put(e, c.from, { buffer: c.buffer, offset: 0 })
  return { instructions: e.out, slots: e.slots }
}

const slotAt = (e: Emission, p: Place): number => {
  const key = `${p.buffer}:${p.offset}`
  const found = e.known.get(key)
  if (found !== undefined) return found
  e.known.set(key, e.slots.length)
  e.slots.push(p)
  return e.slots.length - 1
}

const slot = (e: Emission, id: number): number => slotAt(e, e.memory.place(id))

/** Argument `i` of a node: its shape, and where its values are. */
const shapeOf = (e: Emission, n: Node, i: number): Shape => e.graph.nodes[n.args[i]!]!.shape
const placeOf = (e: Emission, n: Node, i: number): Place => e.memory.place(origin(e.graph, n.args[i]!).id)
const argument = (e: Emission, n: Node, i: number): number => slotAt(e, placeOf(e, n, i))

const fill = (e: Emission, to: Place, n: number, value: number): void => {
  if (n > 0) e.out.push({ kind: "fill", to: slotAt(e, to), n, value: Math.fround(value) })
}

/** A place seen with strides of its own. */
interface View {
  readonly place: Place
  readonly steps: readonly number[]
}

/** Copies elements of `shape` from one view to another. */
const copy = (e: Emission, shape: Shape, from: View, to: View): void => {
  if (size(shape) === 0) return
  const axes = collapse(shape, from.steps, to.steps)
  e.out.push({ kind: "copy", from: slotAt(e, from.place), to: slotAt(e, to.place), axes })
}

/** Copies the values of node `id` into `to`, which has strides `step` (contiguous when not given). */
const put = (e: Emission, id: number, to: Place, step?: readonly number[]): void => {
  const g = e.graph
  const n = g.nodes[id]!
  const value = literal(g, id)
  if (value !== undefined && step === undefined) {
    fill(e, to, n.size, value)
    return
  }
  const still = n.shape.map(() => 0)
  const [from, steps] = value === undefined ? [origin(g, id).id, strides(n.shape)] : [constantOf(g, id), still]
  copy(e, n.shape, { place: e.memory.place(from), steps }, { place: to, steps: step ?? strides(n.shape) })
}

/** Writes a broadcast out in full. */
const expand = (e: Emission, id: number): void => {
  const g = e.graph
  const n = g.nodes[id]!
  const value = literal(g, id)
  if (value !== undefined) {
    fill(e, e.memory.place(id), n.size, value)
    return
  }
  const from = g.nodes[n.args[0]!]!
  const source = { place: placeOf(e, n, 0), steps: broadcastStrides(from.shape, n.shape) }
  copy(e, n.shape, source, { place: e.memory.place(id), steps: strides(n.shape) })
}

/** What tells two literals apart: −0 from 0, and one NaN from the other. */
const bits = (value: number): number => new Int32Array(Float32Array.of(value).buffer)[0]!

const map = (e: Emission, s: Step & { readonly kind: "map" }): void => {
  if (s.size === 0) return
  const memories = s.nodes.flatMap(({ operands }) => operands.filter((o) => o.kind === "memory"))
  const inputs = new Map(memories.map((o) => [inputKey(o), o]))
  const inputAt = indices(inputs.keys())
  const values = s.nodes.flatMap(({ operands }) => operands.flatMap((o) => (o.kind === "literal" ? [o.value] : [])))
  const literals = new Map(values.map((v) => [bits(v), Math.fround(v)]))
  const literalAt = indices(literals.keys())
  const first = inputs.size + literals.size
  const locals = new Map(s.nodes.map(({ node }, i) => [node, first + i]))
  const register = (o: Operand | undefined): number => {
    if (o === undefined) return 0
    if (o.kind === "memory") return inputAt.get(inputKey(o))!
    return o.kind === "literal" ? inputs.size + literalAt.get(bits(o.value))! : locals.get(o.node)!
  }
  e.out.push({
    kind: "map",
    rows: s.size / s.cols,
    cols: s.cols,
    inputs: [...inputs.values()].map((o) => ({ slot: slot(e, o.node), kind: o.access })),
    literals: [...literals.values()],
    operations: s.nodes.map(
      ({ node, operands: [a, b, c] }): Operation => ({
        fn: functionOf(e.graph.nodes[node]!),
        operands: [register(a), register(b), register(c)]
      })
    ),
    outputs: s.nodes
      .filter(({ node }) => e.memory.stored.has(node))
      .map(({ node }) => ({ register: locals.get(node)!, slot: slot(e, node) }))
  })
}

/** The place of each key. */
const indices = <K>(keys: Iterable<K>): ReadonlyMap<K, number> => new Map([...keys].map((k, i) => [k, i]))

const inputKey = (o: Operand & { readonly kind: "memory" }): string => `${o.node}:${o.access}`

const functionOf = ({ op }: Node): MapFunction => (op.kind === "unary" || op.kind === "binary" ? op.fn : "select")

/** Nodes that are no step of their own: they lie in memory, share it, or are fused into a map. */
const none = (): void => {}

/** How each primitive that a map does not take is computed. */
const kernels: Rules<[e: Emission, n: Node], void> = {
  input: none,
  constant: none,
  unary: none,
  binary: none,
  select: none,
  reshape: none,
  broadcast: none,
  stopGradient: none,
  matmul: ({ transposeA, transposeB }, e, n) => {
    const [sa, sb] = [shapeOf(e, n, 0), shapeOf(e, n, 1)]
    const [rows, cols] = [n.shape[n.shape.length - 2]!, n.shape[n.shape.length - 1]!]
    const k = transposeA ? sa[sa.length - 2]! : sa[sa.length - 1]!
    if (k === 0) return fill(e, e.memory.place(n.id), n.size, 0)
    if (n.size === 0) return
    e.out.push({
      kind: "gemm",
      transposeA,
      transposeB,
      batch: n.shape.length === 3 ? n.shape[0]! : 1,
      m: rows,
      n: cols,
      k,
      a: { slot: argument(e, n, 0), stride: sa.length === 3 ? rows * k : 0 },
      b: { slot: argument(e, n, 1), stride: sb.length === 3 ? k * cols : 0 },
      c: { slot: slot(e, n.id), stride: rows * cols }
    })
  },
  reduce: ({ axes, fn }, e, n) => {
    const shape = shapeOf(e, n, 0)
    const [first, last] = [axes[0]!, axes[axes.length - 1]!]
    const [outer, inner] = [size(shape.slice(0, first)), size(shape.slice(last + 1))]
    const r = size(shape.slice(first, last + 1))
    if (r === 0) return fill(e, e.memory.place(n.id), n.size, fn === "sum" ? 0 : Number.NEGATIVE_INFINITY)
    if (n.size === 0) return
    e.out.push({ kind: "reduce", of: fn, outer, r, inner, from: argument(e, n, 0), to: slot(e, n.id) })
  },
  transpose: ({ order }, e, n) => {
    const own = strides(shapeOf(e, n, 0))
    const from = { place: placeOf(e, n, 0), steps: order.map((i) => own[i]!) }
    copy(e, n.shape, from, { place: e.memory.place(n.id), steps: strides(n.shape) })
  },
  slice: ({ start }, e, n) => {
    const steps = strides(shapeOf(e, n, 0))
    const from = { place: moved(placeOf(e, n, 0), steps, start), steps }
    copy(e, n.shape, from, { place: e.memory.place(n.id), steps: strides(n.shape) })
  },
  pad: ({ low }, e, n) => {
    const [steps, to, shape] = [strides(n.shape), e.memory.place(n.id), shapeOf(e, n, 0)]
    fill(e, to, n.size, 0)
    copy(e, shape, { place: placeOf(e, n, 0), steps: strides(shape) }, { place: moved(to, steps, low), steps })
  },
  concat: ({ axis }, e, n) => {
    const [steps, to] = [strides(n.shape), e.memory.place(n.id)]
    const contiguous = size(n.shape.slice(0, axis)) === 1
    let at = to.offset
    for (const a of n.args) {
      const there = literal(e.graph, a) === undefined ? e.memory.place(origin(e.graph, a).id) : undefined
      const inPlace = there !== undefined && there.buffer === to.buffer && there.offset === at
      if (!inPlace) put(e, a, { buffer: to.buffer, offset: at }, contiguous ? undefined : steps)
      at += e.graph.nodes[a]!.shape[axis]! * steps[axis]!
    }
  },
  gather: (_, e, n) => indexed(e, n, "gather", shapeOf(e, n, 0)),
  scatter: (_, e, n) => indexed(e, n, "scatter", n.shape),
  iota: (_, e, n) => {
    if (n.size > 0) e.out.push({ kind: "iota", to: slot(e, n.id), n: n.size })
  }
}

const kernel = (e: Emission, n: Node): void => byPrimitive(kernels)(n.op, e, n)

/** Between rows of the table (`[rows, …width]`) and as many rows as the index names. */
const indexed = (e: Emission, n: Node, kind: "gather" | "scatter", table: Shape): void => {
  if (n.size === 0) return
  const sizes = { m: shapeOf(e, n, 1)[0]!, n: table[0]!, width: size(table.slice(1)) }
  e.out.push({ kind, ...sizes, from: argument(e, n, 0), index: argument(e, n, 1), to: slot(e, n.id) })
}

const moved = (p: Place, steps: readonly number[], by: readonly number[]): Place => ({
  buffer: p.buffer,
  offset: p.offset + steps.reduce((sum, s, i) => sum + s * by[i]!, 0)
})

/** The constant that a literal is repeated from. */
const constantOf = (g: Graph, id: number): number => {
  const n = g.nodes[id]!
  return n.op.kind === "constant" ? id : constantOf(g, n.args[0]!)
}

/** Joins neighbouring axes that both sides walk as one, and drops axes of size 1. */
const collapse = (shape: Shape, from: readonly number[], to: readonly number[]): readonly Axis[] => {
  const axes: Axis[] = []
  shape.forEach((size, i) => {
    if (size === 1) return
    const last = axes[axes.length - 1]
    const joins = last !== undefined && last.from === from[i]! * size && last.to === to[i]! * size
    if (joins) axes.pop()
    axes.push({ size: joins ? last.size * size : size, from: from[i]!, to: to[i]! })
  })
  return axes.length === 0 ? [{ size: 1, from: 1, to: 1 }] : axes
}

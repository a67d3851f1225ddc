/**
 * The instructions of a plan as one array of 32-bit words, for executors that loop over it (the layout is described in
 * `plugins/session_wasm/ABI.md`). Operands are slots: numbers of places whose address is known when a call begins.
 */

import { broadcastStrides, type Shape, size, strides } from "../shape.ts"
import type { Binary, Unary } from "../tensor.ts"
import type { Graph, Node } from "./graph.ts"
import type { Memory, Place } from "./memory.ts"
import { literal, type Operand, origin, type Step } from "./schedule.ts"

export const opcode = { gemm: 1, map: 2, reduce: 3, copy: 4, fill: 5, gather: 6, scatter: 7, iota: 8 } as const

/** Elementwise function codes of the map instruction. */
export const functionCode: Readonly<Record<Unary | Binary | "copy" | "select", number>> = {
  copy: 0,
  neg: 1,
  exp: 2,
  log: 3,
  tanh: 4,
  sigmoid: 5,
  softplus: 6,
  sqrt: 7,
  abs: 8,
  sign: 9,
  add: 10,
  sub: 11,
  mul: 12,
  div: 13,
  max: 14,
  min: 15,
  lt: 16,
  le: 17,
  eq: 18,
  select: 19
}

const accessCode = { full: 0, row: 1, column: 2, scalar: 3 } as const

export interface Tape {
  readonly words: Int32Array
  readonly slots: readonly Place[]
}

const bits = (value: number): number => new Int32Array(Float32Array.of(value).buffer)[0]!

/** Writes the steps down. `stored` tells which values of fused groups are needed in memory. */
export const tape = (g: Graph, steps: readonly Step[], m: Memory, stored: ReadonlySet<number>): Tape => {
  const words: number[] = []
  const slots: Place[] = []
  const known = new Map<string, number>()
  const slotAt = (p: Place): number => {
    const key = `${p.buffer}:${p.offset}`
    const found = known.get(key)
    if (found !== undefined) return found
    known.set(key, slots.length)
    slots.push(p)
    return slots.length - 1
  }
  const slot = (id: number): number => slotAt(m.place(id))
  const emit = (code: number, ...operands: readonly number[]): void => {
    words.push(code, operands.length + 2, ...operands)
  }

  const fill = (to: Place, n: number, value: number): void => {
    if (n === 0) return
    emit(opcode.fill, slotAt(to), n, bits(value))
  }
  /** Copies elements of `shape` between two places with their own strides. */
  const copy = (shape: Shape, from: Place, fromStep: readonly number[], to: Place, toStep: readonly number[]): void => {
    if (size(shape) === 0) return
    const [sizes, a, b] = collapse(shape, fromStep, toStep)
    emit(opcode.copy, sizes.length, slotAt(from), 0, slotAt(to), 0, ...sizes, ...a, ...b)
  }
  /** Copies the values of node `id` into `to`, which has strides `step` (contiguous when not given). */
  const put = (id: number, to: Place, step?: readonly number[]): void => {
    const n = g.nodes[id]!
    const value = literal(g, id)
    if (value !== undefined && step === undefined) fill(to, n.size, value)
    else if (value !== undefined) {
      const still = n.shape.map(() => 0)
      copy(n.shape, m.place(constantOf(g, id)), still, to, step ?? still)
    } else copy(n.shape, m.place(origin(g, id).id), strides(n.shape), to, step ?? strides(n.shape))
  }
  const expand = (id: number): void => {
    const n = g.nodes[id]!
    const value = literal(g, id)
    if (value !== undefined) {
      fill(m.place(id), n.size, value)
      return
    }
    const from = g.nodes[n.args[0]!]!
    copy(n.shape, m.place(origin(g, from.id).id), broadcastStrides(from.shape, n.shape), m.place(id), strides(n.shape))
  }

  const map = (s: Step & { readonly kind: "map" }): void => {
    if (s.size === 0) return
    const inputs = new Map<string, number>()
    const literals = new Map<number, number>()
    const locals = new Map<number, number>()
    const ins: number[] = []
    for (const { operands } of s.nodes) {
      for (const o of operands) {
        if (o.kind === "literal" && !literals.has(bits(o.value))) literals.set(bits(o.value), literals.size)
        if (o.kind !== "memory") continue
        const key = inputKey(o)
        if (inputs.has(key)) continue
        inputs.set(key, inputs.size)
        ins.push(slot(o.node), accessCode[o.access])
      }
    }
    const register = (o: Operand): number =>
      o.kind === "memory"
        ? inputs.get(inputKey(o))!
        : o.kind === "literal"
          ? inputs.size + literals.get(bits(o.value))!
          : locals.get(o.node)!
    const ops: number[] = []
    const outs: number[] = []
    for (const { node, operands } of s.nodes) {
      const { op } = g.nodes[node]!
      const code = op.kind === "unary" || op.kind === "binary" ? functionCode[op.fn] : functionCode.select
      const [a, b, c] = operands.map(register)
      ops.push(code, a ?? 0, b ?? 0, c ?? 0)
      locals.set(node, inputs.size + literals.size + locals.size)
      if (!stored.has(node)) continue
      outs.push(locals.get(node)!, slot(node))
    }
    const counts = [s.size / s.cols, s.cols, inputs.size, literals.size, s.nodes.length, outs.length / 2]
    emit(opcode.map, ...counts, ...ins, ...literals.keys(), ...ops, ...outs)
  }

  const kernel = (n: Node): void => {
    const shapeOf = (i: number): Shape => g.nodes[n.args[i]!]!.shape
    const arg = (i: number): number => slot(origin(g, n.args[i]!).id)
    const argPlace = (i: number): Place => m.place(origin(g, n.args[i]!).id)
    switch (n.op.kind) {
      case "matmul": {
        const [sa, sb] = [shapeOf(0), shapeOf(1)]
        const { transposeA: ta, transposeB: tb } = n.op
        const [rows, cols] = [n.shape[n.shape.length - 2]!, n.shape[n.shape.length - 1]!]
        const inner = ta ? sa[sa.length - 2]! : sa[sa.length - 1]!
        if (inner === 0) {
          fill(m.place(n.id), n.size, 0)
          return
        }
        if (n.size === 0) return
        const batch = n.shape.length === 3 ? n.shape[0]! : 1
        const [stepA, stepB] = [sa.length === 3 ? rows * inner : 0, sb.length === 3 ? inner * cols : 0]
        const flags = (ta ? 1 : 0) | (tb ? 2 : 0)
        emit(opcode.gemm, flags, batch, rows, cols, inner, arg(0), stepA, arg(1), stepB, slot(n.id), rows * cols)
        return
      }
      case "reduce": {
        const shape = shapeOf(0)
        const { axes, fn } = n.op
        const first = axes[0]!
        const last = axes[axes.length - 1]!
        const [outer, inner] = [size(shape.slice(0, first)), size(shape.slice(last + 1))]
        const r = size(shape.slice(first, last + 1))
        if (r === 0) {
          fill(m.place(n.id), n.size, fn === "sum" ? 0 : Number.NEGATIVE_INFINITY)
          return
        }
        if (n.size === 0) return
        emit(opcode.reduce, fn === "sum" ? 0 : 1, outer, r, inner, arg(0), slot(n.id))
        return
      }
      case "transpose": {
        const own = strides(shapeOf(0))
        copy(
          n.shape,
          argPlace(0),
          n.op.order.map((i) => own[i]!),
          m.place(n.id),
          strides(n.shape)
        )
        return
      }
      case "slice": {
        const own = strides(shapeOf(0))
        const { start } = n.op
        const from = argPlace(0)
        const offset = from.offset + own.reduce((sum, s, i) => sum + s * start[i]!, 0)
        copy(n.shape, { buffer: from.buffer, offset }, own, m.place(n.id), strides(n.shape))
        return
      }
      case "pad": {
        const step = strides(n.shape)
        const to = m.place(n.id)
        const { low } = n.op
        const offset = to.offset + step.reduce((sum, s, i) => sum + s * low[i]!, 0)
        fill(to, n.size, 0)
        copy(shapeOf(0), argPlace(0), strides(shapeOf(0)), { buffer: to.buffer, offset }, step)
        return
      }
      case "concat": {
        const step = strides(n.shape)
        const to = m.place(n.id)
        const { axis } = n.op
        let at = to.offset
        for (const a of n.args) {
          const part = g.nodes[a]!
          const there = literal(g, a) === undefined ? m.place(origin(g, a).id) : undefined
          const inPlace = there !== undefined && there.buffer === to.buffer && there.offset === at
          const contiguous = size(n.shape.slice(0, axis)) === 1
          if (!inPlace) put(a, { buffer: to.buffer, offset: at }, contiguous ? undefined : step)
          at += part.shape[axis]! * step[axis]!
        }
        return
      }
      case "gather":
      case "scatter": {
        const gather = n.op.kind === "gather"
        const [rows, index] = [gather ? shapeOf(0)[0]! : n.shape[0]!, shapeOf(1)[0]!]
        const width = size((gather ? shapeOf(0) : n.shape).slice(1))
        if (n.size === 0) return
        const code = gather ? opcode.gather : opcode.scatter
        emit(code, index, rows, width, arg(0), arg(1), slot(n.id))
        return
      }
      case "iota":
        if (n.size > 0) emit(opcode.iota, slot(n.id), n.size)
        return
      default:
        return
    }
  }

  for (const s of steps) {
    if (s.kind === "map") map(s)
    else if (s.kind === "expand") expand(s.node)
    else kernel(g.nodes[s.node]!)
  }
  for (const c of m.copies) put(c.from, { buffer: c.buffer, offset: 0 })
  return { words: Int32Array.from(words), slots }
}

/** The constant that a literal is repeated from. */
const constantOf = (g: Graph, id: number): number => {
  const n = g.nodes[id]!
  return n.op.kind === "constant" ? id : constantOf(g, n.args[0]!)
}

const inputKey = (o: Operand & { readonly kind: "memory" }): string => `${o.node}:${o.access}`

/** Joins neighbouring axes that both sides walk as one, and drops axes of size 1. */
const collapse = (shape: Shape, a: readonly number[], b: readonly number[]): [number[], number[], number[]] => {
  const [sizes, sa, sb]: [number[], number[], number[]] = [[], [], []]
  shape.forEach((d, i) => {
    if (d === 1) return
    const last = sizes.length - 1
    if (last >= 0 && sa[last] === a[i]! * d && sb[last] === b[i]! * d) {
      sizes[last]! *= d
      sa[last] = a[i]!
      sb[last] = b[i]!
    } else {
      sizes.push(d)
      sa.push(a[i]!)
      sb.push(b[i]!)
    }
  })
  return sizes.length === 0 ? [[1], [1], [1]] : [sizes, sa, sb]
}

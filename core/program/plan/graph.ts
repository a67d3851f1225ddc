/**
 * A program as a numbered list of distinct nodes: dead code gone, equal subexpressions one, and each reduction and
 * transposed product brought into a form that has one instruction.
 */
import * as P from "../primitive.ts"
import type { Program } from "../program.ts"
import { type Shape, size } from "../shape.ts"
import { byPrimitive, type Op, type OpOf, type Rules, type Tensor, topological } from "../tensor.ts"

/** A node by number; operands come before their users. */
export interface Node {
  readonly id: number
  readonly op: Op
  readonly args: readonly number[]
  readonly shape: Shape
  readonly size: number
}

export interface Graph {
  readonly nodes: readonly Node[]
  /** Node of each input that is used. */
  readonly inputs: ReadonlyMap<string, number>
  readonly outputs: readonly { readonly name: string; readonly node: number }[]
}

export const graph = (p: Program): Graph => {
  const nodes: Node[] = []
  const byKey = new Map<string, number>()
  const ids = new Map<Tensor, number>()
  const intern = (op: Op, args: readonly number[], shape: Shape): number => {
    const key = `${byPrimitive(keys)(op)}(${args.join(",")})[${shape.join(",")}]`
    const known = byKey.get(key)
    if (known !== undefined) return known
    const id = nodes.length
    nodes.push({ id, op, args, shape, size: size(shape) })
    byKey.set(key, id)
    return id
  }
  const visit = (root: Tensor): number => {
    for (const t of topological([root])) {
      if (ids.has(t)) continue
      const form = byPrimitive(forms)(t.op, t)
      if (form !== t) ids.set(t, visit(form))
      else
        ids.set(
          t,
          intern(
            t.op,
            t.args.map((a) => ids.get(a) ?? visit(a)),
            t.shape
          )
        )
    }
    return ids.get(root)!
  }
  const outputs = Object.entries(p.outputs).map(([name, t]) => ({ name, node: visit(t) }))
  const used = reachable(
    nodes,
    outputs.map((o) => o.node)
  )
  const inputs = new Map<string, number>()
  for (const n of nodes) if (n.op.kind === "input" && used.has(n.id)) inputs.set(n.op.name, n.id)
  return { nodes, inputs, outputs }
}

const reachable = (nodes: readonly Node[], roots: readonly number[]): Set<number> => {
  const seen = new Set<number>()
  const stack = [...roots]
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    stack.push(...nodes[id]!.args)
  }
  return seen
}

const kindAlone = (op: Op): string => op.kind

/** What tells operations of one shape on one set of operands apart. */
const keys: Rules<[], string> = {
  input: ({ name }) => `input:${name}`,
  constant: ({ values }) => `constant:${Array.from(values, (v) => (Object.is(v, -0) ? "-0" : String(v))).join(" ")}`,
  iota: kindAlone,
  unary: ({ fn }) => fn,
  binary: ({ fn }) => fn,
  select: kindAlone,
  matmul: ({ transposeA, transposeB }) => `matmul:${transposeA}:${transposeB}`,
  reduce: ({ fn, axes }) => `${fn}:${axes.join(" ")}`,
  reshape: kindAlone,
  transpose: ({ order }) => `transpose:${order.join(" ")}`,
  broadcast: kindAlone,
  concat: ({ axis }) => `concat:${axis}`,
  slice: ({ start }) => `slice:${start.join(" ")}`,
  pad: ({ low }) => `pad:${low.join(" ")}`,
  gather: kindAlone,
  scatter: kindAlone,
  stopGradient: kindAlone
}

/** Splits a reduction over axes with gaps (of size above 1) into one reduction a run, innermost first. */
const contiguousReduce = ({ axes, fn }: OpOf<"reduce">, t: Tensor): Tensor => {
  const shape = t.args[0]!.shape
  const last = axes[axes.length - 1]!
  let first = last
  for (let i = last - 1; i >= 0; i--) {
    if (axes.includes(i)) first = i
    else if (shape[i] !== 1) break
  }
  const rest = axes.filter((i) => i < first)
  if (rest.length === 0) return t
  const run = axes.filter((i) => i >= first)
  return P.reduce(fn, P.reduce(fn, t.args[0]!, run), rest)
}

const itself = (_: Op, t: Tensor): Tensor => t

/** The form that has an instruction of its own; the tensor itself when it already has. */
const forms: Rules<[t: Tensor], Tensor> = {
  input: itself,
  constant: itself,
  iota: itself,
  unary: ({ fn }, t) => {
    const x = t.args[0]!
    return fn === "neg" && x.op.kind === "unary" && x.op.fn === "neg" ? x.args[0]! : t
  },
  binary: itself,
  select: itself,
  matmul: ({ transposeA, transposeB }, t) => {
    const [a, b] = t.args.map(untransposed)
    if (a === undefined && b === undefined) return t
    const [ta, tb] = [transposeA !== (a !== undefined), transposeB !== (b !== undefined)]
    return P.matmul(a ?? t.args[0]!, b ?? t.args[1]!, ta, tb)
  },
  reduce: contiguousReduce,
  reshape: (_, t) => (t.args[0]!.op.kind === "reshape" ? P.reshape(t.args[0]!.args[0]!, t.shape) : t),
  transpose: itself,
  broadcast: (_, t) => (t.args[0]!.op.kind === "broadcast" ? P.broadcast(t.args[0]!.args[0]!, t.shape) : t),
  concat: ({ axis }, t) => {
    const within = (x: Tensor): readonly Tensor[] => (x.op.kind === "concat" && x.op.axis === axis ? x.args : [x])
    const parts = t.args.flatMap(within)
    return parts.length === t.args.length ? t : P.concat(parts, axis)
  },
  // A part of a part is a part: nested parameter layouts read, and collect gradients, straight in the vector.
  slice: ({ start }, t) => {
    const { op, args } = t.args[0]!
    return op.kind === "slice" ? P.slice(args[0]!, sum(start, op.start), t.shape) : t
  },
  pad: ({ low }, t) => {
    const { op, args } = t.args[0]!
    return op.kind === "pad" ? P.pad(args[0]!, sum(low, op.low), t.shape) : t
  },
  gather: itself,
  scatter: itself,
  stopGradient: itself
}

const sum = (a: readonly number[], b: readonly number[]): readonly number[] => a.map((x, i) => x + b[i]!)

/** The operand of a swap of the last two axes. */
const untransposed = (t: Tensor): Tensor | undefined => {
  if (t.op.kind !== "transpose") return undefined
  const { order } = t.op
  const r = order.length
  const swaps = order.every((v, i) => v === (i === r - 1 ? r - 2 : i === r - 2 ? r - 1 : i))
  return swaps ? t.args[0]! : undefined
}

/**
 * A program as a numbered list of distinct nodes: dead code gone, equal subexpressions one, and each reduction and
 * transposed product brought into a form that has one instruction.
 */
import * as P from "../primitive.ts"
import type { Program } from "../program.ts"
import { type Shape, size } from "../shape.ts"
import { type Op, type Tensor, topological } from "../tensor.ts"

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
    const key = `${opKey(op)}(${args.join(",")})[${shape.join(",")}]`
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
      const form = canonical(t)
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

const opKey = (op: Op): string => {
  switch (op.kind) {
    case "constant":
      return `constant:${Array.from(op.values, (v) => (Object.is(v, -0) ? "-0" : String(v))).join(" ")}`
    case "input":
      return `input:${op.name}`
    case "unary":
    case "binary":
      return op.fn
    case "matmul":
      return `matmul:${op.transposeA}:${op.transposeB}`
    case "reduce":
      return `${op.fn}:${op.axes.join(" ")}`
    case "transpose":
      return `transpose:${op.order.join(" ")}`
    case "concat":
      return `concat:${op.axis}`
    case "slice":
      return `slice:${op.start.join(" ")}`
    case "pad":
      return `pad:${op.low.join(" ")}`
    case "iota":
    case "select":
    case "reshape":
    case "broadcast":
    case "gather":
    case "scatter":
    case "stopGradient":
      return op.kind
  }
}

/** The form that has an instruction of its own; `t` itself when it already has. */
const canonical = (t: Tensor): Tensor => {
  const [a, b] = t.args
  switch (t.op.kind) {
    case "reduce":
      return contiguousReduce(t)
    case "matmul": {
      const [ua, ub] = [untransposed(a!), untransposed(b!)]
      if (ua === undefined && ub === undefined) return t
      return P.matmul(
        ua ?? a!,
        ub ?? b!,
        t.op.transposeA !== (ua !== undefined),
        t.op.transposeB !== (ub !== undefined)
      )
    }
    case "unary":
      return t.op.fn === "neg" && a!.op.kind === "unary" && a!.op.fn === "neg" ? a!.args[0]! : t
    case "reshape":
      return a!.op.kind === "reshape" ? P.reshape(a!.args[0]!, t.shape) : t
    case "broadcast":
      return a!.op.kind === "broadcast" ? P.broadcast(a!.args[0]!, t.shape) : t
    // A part of a part is a part: nested parameter layouts read, and collect gradients, straight in the vector.
    case "slice":
      return a!.op.kind === "slice" ? P.slice(a!.args[0]!, sum(t.op.start, a!.op.start), t.shape) : t
    case "pad":
      return a!.op.kind === "pad" ? P.pad(a!.args[0]!, sum(t.op.low, a!.op.low), t.shape) : t
    case "concat": {
      const { axis } = t.op
      const within = (x: Tensor): readonly Tensor[] => (x.op.kind === "concat" && x.op.axis === axis ? x.args : [x])
      const parts = t.args.flatMap(within)
      return parts.length === t.args.length ? t : P.concat(parts, axis)
    }
    default:
      return t
  }
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

/** Splits a reduction over axes with gaps (of size above 1) into one reduction a run, innermost first. */
const contiguousReduce = (t: Tensor): Tensor => {
  if (t.op.kind !== "reduce") return t
  const shape = t.args[0]!.shape
  const { axes, fn } = t.op
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

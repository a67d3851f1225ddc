/**
 * The steps of a plan: elementwise nodes fused into groups, every other node a kernel of its own.
 *
 * A node's level is one more than its operands', but an elementwise node may share the level of an elementwise operand
 * with as many elements. Nodes of one level and one element count form a group: no path leaves a group and comes back,
 * because levels never fall along a path and rise through every kernel.
 */
import type { Shape } from "../shape.ts"
import type { Graph, Node } from "./graph.ts"

/** How a fused group reads an operand whose iteration space is rows × cols. */
export type Access =
  | { readonly kind: "full" | "scalar" }
  /** `row`: index i mod cols; `column`: index ⌊i / cols⌋. */
  | { readonly kind: "row" | "column"; readonly cols: number }

/** What a group's operand stands for: a literal, a value in memory, or a value computed in the group. */
export type Operand =
  | { readonly kind: "literal"; readonly value: number }
  | { readonly kind: "memory"; readonly node: number; readonly access: Access["kind"] }
  | { readonly kind: "local"; readonly node: number }

export type Step =
  | { readonly kind: "map"; readonly size: number; readonly cols: number; readonly nodes: readonly MapNode[] }
  | { readonly kind: "kernel"; readonly node: number }
  /** Writes a broadcast out in full, for a reader that cannot repeat it in passing. */
  | { readonly kind: "expand"; readonly node: number }

export interface MapNode {
  readonly node: number
  readonly operands: readonly Operand[]
}

const MAX_GROUP = 48

const isElementwise = (n: Node): boolean => n.op.kind === "unary" || n.op.kind === "binary" || n.op.kind === "select"

/** Same memory as the operand. */
export const isAlias = (n: Node): boolean => n.op.kind === "reshape" || n.op.kind === "stopGradient"

/** Follows aliases to the node that owns the values. */
export const origin = (g: Graph, id: number): Node => {
  let n = g.nodes[id]!
  while (isAlias(n)) n = g.nodes[n.args[0]!]!
  return n
}

/** Element offset of a slice that is one block of its operand's memory. */
export const blockOffset = (g: Graph, n: Node): number | undefined => {
  if (n.op.kind !== "slice" || origin(g, n.args[0]!).op.kind === "broadcast") return undefined
  const from = g.nodes[n.args[0]!]!.shape
  let d = 0
  while (d < n.shape.length && n.shape[d] === 1) d++
  for (let i = d + 1; i < n.shape.length; i++) if (n.shape[i] !== from[i]) return undefined
  let [offset, stride] = [0, 1]
  for (let i = from.length - 1; i >= 0; i--) {
    offset += n.op.start[i]! * stride
    stride *= from[i]!
  }
  return offset
}

/** The number that every element has, when there is one. */
export const literal = (g: Graph, id: number): number | undefined => {
  const n = g.nodes[id]!
  if (n.op.kind === "constant" && n.size === 1) return n.op.values[0]
  return isAlias(n) || n.op.kind === "broadcast" ? literal(g, n.args[0]!) : undefined
}

/** How a broadcast from `from` to `to` can be read in passing; nothing if it needs its own copy. */
export const access = (from: Shape, to: Shape): Access | undefined => {
  const total = to.reduce((a, b) => a * b, 1)
  const own = from.reduce((a, b) => a * b, 1)
  if (own === total) return { kind: "full" }
  if (own === 1) return { kind: "scalar" }
  const lead = to.length - from.length
  const moving = to.map((d, i) => d !== 1 && i >= lead && from[i - lead] === d)
  const still = to.map((d, i) => d !== 1 && !moving[i])
  const firstMoving = moving.indexOf(true)
  const lastMoving = moving.lastIndexOf(true)
  if (still.lastIndexOf(true) < firstMoving) return { kind: "row", cols: own }
  if (still.indexOf(true) > lastMoving) return { kind: "column", cols: total / own }
  return undefined
}

/** Level of every node, elementwise nodes as late as their users' group allows. */
const levels = (g: Graph): Int32Array => {
  const level = new Int32Array(g.nodes.length)
  for (const n of g.nodes) {
    if (n.op.kind === "input" || n.op.kind === "constant") continue
    if (isAlias(n) || n.op.kind === "broadcast" || blockOffset(g, n) !== undefined) {
      level[n.id] = level[n.args[0]!]!
      continue
    }
    const fused = isElementwise(n)
    for (const a of n.args) {
      const o = origin(g, a)
      const shares = fused && isElementwise(o) && o.size === n.size
      level[n.id] = Math.max(level[n.id]!, level[o.id]! + (shares ? 0 : 1))
    }
    if (n.args.length === 0) level[n.id] = 1
  }
  sink(g, level)
  return level
}

/** Moves an elementwise node into its users' group when they all are in one: its value then never reaches memory. */
const sink = (g: Graph, level: Int32Array): void => {
  const users: Node[][] = g.nodes.map(() => [])
  for (const n of g.nodes) if (!isAlias(n)) for (const a of n.args) users[origin(g, a).id]!.push(n)
  const kept = new Set(g.outputs.map((o) => origin(g, o.node).id))
  for (let id = g.nodes.length - 1; id >= 0; id--) {
    const n = g.nodes[id]!
    const [first] = users[id]!
    if (!isElementwise(n) || kept.has(id) || first === undefined) continue
    const to = level[first.id]!
    if (users[id]!.every((u) => isElementwise(u) && u.size === n.size && level[u.id] === to)) level[id] = to
  }
}

export const schedule = (g: Graph): readonly Step[] => {
  const level = levels(g)
  const live = liveNodes(g)
  const buckets = new Map<number, { kernels: Node[]; groups: Map<number, Node[]> }>()
  for (const n of g.nodes) {
    if (!live.has(n.id) || !producesStep(g, n)) continue
    const l = level[n.id]!
    const bucket = buckets.get(l) ?? { kernels: [], groups: new Map<number, Node[]>() }
    buckets.set(l, bucket)
    if (!isElementwise(n)) bucket.kernels.push(n)
    else bucket.groups.set(n.size, [...(bucket.groups.get(n.size) ?? []), n])
  }
  const steps: Step[] = []
  const expanded = new Set<number>()
  const expand = (id: number): void => {
    const o = origin(g, id)
    if (o.op.kind !== "broadcast" || literal(g, o.id) !== undefined || expanded.has(o.id)) return
    expand(o.args[0]!)
    expanded.add(o.id)
    steps.push({ kind: "expand", node: o.id })
  }
  /** A kernel reads numbers repeated from a literal too, so they must be in memory. */
  const expandAny = (id: number): void => {
    const o = origin(g, id)
    if (o.op.kind !== "broadcast" || literal(g, o.id) === undefined) expand(id)
    else if (!expanded.has(o.id)) {
      steps.push({ kind: "expand", node: o.id })
      expanded.add(o.id)
    }
  }
  for (const l of [...buckets.keys()].sort((a, b) => a - b)) {
    const { kernels, groups } = buckets.get(l)!
    for (const n of kernels) {
      n.args.forEach((a) => {
        if (n.op.kind === "concat") expand(a)
        else expandAny(a)
      })
      steps.push({ kind: "kernel", node: n.id })
    }
    for (const [, nodes] of groups) {
      for (let i = 0; i < nodes.length; i += MAX_GROUP) steps.push(fuse(g, nodes.slice(i, i + MAX_GROUP), expand))
    }
  }
  for (const o of g.outputs) expand(o.node)
  return steps
}

const producesStep = (g: Graph, n: Node): boolean =>
  !isAlias(n) &&
  n.op.kind !== "input" &&
  n.op.kind !== "constant" &&
  n.op.kind !== "broadcast" &&
  blockOffset(g, n) === undefined

const liveNodes = (g: Graph): Set<number> => {
  const seen = new Set<number>()
  const stack = g.outputs.map((o) => o.node)
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    stack.push(...g.nodes[id]!.args)
  }
  return seen
}

/** One group. The first repeated operand decides the width of its rows; others that differ are expanded before it. */
const fuse = (g: Graph, nodes: readonly Node[], expand: (id: number) => void): Step => {
  const inside = new Set(nodes.map((n) => n.id))
  const total = nodes[0]!.size
  let cols: number | undefined
  const operand = (a: number, n: Node): Operand => {
    const value = literal(g, a)
    if (value !== undefined) return { kind: "literal", value }
    const o = origin(g, a)
    if (inside.has(o.id)) return { kind: "local", node: o.id }
    if (o.op.kind !== "broadcast") return { kind: "memory", node: o.id, access: "full" }
    const source = origin(g, o.args[0]!)
    // An alias between the broadcast and its reader changes the axes, not the order: judge by the broadcast's own shape.
    const how = o.size === n.size ? access(g.nodes[o.args[0]!]!.shape, o.shape) : undefined
    const fits = how !== undefined && (!("cols" in how) || cols === undefined || cols === how.cols)
    if (how === undefined || !fits || source.op.kind === "broadcast") {
      expand(o.id)
      return { kind: "memory", node: o.id, access: "full" }
    }
    if ("cols" in how) cols = how.cols
    return { kind: "memory", node: source.id, access: how.kind }
  }
  const mapped = nodes.map((n) => ({ node: n.id, operands: n.args.map((a) => operand(a, n)) }))
  return { kind: "map", size: total, cols: cols ?? total, nodes: mapped }
}

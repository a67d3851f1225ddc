/**
 * A program as a list of steps on a device: every node is one kernel of TensorFlow.js, or a few.
 *
 * Values may be narrow: a broadcast costs nothing until something other than an elementwise kernel reads it, since
 * those repeat axes of size 1 themselves.
 */

import { broadcastShape, sameShape } from "../../../core/program/internal.ts"
import type { Op, Program } from "../../../core/program/mod.ts"
import { type Shape, size } from "../../../core/program/mod.ts"
import { graph, type Node } from "../../../core/program/plan/mod.ts"
import * as K from "./kernels.ts"

/** Makes one value from others. */
export interface Step {
  /** What it computes, for messages. */
  readonly name: string
  readonly shape: Shape
  /** Numbers of the values it reads, and of the one it makes. */
  readonly reads: readonly number[]
  readonly writes: number
  readonly make: K.Make
}

/** What is on the device before a call. */
export interface Given {
  readonly value: number
  readonly shape: Shape
}

export interface Steps {
  readonly constants: readonly (Given & { readonly numbers: Float32Array })[]
  readonly inputs: readonly (Given & { readonly name: string })[]
  readonly steps: readonly Step[]
  readonly outputs: readonly (Given & { readonly name: string })[]
}

/** Makes a program's steps. */
export const stepsOf = (p: Program): Steps => {
  const g = graph(p)
  const shapes: Shape[] = []
  const steps: Step[] = []
  const constants: (Given & { readonly numbers: Float32Array })[] = []
  /** Value of each node, maybe narrow; the whole value of those that were needed whole; those needed as truth. */
  const narrow: number[] = []
  const whole = new Map<number, number>()
  const truth = new Map<number, number>()

  const value = (shape: Shape): number => shapes.push(shape) - 1

  const constant = (numbers: Float32Array, shape: Shape): number => {
    constants.push({ value: value(shape), shape, numbers })
    return shapes.length - 1
  }

  const step = (name: string, shape: Shape, reads: readonly number[], make: K.Make): number => {
    const writes = value(shape)
    steps.push({ name, shape, reads, writes, make })
    return writes
  }

  /** The value of a node in its own shape. */
  const full = (node: number): number => {
    const v = narrow[node]!
    const { shape } = g.nodes[node]!
    if (sameShape(shapes[v]!, shape)) return v
    const made = whole.get(node) ?? step("broadcast", shape, [v], K.broadcast(shapes[v]!, shape))
    whole.set(node, made)
    return made
  }

  /** Whether the node's numbers are not 0, as truth, narrow. A comparison is that already. */
  const condition = (node: number): number => {
    const { op, args } = g.nodes[node]!
    const compare = op.kind === "binary" ? K.comparison(op.fn) : undefined
    const reads = compare === undefined ? [narrow[node]!] : args.map((a) => narrow[a]!)
    const shape = shapes[narrow[node]!]!
    const made = truth.get(node) ?? step("condition", shape, reads, compare ?? K.notZero)
    truth.set(node, made)
    return made
  }

  const common = (values: readonly number[], otherwise: Shape): Shape =>
    values.map((v) => shapes[v]!).reduce((a, b) => broadcastShape(a, b) ?? otherwise)

  const make = ({ op, args, shape, size: n }: Node): number => {
    const parts = args.map((a) => narrow[a]!)
    const wholes = () => args.map((a) => full(a))
    const from = (i: number): Shape => g.nodes[args[i]!]!.shape
    // Nothing to compute, or nothing to compute it from: no kernel ever sees an empty tensor.
    if (n === 0) return value(shape)
    if (op.kind !== "concat" && args.some((a) => g.nodes[a]!.size === 0)) {
      return step(op.kind, shape, [], K.fill(ofNothing(op), shape))
    }
    switch (op.kind) {
      case "input":
        return value(shape)
      case "constant":
        return constant(Float32Array.from(op.values), shape)
      case "iota":
        return constant(
          Float32Array.from({ length: n }, (_, i) => i),
          shape
        )
      case "stopGradient":
      case "broadcast":
        return parts[0]!
      case "unary":
        return step(op.fn, shapes[parts[0]!]!, parts, K.unary(op.fn))
      case "binary":
        return step(op.fn, common(parts, shape), parts, K.binary(op.fn))
      case "select": {
        const three = [condition(args[0]!), parts[1]!, parts[2]!]
        const to = common(three, shape)
        const select = K.select(
          three.map((v) => shapes[v]!),
          to
        )
        return step("select", to, three, select)
      }
      case "matmul":
        return step("matmul", shape, wholes(), K.matmul(op, from(0), from(1), shape))
      case "reduce":
        return step(op.fn, shape, wholes(), K.reduce(op.fn, op.axes, from(0), shape))
      case "reshape":
        return step("reshape", shape, wholes(), K.reshape(shape))
      case "transpose":
        return step("transpose", shape, wholes(), K.transpose(op.order))
      case "concat": {
        const filled = wholes().filter((_, i) => size(from(i)) > 0)
        return step("concat", shape, filled, K.concat(op.axis))
      }
      case "slice":
        return step("slice", shape, wholes(), K.slice(op.start, shape))
      case "pad":
        return step("pad", shape, wholes(), K.pad(op.low, from(0), shape))
      case "gather":
        return step("gather", shape, wholes(), K.gather(from(0), shape))
      case "scatter":
        return step("scatter", shape, wholes(), K.scatter(from(0), shape))
    }
  }

  for (const n of g.nodes) narrow[n.id] = make(n)
  const inputs = Object.entries(p.inputs).map(([name, { shape }]) => {
    const node = g.inputs.get(name)
    return { name, shape, value: node === undefined ? value(shape) : narrow[node]! }
  })
  const outputs = g.outputs.map(({ name, node }) => ({ name, shape: g.nodes[node]!.shape, value: full(node) }))
  const needed = live(
    steps,
    outputs.map((o) => o.value)
  )
  return { constants, inputs, steps: needed, outputs }
}

/** What an operation gives where an operand has no elements. */
const ofNothing = (op: Op): number => {
  if (op.kind === "gather") return Number.NaN
  return op.kind === "reduce" && op.fn === "max" ? Number.NEGATIVE_INFINITY : 0
}

/** The steps that the outputs need: a comparison that only conditions read is never made a number. */
const live = (steps: readonly Step[], outputs: readonly number[]): Step[] => {
  const wanted = new Set(outputs)
  const kept = steps.toReversed().filter((s) => {
    if (!wanted.has(s.writes)) return false
    for (const r of s.reads) wanted.add(r)
    return true
  })
  return kept.toReversed()
}

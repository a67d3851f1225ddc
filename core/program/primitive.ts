/**
 * Constructors of the primitives: each checks its operands and gives the result's shape (the shape rule), and drops
 * work that is certainly nothing (x + 0, reshape to the same shape). They never look through an operand that depends on
 * an input: who differentiates by that operand must find it in the graph. Joining two steps to one is for the planner.
 * Broadcasting is explicit below this line: `ops.ts` inserts it for people.
 */
import type { ArgumentError } from "../failure/mod.ts"
import { areWhole, broadcastShape, type Shape, sameShape, shapeError, showShape, size } from "./shape.ts"
import type { Binary, Op, Tensor, Unary } from "./tensor.ts"

const node = (op: Op, args: readonly Tensor[], shape: Shape): Tensor => {
  const bad = args.find((a) => a.error !== undefined)
  return bad?.error === undefined ? { op, args, shape } : { op, args, shape: bad.shape, error: bad.error }
}

/** A node that stands for a mistake. */
export const failed = (operation: string, want: string, got: string, args: readonly Tensor[] = []): Tensor => {
  const earlier: ArgumentError | undefined = args.find((a) => a.error !== undefined)?.error
  const op: Op = { kind: "constant", values: new Float64Array(0) }
  return { op, args: [], shape: [], error: earlier ?? shapeError(operation, want, got) }
}

/** A shape that no tensor has. */
const misshapen = (operation: string, shape: Shape, args: readonly Tensor[] = []): Tensor =>
  failed(operation, "a shape of whole numbers >= 0", showShape(shape), args)

export const input = (name: string, shape: Shape): Tensor =>
  areWhole(shape) ? node({ kind: "input", name }, [], shape) : misshapen(`declare input "${name}"`, shape)

export const constant = (values: Float64Array, shape: Shape): Tensor => {
  if (!areWhole(shape)) return misshapen("make a constant", shape)
  return values.length === size(shape)
    ? node({ kind: "constant", values }, [], shape)
    : failed("make a constant", `${size(shape)} values for shape ${showShape(shape)}`, `${values.length}`)
}

export const scalar = (value: number): Tensor => constant(Float64Array.of(value), [])

/** 0, 1, …, n − 1. */
export const iota = (n: number): Tensor =>
  areWhole([n]) ? node({ kind: "iota" }, [], [n]) : failed("iota", "a whole number >= 0", `${n}`)

/** The number that every element has, when the graph alone shows it. */
export const uniform = (x: Tensor): number | undefined => {
  if (x.error !== undefined) return undefined
  if (x.op.kind === "constant") return x.op.values.length === 1 ? x.op.values[0] : undefined
  return x.op.kind === "broadcast" || x.op.kind === "reshape" ? uniform(x.args[0]!) : undefined
}

/** The numbers of a tensor as far as the graph alone shows them: all of a constant, the one of a uniform tensor. */
export const shownNumbers = (x: Tensor): ArrayLike<number> => {
  if (x.error === undefined && x.op.kind === "constant") return x.op.values
  const u = size(x.shape) === 0 ? undefined : uniform(x)
  return u === undefined ? [] : [u]
}

/** `value` in every element. */
export const fill = (value: number, shape: Shape): Tensor =>
  areWhole(shape) ? broadcast(scalar(value), shape) : misshapen("fill", shape)

export const unary = (fn: Unary, x: Tensor): Tensor => {
  const u = uniform(x)
  if (fn === "neg" && u !== undefined) return fill(-u, x.shape)
  return node({ kind: "unary", fn }, [x], x.shape)
}

export const binary = (fn: Binary, a: Tensor, b: Tensor): Tensor => {
  if (!sameShape(a.shape, b.shape)) return failed(fn, "operands of one shape", both(a, b), [a, b])
  return simplifyBinary(fn, a, b) ?? node({ kind: "binary", fn }, [a, b], a.shape)
}

const both = (a: Tensor, b: Tensor): string => `${showShape(a.shape)} and ${showShape(b.shape)}`

const simplifyBinary = (fn: Binary, a: Tensor, b: Tensor): Tensor | undefined => {
  const [x, y] = [uniform(a), uniform(b)]
  if (x !== undefined && y !== undefined) {
    if (fn === "add") return fill(x + y, a.shape)
    if (fn === "sub") return fill(x - y, a.shape)
    if (fn === "mul") return fill(x * y, a.shape)
    if (fn === "div") return fill(x / y, a.shape)
  }
  if (fn === "add") return x === 0 ? b : y === 0 ? a : undefined
  if (fn === "sub") return y === 0 ? a : x === 0 ? unary("neg", b) : undefined
  if (fn === "mul")
    return x === 1 ? b : y === 1 ? a : x === -1 ? unary("neg", b) : y === -1 ? unary("neg", a) : undefined
  if (fn === "div") return y === 1 ? a : undefined
  return undefined
}

/** Elementwise `condition ≠ 0 ? a : b`. */
export const select = (condition: Tensor, a: Tensor, b: Tensor): Tensor =>
  sameShape(condition.shape, a.shape) && sameShape(a.shape, b.shape)
    ? node({ kind: "select" }, [condition, a, b], a.shape)
    : failed("select", "three operands of one shape", `${showShape(condition.shape)}, ${both(a, b)}`, [condition, a, b])

/** op(A)·op(B); operands have rank 2, or rank 3 with one batch size; a rank-2 operand beside a rank-3 one is shared. */
export const matmul = (a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor => {
  const want = `matrices that fit${transposeA ? ", the first transposed" : ""}${transposeB ? ", the second transposed" : ""}`
  const wrong = () => failed("matmul", want, both(a, b), [a, b])
  if (a.shape.length < 2 || b.shape.length < 2 || a.shape.length > 3 || b.shape.length > 3) return wrong()
  const [m, k] = lastTwo(a.shape, transposeA)
  const [l, n] = lastTwo(b.shape, transposeB)
  const batch = a.shape.length === 3 ? a.shape[0]! : b.shape.length === 3 ? b.shape[0]! : undefined
  if (k !== l || (a.shape.length === 3 && b.shape.length === 3 && a.shape[0] !== b.shape[0])) return wrong()
  const op: Op = { kind: "matmul", transposeA, transposeB }
  return node(op, [a, b], batch === undefined ? [m, n] : [batch, m, n])
}

const lastTwo = (s: Shape, swap: boolean): readonly [number, number] => {
  const [r, c] = [s[s.length - 2]!, s[s.length - 1]!]
  return swap ? [c, r] : [r, c]
}

/** Sum or maximum over the given axes, which disappear. */
export const reduce = (fn: "sum" | "max", x: Tensor, axes: readonly number[]): Tensor => {
  const sorted = [...new Set(axes)].sort((p, q) => p - q)
  if (sorted.some((i) => !Number.isInteger(i) || i < 0 || i >= x.shape.length)) {
    return failed(fn, `axes within 0…${x.shape.length - 1} of ${showShape(x.shape)}`, `[${axes.join(", ")}]`, [x])
  }
  if (sorted.length === 0) return x
  const shape = x.shape.filter((_, i) => !sorted.includes(i))
  const u = uniform(x)
  // Of nothing it is 0, whatever the number: ∞ · 0 and 0 / 0 are NaN.
  if (u !== undefined && fn === "sum") return fill(size(x.shape) === 0 ? 0 : (u * size(x.shape)) / size(shape), shape)
  if (sorted.every((i) => x.shape[i] === 1)) return reshape(x, shape)
  return node({ kind: "reduce", fn, axes: sorted }, [x], shape)
}

/** The same numbers, in row-major order, in another shape of as many. */
export const reshape = (x: Tensor, shape: Shape): Tensor => {
  if (!areWhole(shape)) return misshapen("reshape", shape, [x])
  if (size(shape) !== size(x.shape)) {
    return failed("reshape", `a shape of ${size(x.shape)} elements as ${showShape(x.shape)}`, showShape(shape), [x])
  }
  if (sameShape(shape, x.shape)) return x
  const u = uniform(x)
  if (u !== undefined) return fill(u, shape)
  return node({ kind: "reshape" }, [x], shape)
}

/** Result axis `i` is operand axis `order[i]`. */
export const transpose = (x: Tensor, order: readonly number[]): Tensor => {
  if (order.length !== x.shape.length || [...order].sort((a, b) => a - b).some((v, i) => v !== i)) {
    return failed("transpose", `a permutation of the axes of ${showShape(x.shape)}`, `[${order.join(", ")}]`, [x])
  }
  if (order.every((v, i) => v === i)) return x
  const shape = order.map((i) => x.shape[i]!)
  const u = uniform(x)
  return u !== undefined ? fill(u, shape) : node({ kind: "transpose", order }, [x], shape)
}

/** Repeats along new leading axes and along axes of size 1 (right-aligned). */
export const broadcast = (x: Tensor, shape: Shape): Tensor => {
  if (!areWhole(shape)) return misshapen("broadcast", shape, [x])
  const common = broadcastShape(x.shape, shape)
  if (common === undefined || !sameShape(common, shape)) {
    return failed("broadcast", `a shape that fits ${showShape(shape)}`, showShape(x.shape), [x])
  }
  if (sameShape(x.shape, shape)) return x
  // Only axes of size 1 are new. (Not by reshape(), which makes uniform values by broadcasting.)
  if (size(shape) === size(x.shape)) return node({ kind: "reshape" }, [x], shape)
  const u = x.op.kind === "broadcast" || x.op.kind === "reshape" ? uniform(x) : undefined
  return u === undefined ? node({ kind: "broadcast" }, [x], shape) : broadcast(scalar(u), shape)
}

/** Parts one after another along an axis; their other sizes are equal. */
export const concat = (parts: readonly Tensor[], axis: number): Tensor => {
  const [head] = parts
  if (head === undefined) return failed("concat", "at least one operand", "none")
  const fits = (s: Shape) => s.length === head.shape.length && s.every((d, i) => i === axis || d === head.shape[i])
  if (!areWhole([axis]) || axis >= head.shape.length) {
    return failed("concat", `an axis within 0…${head.shape.length - 1} of ${showShape(head.shape)}`, `${axis}`, parts)
  }
  if (!parts.every((p) => fits(p.shape))) {
    const got = parts.map((p) => showShape(p.shape)).join(", ")
    return failed("concat", `shapes equal but for axis ${axis}`, got, parts)
  }
  if (parts.length === 1) return head
  const total = parts.reduce((n, p) => n + p.shape[axis]!, 0)
  return node(
    { kind: "concat", axis },
    parts,
    head.shape.map((d, i) => (i === axis ? total : d))
  )
}

/** What a wish begins with where that alone was missed. */
const ofWhole = (whole: boolean): string => (whole ? "" : "whole numbers >= 0, and ")

/** The block of `shape` that begins at `start`. */
export const slice = (x: Tensor, start: readonly number[], shape: Shape): Tensor => {
  const ok = start.length === x.shape.length && shape.length === x.shape.length
  const whole = areWhole(start) && areWhole(shape)
  if (!ok || !whole || start.some((s, i) => s + shape[i]! > x.shape[i]!)) {
    const got = `start [${start.join(", ")}], shape ${showShape(shape)}`
    return failed("slice", `${ofWhole(whole)}a block inside ${showShape(x.shape)}`, got, [x])
  }
  if (sameShape(shape, x.shape)) return x
  const u = uniform(x)
  if (u !== undefined) return fill(u, shape)
  return node({ kind: "slice", start }, [x], shape)
}

/** `x` at offset `low` in zeros of `shape`. */
export const pad = (x: Tensor, low: readonly number[], shape: Shape): Tensor => {
  const ok = low.length === x.shape.length && shape.length === x.shape.length
  const whole = areWhole(low) && areWhole(shape)
  if (!ok || !whole || low.some((l, i) => l + x.shape[i]! > shape[i]!)) {
    const got = `offset [${low.join(", ")}] in ${showShape(shape)}`
    return failed("pad", `${ofWhole(whole)}room for ${showShape(x.shape)}`, got, [x])
  }
  return sameShape(shape, x.shape) ? x : node({ kind: "pad", low }, [x], shape)
}

/** Rows of `x` (`[n, …]`) named by `index` (`[m]`, whole numbers): `[m, …]`. A row that there is not is NaN. */
export const gather = (x: Tensor, index: Tensor): Tensor =>
  x.shape.length >= 1 && index.shape.length === 1
    ? node({ kind: "gather" }, [x, index], [index.shape[0]!, ...x.shape.slice(1)])
    : failed("gather", "rows [n, …] and an index [m]", both(x, index), [x, index])

/** Adds row i of `x` (`[m, …]`) to row `index[i]` of zeros `[n, …]`. One for a row that there is not is left out. */
export const scatter = (x: Tensor, index: Tensor, n: number): Tensor => {
  if (!areWhole([n])) return failed("scatter", "a whole number >= 0 of rows", `${n}`, [x, index])
  return x.shape.length >= 1 && index.shape.length === 1 && index.shape[0] === x.shape[0]
    ? node({ kind: "scatter" }, [x, index], [n, ...x.shape.slice(1)])
    : failed("scatter", "rows [m, …] and an index [m]", both(x, index), [x, index])
}

/** The same value, through which no derivative passes. */
export const stopGradient = (x: Tensor): Tensor => node({ kind: "stopGradient" }, [x], x.shape)

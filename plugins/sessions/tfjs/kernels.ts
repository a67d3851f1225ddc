/**
 * Every primitive as kernels of TensorFlow.js, with the meaning that `evaluate` gives it: NaN is passed on by maxima,
 * minima and signs, rows out of range are NaN or dropped, comparisons give 1 or 0. No kernel is given an empty tensor.
 */

import { binaries, sameShape, unaries } from "../../../core/program/internal.ts"
import type { Binary, Unary } from "../../../core/program/mod.ts"
import { type Shape, size } from "../../../core/program/mod.ts"
import type { DeviceTensor, KernelInputs } from "./engine.ts"

/** Runs kernels of one backend. */
export interface Kernels {
  readonly run: (name: string, inputs: KernelInputs, attributes?: object) => DeviceTensor
  readonly scalar: (value: number) => DeviceTensor
  /** Kernels that pass on NaN by themselves. */
  readonly passesNaN: ReadonlySet<string>
  /** A cast of truth to numbers only renames it, and kernels that move data then take bits for numbers. */
  readonly castsByName: boolean
}

/** Computes one value from the values that it reads. */
export type Make = (k: Kernels, x: readonly DeviceTensor[]) => DeviceTensor

const simple =
  (name: string): Make =>
  (k, [x]) =>
    k.run(name, { x: x! })

/** A function of one number that gives NaN for NaN. */
const careful =
  (name: string): Make =>
  (k, [x]) => {
    const y = k.run(name, { x: x! })
    return k.passesNaN.has(name) ? y : choose(k, isOdd(k, x!), x!, y)
  }

const pair =
  (name: string): Make =>
  (k, [a, b]) =>
    k.run(name, { a: a!, b: b! })

/** Truth as 1 or 0. */
const float = (k: Kernels, x: DeviceTensor): DeviceTensor => {
  const cast = k.run("Cast", { x }, { dtype: "float32" })
  return k.castsByName ? k.run("Multiply", { a: cast, b: k.scalar(1) }) : cast
}
/** Axes that every backend's `Select` knows; more are seen as one. */
const SELECT_RANK = 4
/** Number by number, all three of one shape. */
const choose = (k: Kernels, condition: DeviceTensor, t: DeviceTensor, e: DeviceTensor): DeviceTensor => {
  const { shape } = t
  if (shape.length <= SELECT_RANK) return k.run("Select", { condition, t, e })
  const line = (x: DeviceTensor): DeviceTensor => k.run("Reshape", { x }, { shape: [size(shape)] })
  const chosen = k.run("Select", { condition: line(condition), t: line(t), e: line(e) })
  return k.run("Reshape", { x: chosen }, { shape: [...shape] })
}
/** Truth of: NaN, which differs from itself. */
const isOdd = (k: Kernels, x: DeviceTensor): DeviceTensor => k.run("NotEqual", { a: x, b: x })

/** The kernels of `Sign` give 0 for NaN, and some for small numbers. */
const sign: Make = (k, [x]) => {
  const zero = k.scalar(0)
  const up = float(k, k.run("Less", { a: zero, b: x! }))
  const down = float(k, k.run("Less", { a: x!, b: zero }))
  return choose(k, isOdd(k, x!), x!, k.run("Sub", { a: up, b: down }))
}

/**
 * softplus(x) = max(x, 0) + log(1 + e^−|x|), with log(1 + u) = u·log(w)/(w − 1), w = 1 + u (and u where w = 1): exact to
 * rounding however small u is, where the kernels of `Softplus` and `Log1p` lose all digits.
 *
 * Source: Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 1.14.1.
 */
const softplus: Make = (k, [x]) => {
  const one = k.scalar(1)
  const u = k.run("Exp", { x: k.run("Neg", { x: k.run("Abs", { x: x! }) }) })
  const w = k.run("Add", { a: u, b: one })
  const excess = k.run("Sub", { a: w, b: one })
  const none = k.run("Equal", { a: excess, b: k.scalar(0) })
  const ratio = k.run("RealDiv", { a: k.run("Log", { x: w }), b: excess })
  const tail = choose(k, none, u, k.run("Multiply", { a: u, b: ratio }))
  return k.run("Add", { a: extreme("Maximum")(k, [x!, k.scalar(0)]), b: tail })
}

/** Those whose kernel is not enough. */
const composed: Readonly<Partial<Record<Unary, Make>>> = { neg: simple("Neg"), softplus, sign }

export const unary = (fn: Unary): Make => composed[fn] ?? careful(unaries[fn].kernel)

/** Of two numbers the larger or the smaller; NaN where one is. */
const extreme =
  (name: string): Make =>
  (k, [a, b]) => {
    const found = k.run(name, { a: a!, b: b! })
    if (k.passesNaN.has(name)) return found
    const odd = k.run("LogicalOr", { a: isOdd(k, a!), b: isOdd(k, b!) })
    const nan = k.run("Fill", {}, { shape: [...found.shape], value: Number.NaN, dtype: "float32" })
    return choose(k, odd, nan, found)
  }

/** The kernel of a comparison, whose result is a truth value. */
export const comparison = (fn: Binary): Make | undefined =>
  fn === "lt" || fn === "le" || fn === "eq" ? pair(binaries[fn].kernel) : undefined

export const binary = (fn: Binary): Make => {
  if (fn === "max" || fn === "min") return extreme(binaries[fn].kernel)
  const truth = comparison(fn)
  return truth === undefined ? pair(binaries[fn].kernel) : (k, x) => float(k, truth(k, x))
}

/** Truth of x ≠ 0, so also of NaN. */
export const notZero: Make = (k, [x]) => k.run("NotEqual", { a: x!, b: k.scalar(0) })

/** The kernel wants three tensors of one shape. */
export const select =
  (shapes: readonly Shape[], shape: Shape): Make =>
  (k, x) => {
    const [c, t, e] = x.map((v, i) => (sameShape(shapes[i]!, shape) ? v : broadcast(shapes[i]!, shape)(k, [v])))
    return choose(k, c!, t!, e!)
  }

export const fill =
  (value: number, shape: Shape): Make =>
  (k) =>
    k.run("Fill", {}, { shape: [...shape], value, dtype: "float32" })

/**
 * Repeats along new axes and along axes of size 1. Neighbouring axes that are repeated, or kept, count as one: backends
 * repeat along few.
 */
export const broadcast = (from: Shape, to: Shape): Make => {
  const wide = [...new Array<number>(to.length - from.length).fill(1), ...from]
  const few: { readonly size: number; readonly times: number }[] = []
  to.forEach((d, i) => {
    const axis = wide[i] === d ? { size: d, times: 1 } : { size: 1, times: d }
    const last = few.at(-1)
    if (last !== undefined && last.times > 1 === axis.times > 1) {
      few[few.length - 1] = { size: last.size * axis.size, times: last.times * axis.times }
    } else if (d !== 1) few.push(axis)
  })
  const reps = few.map((a) => a.times)
  const sizes = few.map((a) => a.size)
  return (k, [x]) => {
    if (reps.every((r) => r === 1)) return reshape(to)(k, [x!])
    return reshape(to)(k, [k.run("Tile", { x: reshape(sizes)(k, [x!]) }, { reps })])
  }
}

/** A batch on one side only is folded into the rows where the layout allows it: one product in place of many. */
export const matmul = (
  op: { readonly transposeA: boolean; readonly transposeB: boolean },
  a: Shape,
  b: Shape,
  to: Shape
): Make => {
  const { transposeA, transposeB } = op
  if (a.length === 3 && b.length === 2 && !transposeA) {
    const rows = [a[0]! * a[1]!, a[2]!]
    return (k, [x, y]) => {
      const flat = k.run("Reshape", { x: x! }, { shape: rows })
      const product = k.run("BatchMatMul", { a: flat, b: y! }, { transposeA, transposeB })
      return k.run("Reshape", { x: product }, { shape: [...to] })
    }
  }
  const cube = (s: Shape): number[] => (s.length === 3 || to.length === 2 ? [...s] : [1, ...s])
  return (k, [x, y]) => {
    const [l, r] = [reshape(cube(a))(k, [x!]), reshape(cube(b))(k, [y!])]
    return k.run("BatchMatMul", { a: l, b: r }, { transposeA, transposeB })
  }
}

export const reduce = (fn: "sum" | "max", axes: readonly number[], from: Shape, to: Shape): Make => {
  if (fn === "sum") return (k, [x]) => k.run("Sum", { x: x! }, { axis: [...axes], keepDims: false })
  const attributes = { reductionIndices: [...axes], keepDims: false }
  if (size(from) === size(to)) return reshape(to)
  return (k, [x]) => {
    const most = k.run("Max", { x: x! }, attributes)
    if (k.passesNaN.has("Max")) return most
    const odd = float(k, isOdd(k, x!))
    const count = k.run("Sum", { x: odd }, { axis: [...axes], keepDims: false })
    return choose(k, notZero(k, [count]), fill(Number.NaN, to)(k, []), most)
  }
}

export const reshape =
  (to: Shape): Make =>
  (k, [x]) =>
    k.run("Reshape", { x: x! }, { shape: [...to] })

export const transpose =
  (order: readonly number[]): Make =>
  (k, [x]) =>
    k.run("Transpose", { x: x! }, { perm: [...order] })

export const concat =
  (axis: number): Make =>
  (k, parts) =>
    parts.length === 1 ? k.run("Identity", { x: parts[0]! }) : k.run("Concat", parts, { axis })

export const slice =
  (start: readonly number[], to: Shape): Make =>
  (k, [x]) =>
    k.run("Slice", { x: x! }, { begin: [...start], size: [...to] })

export const pad = (low: readonly number[], from: Shape, to: Shape): Make => {
  const paddings = to.map((d, i) => [low[i]!, d - low[i]! - from[i]!])
  return (k, [x]) => k.run("PadV2", { x: x! }, { paddings, constantValue: 0 })
}

/** Truth of: a whole number in [0, n). */
const inside = (k: Kernels, index: DeviceTensor, n: number): DeviceTensor => {
  const whole = k.run("Equal", { a: k.run("Floor", { x: index }), b: index })
  const low = k.run("LessEqual", { a: k.scalar(0), b: index })
  const high = k.run("Less", { a: index, b: k.scalar(n) })
  return k.run("LogicalAnd", { a: whole, b: k.run("LogicalAnd", { a: low, b: high }) })
}

const integers = (k: Kernels, x: DeviceTensor): DeviceTensor => k.run("Cast", { x }, { dtype: "int32" })

/** Rows by number; a row that there is not is NaN. */
export const gather = (from: Shape, to: Shape): Make => {
  const [n, m] = [from[0]!, to[0]!]
  const column = [m, ...to.slice(1).map(() => 1)]
  return (k, [x, index]) => {
    const valid = inside(k, index!, n)
    const safe = integers(k, choose(k, valid, index!, fill(0, [m])(k, [])))
    const rows = k.run("GatherV2", { x: x!, indices: safe }, { axis: 0, batchDims: 0 })
    const wide = broadcast(column, to)(k, [reshape(column)(k, [valid])])
    return choose(k, wide, rows, fill(Number.NaN, to)(k, []))
  }
}

/** Sums of rows by number; rows that there are not go to one more row, which is cut off. */
export const scatter = (from: Shape, to: Shape): Make => {
  const [m, n] = [from[0]!, to[0]!]
  return (k, [x, index]) => {
    const valid = inside(k, index!, n)
    const safe = integers(k, choose(k, valid, index!, fill(n, [m])(k, [])))
    const indices = reshape([m, 1])(k, [safe])
    const sums = k.run("ScatterNd", { indices, updates: x! }, { shape: [n + 1, ...to.slice(1)] })
    return slice(
      to.map(() => 0),
      to
    )(k, [sums])
  }
}

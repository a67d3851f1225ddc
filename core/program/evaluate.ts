/**
 * The meaning of every primitive, in float64: plain loops, no cleverness. Every session is compared with this.
 */
import * as math from "../math/mod.ts"
import type { Program } from "./program.ts"
import { broadcastStrides, type Shape, size, strides } from "./shape.ts"
import { type Binary, type Tensor, topological, type Unary } from "./tensor.ts"

const unary: Readonly<Record<Unary, (x: number) => number>> = {
  neg: (x) => -x,
  exp: math.exp,
  log: math.log,
  tanh: math.tanh,
  sigmoid: (x) => 1 / (1 + math.exp(-x)),
  softplus: (x) => Math.max(x, 0) + math.log1p(math.exp(-Math.abs(x))),
  sqrt: Math.sqrt,
  abs: Math.abs,
  sign: Math.sign
}

const binary: Readonly<Record<Binary, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  max: Math.max,
  min: Math.min,
  lt: (a, b) => (a < b ? 1 : 0),
  le: (a, b) => (a <= b ? 1 : 0),
  eq: (a, b) => (a === b ? 1 : 0)
}

/** Calls `f(i, offset)` for every element i of `shape` in order, with its offset under `step` strides. */
const walk = (shape: Shape, step: readonly number[], f: (i: number, offset: number) => void): void => {
  const n = size(shape)
  const at = new Array<number>(shape.length).fill(0)
  for (let i = 0, offset = 0; i < n; i++) {
    f(i, offset)
    for (let d = shape.length - 1; d >= 0; d--) {
      offset += step[d]!
      if (++at[d]! < shape[d]!) break
      offset -= step[d]! * shape[d]!
      at[d] = 0
    }
  }
}

const dot = (shape: Shape) => (at: readonly number[]) => strides(shape).reduce((s, k, i) => s + k * at[i]!, 0)

const matmul = (y: Tensor, a: Float64Array, b: Float64Array, ta: boolean, tb: boolean, out: Float64Array): void => {
  const [sa, sb] = [y.args[0]!.shape, y.args[1]!.shape]
  const [m, n] = [y.shape[y.shape.length - 2]!, y.shape[y.shape.length - 1]!]
  const k = ta ? sa[sa.length - 2]! : sa[sa.length - 1]!
  const count = y.shape.length === 3 ? y.shape[0]! : 1
  for (let q = 0; q < count; q++) {
    const [pa, pb] = [sa.length === 3 ? q * m * k : 0, sb.length === 3 ? q * k * n : 0]
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0
        for (let l = 0; l < k; l++) {
          sum += a[pa + (ta ? l * m + i : i * k + l)]! * b[pb + (tb ? j * k + l : l * n + j)]!
        }
        out[(q * m + i) * n + j] = sum
      }
    }
  }
}

const reduce = (y: Tensor, x: Float64Array, out: Float64Array): void => {
  if (y.op.kind !== "reduce") return
  const { axes, fn } = y.op
  const shape = y.args[0]!.shape
  const kept = strides(y.shape)
  let next = 0
  const step = shape.map((_, i) => (axes.includes(i) ? 0 : kept[next++]!))
  if (fn === "max") out.fill(Number.NEGATIVE_INFINITY)
  walk(shape, step, (i, o) => {
    out[o] = fn === "sum" ? out[o]! + x[i]! : Math.max(out[o]!, x[i]!)
  })
}

const rows = (y: Tensor, x: Float64Array, index: Float64Array, out: Float64Array): void => {
  const scatter = y.op.kind === "scatter"
  const n = scatter ? y.shape[0]! : y.args[0]!.shape[0]!
  const width = size((scatter ? y : y.args[0]!).shape.slice(1))
  index.forEach((row, i) => {
    const inside = Number.isInteger(row) && row >= 0 && row < n
    for (let j = 0; j < width; j++) {
      if (!scatter) out[i * width + j] = inside ? x[row * width + j]! : Number.NaN
      else if (inside) out[row * width + j]! += x[i * width + j]!
    }
  })
}

const value = (y: Tensor, args: readonly Float64Array[]): Float64Array => {
  const out = new Float64Array(size(y.shape))
  const [a, b, c] = args
  switch (y.op.kind) {
    case "input":
      return out
    case "constant":
      return y.op.values
    case "iota":
      return out.map((_, i) => i)
    case "unary":
      return a!.map(unary[y.op.fn])
    case "binary": {
      const f = binary[y.op.fn]
      return out.map((_, i) => f(a![i]!, b![i]!))
    }
    case "select":
      return out.map((_, i) => (a![i] !== 0 ? b![i]! : c![i]!))
    case "matmul":
      matmul(y, a!, b!, y.op.transposeA, y.op.transposeB, out)
      return out
    case "reduce":
      reduce(y, a!, out)
      return out
    case "reshape":
    case "stopGradient":
      return a!
    case "transpose": {
      const own = strides(y.args[0]!.shape)
      const { order } = y.op
      walk(
        y.shape,
        order.map((i) => own[i]!),
        (i, o) => (out[i] = a![o]!)
      )
      return out
    }
    case "broadcast":
      walk(y.shape, broadcastStrides(y.args[0]!.shape, y.shape), (i, o) => (out[i] = a![o]!))
      return out
    case "concat": {
      let at = 0
      const { axis } = y.op
      y.args.forEach((part, p) => {
        const base = at * strides(y.shape)[axis]!
        walk(part.shape, strides(y.shape), (i, o) => (out[base + o] = args[p]![i]!))
        at += part.shape[axis]!
      })
      return out
    }
    case "slice": {
      const shape = y.args[0]!.shape
      const base = dot(shape)(y.op.start)
      walk(y.shape, strides(shape), (i, o) => (out[i] = a![base + o]!))
      return out
    }
    case "pad": {
      const base = dot(y.shape)(y.op.low)
      walk(y.args[0]!.shape, strides(y.shape), (i, o) => (out[base + o] = a![i]!))
      return out
    }
    case "gather":
    case "scatter":
      rows(y, a!, b!, out)
      return out
  }
}

/**
 * Runs a program in float64. Inputs are row-major; lengths are the caller's to check (sessions do).
 *
 * `round` is applied to every number of every result: with `Math.fround` it shows what a narrower type would lose.
 */
export const evaluate = <I extends string, O extends string>(
  p: Program<I, O>,
  inputs: Readonly<Record<I, ArrayLike<number>>>,
  round?: (x: number) => number
): Record<O, Float64Array> => {
  const values = new Map<Tensor, Float64Array>()
  for (const k of Object.keys(p.inputs) as I[]) values.set(p.inputs[k], Float64Array.from(inputs[k]))
  const keys = Object.keys(p.outputs) as O[]
  for (const y of topological(keys.map((k) => p.outputs[k]))) {
    if (values.has(y)) continue
    const args = y.args.map((a) => values.get(a)!)
    const result = value(y, args)
    values.set(y, round === undefined ? result : result.map(round))
  }
  const out = {} as Record<O, Float64Array>
  for (const k of keys) out[k] = values.get(p.outputs[k])!.slice()
  return out
}

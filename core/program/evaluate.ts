/**
 * The meaning of every primitive, in float64: plain loops, no cleverness. Every session is compared with this.
 */
import { binaries, unaries } from "./elementwise.ts"
import type { Program } from "./program.ts"
import { broadcastStrides, isRow, type Shape, size, strides } from "./shape.ts"
import { byPrimitive, type OpOf, type Primitive, type Rules, type Tensor, topological } from "./tensor.ts"

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

type Values = readonly Float64Array[]
type Rule<P extends Primitive> = (op: OpOf<P>, y: Tensor, args: Values, out: Float64Array) => Float64Array

const matmul: Rule<"matmul"> = ({ transposeA: ta, transposeB: tb }, y, [a, b], out) => {
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
          sum += a![pa + (ta ? l * m + i : i * k + l)]! * b![pb + (tb ? j * k + l : l * n + j)]!
        }
        out[(q * m + i) * n + j] = sum
      }
    }
  }
  return out
}

const reduce: Rule<"reduce"> = ({ axes, fn }, y, [x], out) => {
  const shape = y.args[0]!.shape
  const kept = strides(y.shape)
  let next = 0
  const step = shape.map((_, i) => (axes.includes(i) ? 0 : kept[next++]!))
  if (fn === "max") out.fill(Number.NEGATIVE_INFINITY)
  walk(shape, step, (i, o) => {
    out[o] = fn === "sum" ? out[o]! + x![i]! : Math.max(out[o]!, x![i]!)
  })
  return out
}

const gather: Rule<"gather"> = (_, y, [x, index], out) => {
  const [n, width] = [y.args[0]!.shape[0]!, size(y.shape.slice(1))]
  index!.forEach((row, i) => {
    for (let j = 0; j < width; j++) out[i * width + j] = isRow(row, n) ? x![row * width + j]! : Number.NaN
  })
  return out
}

const scatter: Rule<"scatter"> = (_, y, [x, index], out) => {
  const [n, width] = [y.shape[0]!, size(y.shape.slice(1))]
  index!.forEach((row, i) => {
    if (isRow(row, n)) for (let j = 0; j < width; j++) out[row * width + j]! += x![i * width + j]!
  })
  return out
}

const concat: Rule<"concat"> = ({ axis }, y, args, out) => {
  const step = strides(y.shape)
  let base = 0
  y.args.forEach((part, p) => {
    walk(part.shape, step, (i, o) => {
      out[base + o] = args[p]![i]!
    })
    base += part.shape[axis]! * step[axis]!
  })
  return out
}

/** Element `i` of the result is the element of the operand that a walk over `step` strides from `base` meets. */
const view = (
  shape: Shape,
  step: readonly number[],
  base: number,
  x: Float64Array,
  out: Float64Array
): Float64Array => {
  walk(shape, step, (i, o) => {
    out[i] = x[base + o]!
  })
  return out
}

const rules: Rules<[y: Tensor, args: Values, out: Float64Array], Float64Array> = {
  input: (_, __, ___, out) => out,
  constant: ({ values }) => values,
  iota: (_, __, ___, out) => out.map((_, i) => i),
  unary: ({ fn }, _, [x]) => x!.map(unaries[fn].value),
  binary: ({ fn }, _, [a, b], out) => out.map((_, i) => binaries[fn].value(a![i]!, b![i]!)),
  select: (_, __, [c, a, b], out) => out.map((_, i) => (c![i] !== 0 ? a![i]! : b![i]!)),
  matmul,
  reduce,
  reshape: (_, __, [x]) => x!,
  stopGradient: (_, __, [x]) => x!,
  transpose: ({ order }, y, [x], out) => {
    const own = strides(y.args[0]!.shape)
    const step = order.map((i) => own[i]!)
    return view(y.shape, step, 0, x!, out)
  },
  broadcast: (_, y, [x], out) => view(y.shape, broadcastStrides(y.args[0]!.shape, y.shape), 0, x!, out),
  concat,
  slice: ({ start }, y, [x], out) => {
    const { shape } = y.args[0]!
    return view(y.shape, strides(shape), dot(shape)(start), x!, out)
  },
  pad: ({ low }, y, [x], out) => {
    const base = dot(y.shape)(low)
    walk(y.args[0]!.shape, strides(y.shape), (i, o) => {
      out[base + o] = x![i]!
    })
    return out
  },
  gather,
  scatter
}

const value = (y: Tensor, args: Values): Float64Array =>
  byPrimitive(rules)(y.op, y, args, new Float64Array(size(y.shape)))

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

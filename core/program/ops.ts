/**
 * The operations people write programs with: NumPy's broadcasting, plain numbers allowed beside tensors, and the
 * compositions that every policy needs. Everything here is made of the primitives.
 */

import * as P from "./primitive.ts"
import { broadcastShape, EXACT, isRow, type Shape, showShape, size } from "./shape.ts"
import type { Binary, Tensor, Unary } from "./tensor.ts"

/** A tensor, or a number that is broadcast against the other operands. */
export type Value = Tensor | number

const lift = (x: Value): Tensor => (typeof x === "number" ? P.scalar(x) : x)

const binary =
  (fn: Binary) =>
  (a: Value, b: Value): Tensor => {
    const [x, y] = [lift(a), lift(b)]
    const shape = broadcastShape(x.shape, y.shape)
    return shape === undefined
      ? P.failed(fn, "shapes that broadcast", `${showShape(x.shape)} and ${showShape(y.shape)}`, [x, y])
      : P.binary(fn, P.broadcast(x, shape), P.broadcast(y, shape))
  }

const unary =
  (fn: Unary) =>
  (x: Value): Tensor =>
    P.unary(fn, lift(x))

/** a + b, elementwise. */
export const add = binary("add")
/** a − b, elementwise. */
export const sub = binary("sub")
/** a · b, elementwise. */
export const mul = binary("mul")
/** a / b, elementwise. */
export const div = binary("div")
/** Elementwise maximum; where the operands are equal each gets half of the gradient. */
export const max = binary("max")
/** Elementwise minimum; where the operands are equal each gets half of the gradient. */
export const min = binary("min")
/** 1 where a < b, else 0. */
export const less = binary("lt")
/** 1 where a ≤ b, else 0. */
export const lessEqual = binary("le")
/** 1 where a = b, else 0. */
export const equal = binary("eq")

/** −x. */
export const neg = unary("neg")
/** e^x. */
export const exp = unary("exp")
/** Natural logarithm. */
export const log = unary("log")
/** Hyperbolic tangent. */
export const tanh = unary("tanh")
/** 1 / (1 + e^−x). */
export const sigmoid = unary("sigmoid")
/** log(1 + e^x), without overflow. */
export const softplus = unary("softplus")
/** Square root. */
export const sqrt = unary("sqrt")
/** |x|, with derivative 0 at 0. */
export const abs = unary("abs")
/** −1, 0 or 1; its derivative is 0. */
export const sign = unary("sign")

/** `condition ≠ 0 ? a : b`, broadcast. */
export const select = (condition: Value, a: Value, b: Value): Tensor => {
  const all = [lift(condition), lift(a), lift(b)]
  let shape: Shape | undefined = []
  for (const t of all) shape = shape && broadcastShape(shape, t.shape)
  if (shape === undefined)
    return P.failed("select", "shapes that broadcast", all.map((t) => showShape(t.shape)).join(", "), all)
  const to = shape
  const [c, x, y] = all.map((t) => P.broadcast(t, to))
  return P.select(c!, x!, y!)
}

/** x². */
export const square = (x: Tensor): Tensor => mul(x, x)
/** max(x, 0), with derivative 0 at 0. */
export const relu = (x: Tensor): Tensor => select(less(0, x), x, 0)
/** x held within [low, high]. */
export const clip = (x: Tensor, low: Value, high: Value): Tensor => min(max(x, low), high)

/** A constant tensor from numbers in row-major order. */
export const constant = (values: number | ArrayLike<number>, shape?: Shape): Tensor =>
  typeof values === "number"
    ? P.fill(values, shape ?? [])
    : P.constant(Float64Array.from(values), shape ?? [values.length])

/** Matrix product op(a)·op(b). Leading axes are a batch; an operand of rank 2 is shared by all of the batch. */
export const matmul = (
  a: Tensor,
  b: Tensor,
  options: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {}
): Tensor => {
  const { transposeA = false, transposeB = false } = options
  const leadA = a.shape.slice(0, -2)
  const leadB = b.shape.slice(0, -2)
  if (a.shape.length <= 2 && b.shape.length <= 2) return P.matmul(a, b, transposeA, transposeB)
  // A shared right factor joins all rows into one product.
  if (leadB.length === 0 && !transposeA) {
    const rows = P.reshape(a, [size(a.shape) / a.shape[a.shape.length - 1]!, a.shape[a.shape.length - 1]!])
    const flat = P.matmul(rows, b, false, transposeB)
    return flat.error === undefined ? P.reshape(flat, [...a.shape.slice(0, -1), flat.shape[1]!]) : flat
  }
  const lead = broadcastShape(leadA, leadB)
  if (lead === undefined || a.shape.length < 2 || b.shape.length < 2) {
    return P.failed("matmul", "batches that broadcast", `${showShape(a.shape)} and ${showShape(b.shape)}`, [a, b])
  }
  const flat = (x: Tensor): Tensor =>
    x.shape.length === 2
      ? x
      : P.reshape(P.broadcast(x, [...lead, ...x.shape.slice(-2)]), [size(lead), ...x.shape.slice(-2)])
  const out = P.matmul(flat(a), flat(b), transposeA, transposeB)
  return out.error === undefined ? P.reshape(out, [...lead, ...out.shape.slice(-2)]) : out
}

const axesOf = (x: Tensor, axes: readonly number[] | undefined): readonly number[] =>
  // An axis may be named twice, from the front and from the end: it is reduced once, and counts once in a mean.
  [...new Set((axes ?? x.shape.map((_, i) => i)).map((i) => (i < 0 && i >= -x.shape.length ? x.shape.length + i : i)))]

const keep = (x: Tensor, axes: readonly number[]): Shape => x.shape.map((d, i) => (axes.includes(i) ? 1 : d))

/** How a reduction treats its axes: which (default all; negative counts from the end), and whether they stay as size 1. */
export interface Reduction {
  readonly axes?: readonly number[]
  readonly keepAxes?: boolean
}

const reduction =
  (fn: "sum" | "max") =>
  (x: Tensor, how: Reduction = {}): Tensor => {
    const axes = axesOf(x, how.axes)
    const out = P.reduce(fn, x, axes)
    return how.keepAxes === true && out.error === undefined ? P.reshape(out, keep(x, axes)) : out
  }

/** Sum over some axes, or all. */
export const sum = reduction("sum")
/** Largest element over some axes, or all; several largest share the gradient. */
export const maximum = reduction("max")
/** Mean over some axes, or all. */
export const mean = (x: Tensor, how: Reduction = {}): Tensor =>
  mul(sum(x, how), 1 / axesOf(x, how.axes).reduce((n, i) => n * (x.shape[i] ?? 1), 1))

/** log Σ exp x over the last axis, which disappears; exact under any common shift of x. */
export const logSumExp = (x: Tensor): Tensor => {
  const top = P.stopGradient(maximum(x, { axes: [-1], keepAxes: true }))
  return add(log(sum(exp(sub(x, top)), { axes: [-1] })), P.reshape(top, x.shape.slice(0, -1)))
}

/** x − logSumExp(x) over the last axis. */
export const logSoftmax = (x: Tensor): Tensor => sub(x, P.reshape(logSumExp(x), [...x.shape.slice(0, -1), 1]))

/** exp x_i / Σ_j exp x_j over the last axis: positive numbers that sum to 1. */
export const softmax = (x: Tensor): Tensor => exp(logSoftmax(x))

/**
 * Element `index[i]` of row i of `x` (`[m, n]`, index `[m]`): `[m]`.
 *
 * Every index must be a whole number of 0 … n − 1. One that is not is refused where the program itself shows it; of one that
 * is given when the program runs, what comes is 0 or an element of another row: to look would cost each row of every program.
 */
export const pick = (x: Tensor, index: Tensor): Tensor => {
  if (x.shape.length !== 2 || index.shape.length !== 1 || index.shape[0] !== x.shape[0]) {
    return P.failed("pick", "rows [m, n] and an index [m]", `${showShape(x.shape)} and ${showShape(index.shape)}`, [
      x,
      index
    ])
  }
  const [m, n] = [x.shape[0]!, x.shape[1]!]
  const odd = Array.from(P.shownNumbers(index)).find((i) => !isRow(i, n))
  if (odd !== undefined)
    return P.failed("pick", `an index of 0…${n - 1} in ${showShape(x.shape)}`, `${odd}`, [x, index])
  // Few columns: comparing beats gathering, and fuses with what comes next. Of more elements than single precision can
  // number, gathering would take others.
  if (n <= 8 || m * n > EXACT) return sum(select(equal(P.reshape(index, [m, 1]), P.iota(n)), x, 0), { axes: [1] })
  return P.gather(P.reshape(x, [m * n]), add(mul(P.iota(m), n), index))
}

/** Euclidean norm of all elements. */
export const norm = (x: Tensor): Tensor => sqrt(sum(square(x)))

export {
  broadcast,
  concat,
  fill,
  gather,
  iota,
  pad,
  reshape,
  scatter,
  slice,
  stopGradient,
  transpose
} from "./primitive.ts"

/** Random small programs over every primitive, for properties that must hold of all of them. */
import fc from "fast-check"
import { unaries } from "../../../core/program/internal.ts"
import {
  add,
  type Binary,
  broadcast,
  concat,
  constant,
  div,
  equal,
  gather,
  iota,
  less,
  lessEqual,
  matmul,
  max,
  maximum,
  mean,
  min,
  mul,
  type Op,
  type Program,
  pad,
  program,
  reshape,
  type Shape,
  scatter,
  select,
  size,
  slice,
  softplus,
  square,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
  type Unary
} from "../../../core/program/mod.ts"
import * as P from "../../../core/program/primitive.ts"
import { built } from "./support.ts"

/** Makes one node from two earlier values, a row index and a free number. Must be well-shaped for every x and y. */
type Build = (x: Tensor, y: Tensor, index: Tensor, k: number) => Tensor

/** y with x's shape: its mean, spread. Different shapes thus meet by broadcasting. */
const like = (x: Tensor, y: Tensor): Tensor => {
  if (y.shape.length === x.shape.length && y.shape.every((d, i) => d === x.shape[i])) return y
  return size(y.shape) === 0 ? constant(0.5) : mean(y)
}
/** x as a matrix: its last axis against all others. */
const matrix = (x: Tensor): Tensor => {
  const n = x.shape[x.shape.length - 1] ?? 1
  return reshape(x, [n === 0 ? 0 : size(x.shape) / n, n])
}
const atLeastRank1 = (x: Tensor): Tensor => (x.shape.length === 0 ? reshape(x, [1]) : x)
const axis = (x: Tensor, k: number): number => k % Math.max(1, x.shape.length)
const positive = (x: Tensor): Tensor => add(softplus(x), 0.5)
/** Row numbers that fit x: the index input held below x's rows. */
const rowsOf = (x: Tensor, index: Tensor): Tensor => min(index, Math.max(0, (x.shape[0] ?? 1) - 1))

/** Of every function, its value where it is defined and stays small, times that: what jumps at 0 then bends there. */
const unary = Object.entries(unaries).map(([fn, { domain }]): readonly [string, Build] => [
  fn,
  (x) => {
    const inside = domain === "real" ? tanh(x) : positive(x)
    return mul(P.unary(fn as Unary, inside), inside)
  }
])
const binary: Readonly<Record<Binary, Build>> = {
  add: (x, y) => add(x, like(x, y)),
  sub: (x, y) => sub(like(x, y), x),
  mul: (x, y) => mul(x, tanh(like(x, y))),
  div: (x, y) => div(x, positive(like(x, y))),
  max: (x, y) => max(x, like(x, y)),
  min: (x, y) => min(like(x, y), x),
  lt: (x, y) => mul(less(x, like(x, y)), x),
  le: (x, y) => mul(lessEqual(like(x, y), x), x),
  eq: (x, y) => add(equal(x, like(x, y)), x)
}
const product: Build = (x, y, _, k) => {
  const [a, b] = [tanh(matrix(x)), matrix(y)]
  const [transposeA, transposeB] = [k % 2 === 1, (k >> 1) % 2 === 1]
  const inner = transposeA ? a.shape[0]! : a.shape[1]!
  // y repeated to fit: [inner, 2] or its transpose, sometimes as a batch of two.
  const row = size(b.shape) === 0 ? constant(0.3, [1]) : slice(reshape(b, [size(b.shape)]), [0], [1])
  const right = broadcast(reshape(row, [1, 1]), transposeB ? [2, inner] : [inner, 2])
  const varied = mul(right, sub(reshape(iota(2 * inner), right.shape), 0.7))
  if ((k >> 2) % 3 === 0) return matmul(a, varied, { transposeA, transposeB })
  const two = broadcast(reshape(varied, [1, ...varied.shape]), [2, ...varied.shape])
  if ((k >> 2) % 3 === 1) return matmul(a, two, { transposeA, transposeB })
  return matmul(broadcast(reshape(a, [1, ...a.shape]), [2, ...a.shape]), two, { transposeA, transposeB })
}
const structural: Readonly<Record<Exclude<Op["kind"], "input" | "unary" | "binary">, Build>> = {
  constant: (x, _, __, k) =>
    add(
      x,
      constant(
        Array.from({ length: size(x.shape) }, (_, i) => Math.cos(i + k)),
        x.shape
      )
    ),
  iota: (x) => add(atLeastRank1(x), mul(iota(atLeastRank1(x).shape[atLeastRank1(x).shape.length - 1]!), 0.1)),
  select: (x, y) => select(less(like(x, y), x), x, like(x, y)),
  matmul: product,
  reduce: (x, _, __, k) => {
    const v = atLeastRank1(x)
    const how = { axes: [axis(v, k)], keepAxes: k % 5 === 0 }
    return k % 2 === 0 || v.shape[axis(v, k)] === 0 ? sum(v, how) : maximum(v, how)
  },
  reshape: (x, _, __, k) => (k % 2 === 0 ? reshape(x, [size(x.shape)]) : reshape(x, [...x.shape, 1])),
  transpose: (x, _, __, k) => {
    const order = x.shape.map((_, i) => (i + k) % Math.max(1, x.shape.length))
    return transpose(x, order)
  },
  broadcast: (x, _, __, k) => (size(x.shape) > 60 ? x : broadcast(x, [(k % 3) + 1, ...x.shape])),
  concat: (x, y, _, k) => {
    const v = atLeastRank1(x)
    const other = broadcast(like(v, y), v.shape)
    return concat([v, other], axis(v, k))
  },
  slice: (x, _, __, k) => {
    const start = x.shape.map((d) => k % (d + 1))
    return slice(
      x,
      start,
      x.shape.map((d, i) => (d === 0 ? 0 : Math.max(start[i]! < d ? 1 : 0, d - start[i]! - (k % 2))))
    )
  },
  pad: (x, _, __, k) =>
    pad(
      x,
      x.shape.map(() => k % 2),
      x.shape.map((d) => d + (k % 2) + (k % 3))
    ),
  gather: (x, _, index) => {
    const v = atLeastRank1(x)
    return v.shape[0] === 0 ? v : gather(v, rowsOf(v, index))
  },
  scatter: (x, _, index, k) => {
    const v = atLeastRank1(x)
    if (v.shape[0] === 0) return v
    const rows = gather(v, rowsOf(v, index))
    return scatter(rows, min(index, 1), 2 + (k % 2))
  },
  stopGradient: (x) => mul(stopGradient(x), x)
}

const builders: readonly (readonly [string, Build])[] = [
  ...unary,
  ...Object.entries(binary),
  ...Object.entries(structural)
]

/** A random program as data: what fast-check generates and shrinks. */
export interface Recipe {
  readonly shapes: readonly Shape[]
  readonly rows: number
  readonly steps: readonly { readonly op: number; readonly x: number; readonly y: number; readonly k: number }[]
  readonly seed: number
}

const dimension = (least: number) => fc.integer({ min: least, max: 4 })

/** Recipes with axes of at least `least` elements (0 lets empty tensors in). */
export const recipe = (least: 0 | 1 = 1): fc.Arbitrary<Recipe> =>
  fc.record({
    shapes: fc.tuple(
      fc.array(dimension(least), { maxLength: 3 }),
      fc.array(dimension(least), { minLength: 1, maxLength: 1 }),
      fc.array(dimension(least), { minLength: 2, maxLength: 2 })
    ),
    rows: fc.integer({ min: least, max: 4 }),
    steps: fc.array(fc.record({ op: fc.nat(builders.length - 1), x: fc.nat(9), y: fc.nat(9), k: fc.nat(30) }), {
      minLength: 1,
      maxLength: 8
    }),
    seed: fc.double({ min: 0, max: 6, noNaN: true, noDefaultInfinity: true })
  })

export type Inputs = "a" | "b" | "c" | "index"

/**
 * The program of a recipe: `y` is its last value, `loss` (`[]`) depends on every value made.
 * `plain` leaves stopGradient out, for comparison with finite differences.
 */
export const construct = (r: Recipe, plain = false): Program<Inputs, "y" | "loss"> => {
  const [a, b, c] = [r.shapes[0]!, r.shapes[1]!, r.shapes[2]!]
  return built(
    program("random", { a, b, c, index: [r.rows] }, (x) => {
      const pool: Tensor[] = [x.a, x.b, x.c]
      for (const s of r.steps) {
        const [name, build] = builders[s.op]!
        if (plain && name === "stopGradient") continue
        const pick = (i: number) => pool[pool.length - 1 - (i % pool.length)]!
        const made = build(pick(s.x), pick(s.y), x.index, s.k)
        if (made.error !== undefined || size(made.shape) <= 400) pool.push(made)
      }
      const parts = pool.map((t) => mul(sum(tanh(mul(t, 0.3))), 1 / Math.max(1, size(t.shape))))
      const loss = parts.reduce((p, q) => add(p, add(q, square(mul(q, p)))))
      return { y: pool[pool.length - 1]!, loss }
    })
  )
}

/** Smooth numbers without ties, of which different seeds give different ones. */
export const numbers = (n: number, seed: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => 1.5 * Math.sin(seed + 1.7 * i + 0.01 * i * i) + 0.05)

/** Values for the inputs of a recipe's program. */
export const valuesFor = (r: Recipe, seed = r.seed): Record<Inputs, Float64Array> => ({
  a: numbers(size(r.shapes[0]!), seed),
  b: numbers(size(r.shapes[1]!), seed + 1),
  c: numbers(size(r.shapes[2]!), seed + 2),
  index: Float64Array.from({ length: r.rows }, (_, i) => Math.floor(seed * 7 + 3 * i) % 4)
})

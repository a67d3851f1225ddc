/** Every operation, as functions of one vector: what the tests of derivatives and the laws of sessions run through. */

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
  min,
  mul,
  type Op,
  pad,
  relu,
  reshape,
  scatter,
  select,
  slice,
  square,
  stopGradient,
  sub,
  sum,
  type Tensor,
  transpose,
  type Unary
} from "../../../core/program/mod.ts"
import * as P from "../../../core/program/primitive.ts"
import { numbers } from "./arbitrary.ts"

type Entries = readonly ((x: Tensor) => Tensor)[]

/** x is `[12]`, {@link positive}: all positive, no two equal. An operation without an entry here does not compile. */
type Table = Readonly<Record<Binary | Exclude<Op["kind"], "input" | "unary" | "binary">, Entries>>

const left = (x: Tensor) => slice(x, [0], [6])
const right = (x: Tensor) => slice(x, [6], [6])
const pair = (f: (a: Tensor, b: Tensor) => Tensor) => (x: Tensor) => f(left(x), right(x))
const products: Entries = [false, true].flatMap((transposeA) =>
  [false, true].flatMap((transposeB) =>
    [0, 1, 2, 3].map((batched) => (x: Tensor) => {
      const shaped = (v: Tensor, turned: boolean, many: boolean) => {
        const m = reshape(v, turned ? [3, 2] : [2, 3])
        return many ? add(broadcast(reshape(m, [1, ...m.shape]), [2, ...m.shape]), reshape(iota(2), [2, 1, 1])) : m
      }
      const a = shaped(left(x), transposeA, batched % 2 === 1)
      const b = shaped(right(x), !transposeB, batched >= 2)
      return matmul(a, b, { transposeA, transposeB })
    })
  )
)

/** Every function of one operand: of x, and where it takes all numbers, of some on both sides of 0 and of large ones. */
const functions = Object.fromEntries(
  Object.entries(unaries).map(([fn, { domain }]): readonly [string, Entries] => {
    const f = (x: Tensor) => P.unary(fn as Unary, x)
    const anywhere: Entries = [(x) => mul(f(sub(x, 1.2)), x), (x) => f(mul(x, -3))]
    return [fn, domain === "real" ? [f, ...anywhere] : [f]]
  })
)

export const operations: Table = {
  ...functions,
  add: [pair(add)],
  sub: [pair(sub), (x) => sub(0, x)],
  mul: [pair(mul), (x) => mul(x, x)],
  div: [pair(div), (x) => div(1, x)],
  max: [pair(max)],
  min: [pair(min)],
  lt: [pair((a, b) => mul(less(a, b), a))],
  le: [pair((a, b) => mul(lessEqual(a, b), b))],
  eq: [pair((a, b) => mul(add(equal(a, a), equal(a, b)), b))],
  constant: [(x) => mul(x, constant(numbers(12, 3)))],
  iota: [(x) => mul(x, iota(12))],
  select: [pair((a, b) => select(less(a, 1), square(a), mul(b, a))), relu],
  matmul: products,
  reduce: [0, 1, 2].flatMap((i) => [
    (x: Tensor) => sum(reshape(x, [2, 3, 2]), { axes: [i] }),
    (x: Tensor) => maximum(reshape(x, [2, 3, 2]), { axes: [i, (i + 1) % 3] })
  ]),
  reshape: [(x) => reshape(x, [3, 4])],
  transpose: [(x) => transpose(reshape(x, [2, 3, 2]), [2, 0, 1])],
  broadcast: [
    (x) => broadcast(reshape(x, [3, 1, 4]), [2, 3, 5, 4]),
    (x) => add(reshape(x, [12, 1]), reshape(x, [1, 12]))
  ],
  concat: [pair((a, b) => concat([reshape(a, [2, 3]), reshape(b, [2, 3])], 1)), (x) => concat([x, x], 0)],
  slice: [(x) => slice(reshape(x, [3, 4]), [1, 1], [2, 3])],
  pad: [(x) => pad(reshape(x, [3, 4]), [1, 0], [5, 6])],
  gather: [(x) => gather(reshape(x, [4, 3]), constant([0, 3, 3, 1]))],
  scatter: [(x) => scatter(reshape(x, [4, 3]), constant([2, 0, 2, 2]), 3)],
  stopGradient: [(x) => mul(stopGradient(x), x)]
}

/** Where all of them are defined, and no two elements are equal. */
export const positive = numbers(12, 0.4).map((v) => Math.abs(v) + 0.3)

/** Laws of sessions: operations that move numbers, and programs that share them. */
import { test } from "node:test"
import { Effect } from "effect"
import {
  add,
  broadcast,
  concat,
  evaluate,
  gather,
  mul,
  neg,
  pad,
  program,
  reshape,
  type Shape,
  scatter,
  size,
  slice,
  sum,
  transpose
} from "../../core/program/mod.ts"
import { matmul, reduce } from "../../core/program/primitive.ts"
import { numbers } from "../core/program/arbitrary.ts"
import { built } from "../core/program/support.ts"
import { comparison, keys, one, two } from "./session_programs.ts"
import { exact, near, once, type Subject, within } from "./session_support.ts"

export const movementLaws = (subject: Subject): void => {
  const { name, tolerance: t } = subject
  const every = comparison(subject)

  test(`${name}: transpose, broadcast, slice, pad and concat put every element where it belongs`, () =>
    every((same) => {
      const orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0]
      ]
      for (const shape of [
        [2, 3, 4],
        [1, 5, 1],
        [9, 17, 2],
        [3, 0, 2],
        [8, 8, 8]
      ]) {
        const x = numbers(size(shape), 1)
        for (const order of orders)
          same(
            one(shape, (v) => transpose(v, order)),
            { x },
            `transpose [${shape}] ${order}`
          )
      }
      for (const n of [1, 7, 16, 33, 64]) {
        const x = numbers(n * 19, 1)
        same(
          one([n, 19], (v) => transpose(v, [1, 0])),
          { x },
          `transpose [${n}, 19]`
        )
        same(
          one([n, 19], (v) => neg(transpose(v, [1, 0]))),
          { x },
          `−transpose [${n}, 19]`
        )
      }
      const wider: readonly (readonly [Shape, Shape])[] = [
        [[], [7]],
        [[1], [3, 5]],
        [[5], [3, 5]],
        [
          [3, 1],
          [3, 5]
        ],
        [
          [1, 4, 1],
          [2, 4, 3]
        ],
        [
          [3, 1, 2],
          [4, 3, 5, 2]
        ],
        [[1], [0]],
        [
          [2, 1],
          [2, 0]
        ]
      ]
      for (const [from, to] of wider)
        same(
          one(from, (v) => broadcast(v, to)),
          { x: numbers(size(from), 1) },
          `broadcast [${from}] to [${to}]`
        )
      const blocks: readonly (readonly [Shape, readonly number[], Shape])[] = [
        [[10], [0], [3]],
        [[10], [9], [1]],
        [[10], [4], [0]],
        [
          [5, 6],
          [1, 2],
          [3, 3]
        ],
        [
          [4, 3, 2],
          [0, 1, 1],
          [4, 2, 1]
        ],
        [
          [2, 2, 2, 2],
          [1, 0, 1, 0],
          [1, 2, 1, 2]
        ]
      ]
      for (const [shape, start, block] of blocks) {
        same(
          one(shape, (v) => slice(v, start, block)),
          { x: numbers(size(shape), 1) },
          `slice [${shape}]`
        )
        same(
          one(block, (v) => pad(v, start, shape)),
          { x: numbers(size(block), 1) },
          `pad to [${shape}]`
        )
        same(
          one(shape, (v) => mul(slice(v, start, block), 2)),
          { x: numbers(size(shape), 1) },
          `2·slice [${shape}]`
        )
      }
      const joined: readonly (readonly [Shape, Shape, number])[] = [
        [[3], [4], 0],
        [[0], [4], 0],
        [[2, 3], [5, 3], 0],
        [[2, 3], [2, 1], 1],
        [[2, 3, 2], [2, 4, 2], 1],
        [[2, 3, 1], [2, 3, 4], 2]
      ]
      for (const [a, b, axis] of joined) {
        const given = { a: numbers(size(a), 1), b: numbers(size(b), 2) }
        same(
          two(a, b, (x, y) => concat([x, y, x], axis)),
          given,
          `concat [${a}], [${b}]`
        )
        same(
          two(a, b, (x, y) => concat([neg(x), y], axis)),
          given,
          `concat of −[${a}], [${b}]`
        )
      }
    }))

  test(`${name}: gather and scatter, with repeated rows and rows out of range`, () =>
    every((same) => {
      const index = [2, 0, 2, 4, 1, 2, -1, 5, 1.5, Number.NaN]
      for (const inner of [[], [1], [3], [17], [2, 5], [0]]) {
        const rows = numbers(5 * size(inner), 1)
        same(two([5, ...inner], [10], gather), { a: rows, b: index }, `gather [5, ${inner}]`)
        const many = numbers(10 * size(inner), 1)
        const p = two([10, ...inner], [10], (x, i) => scatter(x, i, 5))
        same(p, { a: many, b: index }, `scatter [10, ${inner}]`)
      }
      same(two([5, 2], [0], gather), { a: numbers(10, 1), b: [] }, "gather of no rows")
      same(
        two([0, 2], [0], (x, i) => scatter(x, i, 3)),
        { a: [], b: [] },
        "scatter of no rows"
      )
      same(two([0, 2], [2], gather), { a: [], b: [0, 1] }, "gather from no rows")
    }))

  test(`${name}: operations that differ only in their attributes are told apart`, () =>
    within(subject, (s) =>
      Effect.gen(function* () {
        const p = built(
          program("alike", { x: [3, 3], c: [3, 3, 3], i: [3] }, ({ x, c, i }) => {
            const flags = [false, true]
            const turns = [
              [0, 1, 2],
              [0, 2, 1],
              [1, 0, 2],
              [1, 2, 0],
              [2, 0, 1],
              [2, 1, 0]
            ]
            return Object.fromEntries([
              ...flags.flatMap((a) => flags.map((b) => [`matmul ${a} ${b}`, matmul(x, c, a, b)])),
              ...turns.map((order) => [`transpose ${order}`, transpose(c, order)]),
              ...[[0], [1], [2], [0, 1], [0, 2], [1, 2]].flatMap((axes) => [
                [`sum ${axes}`, reduce("sum", c, axes)],
                [`max ${axes}`, reduce("max", c, axes)]
              ]),
              ...[0, 1, 2].map((axis) => [`concat ${axis}`, concat([c, neg(c)], axis)]),
              ...[0, 1].flatMap((k) => [
                [`slice ${k}`, slice(x, [k, 1 - k], [2, 2])],
                [`pad ${k}`, pad(x, [k, 1 - k], [4, 4])]
              ]),
              ["gather", gather(x, i)],
              ["scatter", scatter(x, i, 3)],
              ["wide rows", broadcast(reshape(i, [1, 3]), [3, 3])],
              ["wide columns", broadcast(reshape(i, [3, 1]), [3, 3])],
              ["zero", mul(x, 0)],
              ["negative zero", mul(x, -0)]
            ])
          })
        )
        const given = { x: exact(t, numbers(9, 1)), c: exact(t, numbers(27, 2)), i: Float64Array.of(2, 0, 2) }
        const want: Record<string, Float64Array> = evaluate(p, given)
        const got: Readonly<Record<string, Float32Array | Float64Array>> = yield* once(s, p, given)
        for (const k of keys(want)) near(got[k]!, want[k]!, () => 32 * t.unit, t, k)
      })
    ))

  test(`${name}: an output named twice, an input that is an output, a result used often`, () =>
    within(subject, (s) =>
      Effect.gen(function* () {
        const p = built(
          program("shared", { x: [9] }, ({ x }) => {
            const y = mul(x, 2)
            return { x, y, again: y, total: sum(y), more: add(y, sum(y)) }
          })
        )
        const x = exact(t, numbers(9, 1))
        const want = evaluate(p, { x })
        const got = yield* once(s, p, { x })
        for (const k of keys(want)) near(got[k], want[k], () => 1e-5, t, k)
      })
    ))
}

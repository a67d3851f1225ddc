/** Laws of sessions: every primitive has the meaning that `evaluate` gives it, for every shape. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import {
  add,
  type Binary,
  broadcast,
  concat,
  evaluate,
  gather,
  iota,
  mul,
  neg,
  type Program,
  pad,
  program,
  reshape,
  type Shape,
  scatter,
  select,
  size,
  slice,
  stopGradient,
  sum,
  type Tensor,
  transpose,
  type Unary
} from "../../core/program/mod.ts"
import { binary, matmul, reduce, unary } from "../../core/program/primitive.ts"
import { numbers } from "../core/program/arbitrary.ts"
import { built } from "../core/program/support.ts"
import { exact, near, once, type Subject, within } from "./session_support.ts"

/** Sizes around every width a kernel may work in, and their tails. */
const lengths = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 1000]
const shapes: readonly Shape[] = [[], [1, 1, 1], [2, 0, 3], [4, 5], [3, 1, 7], ...lengths.map((n) => [n])]

const unaries: Readonly<Record<Unary, (x: number) => number>> = {
  neg: (x) => x,
  exp: (x) => 20 * x,
  log: (x) => Math.abs(x) + 1e-3,
  tanh: (x) => 4 * x,
  sigmoid: (x) => 20 * x,
  softplus: (x) => 20 * x,
  sqrt: Math.abs,
  abs: (x) => x,
  sign: (x) => x
}
const binaries: Readonly<Record<Binary, true>> = {
  add: true,
  sub: true,
  mul: true,
  div: true,
  max: true,
  min: true,
  lt: true,
  le: true,
  eq: true
}
const special = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  1,
  -1,
  3e38,
  -3e38,
  1e-30,
  100,
  -100
]

const keys = <K extends string>(r: Readonly<Record<K, unknown>>): K[] => Object.keys(r) as K[]
const one = (x: Shape, f: (x: Tensor) => Tensor) => built(program("one", { x }, (t) => ({ y: f(t.x) })))
const two = (a: Shape, b: Shape, f: (a: Tensor, b: Tensor) => Tensor) =>
  built(program("two", { a, b }, (t) => ({ y: f(t.a, t.b) })))

export const operationLaws = (subject: Subject): void => {
  const { name, tolerance: t } = subject
  const relative = (want: Float64Array) => (i: number) => t.operation * t.unit * Math.abs(want[i]!)

  /** Runs `p` and compares, each number relative to itself. */
  const same = <I extends string>(p: Program<I, "y">, given: Readonly<Record<I, ArrayLike<number>>>, what: string) =>
    within(subject, (s) =>
      Effect.gen(function* () {
        const inputs = {} as Record<I, Float64Array>
        for (const k of keys(p.inputs)) inputs[k] = exact(t, given[k])
        const { y: want } = evaluate(p, inputs)
        const { y } = yield* once(s, p, inputs)
        near(y, want, relative(want), t, what)
      })
    )

  for (const fn of keys(unaries)) {
    test(`${name}: ${fn} of every shape`, async () => {
      for (const shape of shapes) {
        const x = numbers(size(shape), shape.length).map(unaries[fn])
        await same(
          one(shape, (v) => unary(fn, v)),
          { x },
          `${fn} of [${shape}]`
        )
      }
    })
    test(`${name}: ${fn} of NaN, infinities, zeros and the largest numbers`, () =>
      same(
        one([special.length], (v) => unary(fn, v)),
        { x: special },
        fn
      ))
  }

  for (const fn of keys(binaries)) {
    test(`${name}: ${fn} of every shape, broadcast either way`, async () => {
      const pairs: readonly (readonly [Shape, Shape])[] = [
        ...shapes.map((s): readonly [Shape, Shape] => [s, s]),
        [[], [17]],
        [[33], []],
        [
          [5, 1],
          [1, 7]
        ],
        [[4, 9], [9]],
        [
          [4, 9],
          [4, 1]
        ],
        [
          [2, 3, 5],
          [3, 1]
        ],
        [
          [2, 1, 5],
          [1, 3, 1]
        ],
        [
          [0, 4],
          [1, 4]
        ],
        [[1], [33]]
      ]
      for (const [a, b] of pairs) {
        const common = two(a, b, (x, y) => {
          const shape = add(x, y).shape
          return binary(fn, broadcast(x, shape), broadcast(y, shape))
        })
        const right = numbers(size(b), 2).map((v, i) => (i % 5 === 0 ? 1.25 : v + Math.sign(v)))
        const left = numbers(size(a), 1).map((v, i) => (i % 5 === 0 ? 1.25 : v))
        await same(common, { a: left, b: right }, `${fn} of [${a}] and [${b}]`)
      }
    })
    test(`${name}: ${fn} of NaN, infinities, zeros and the largest numbers`, () => {
      const n = special.length
      const grid = two([n, 1], [1, n], (x, y) => binary(fn, broadcast(x, [n, n]), broadcast(y, [n, n])))
      return same(grid, { a: special, b: special }, fn)
    })
  }

  test(`${name}: select takes what the condition says, and only that`, async () => {
    for (const shape of shapes) {
      const n = size(shape)
      const p = built(program("select", { c: shape, a: shape, b: shape }, ({ c, a, b }) => ({ y: select(c, a, b) })))
      const c = Array.from({ length: n }, (_, i) => [0, 1, -2, Number.NaN, -0][i % 5]!)
      const a = numbers(n, 1).map((v, i) => (c[i] === 0 ? Number.NaN : v))
      const b = numbers(n, 2).map((v, i) => (c[i] === 0 ? v : Number.POSITIVE_INFINITY))
      await same(p, { c, a, b }, `select of [${shape}]`)
    }
  })

  test(`${name}: iota, reshape, stopGradient and constants`, async () => {
    for (const n of lengths) {
      const wide = one([n], (x) => add(x, iota(n)))
      await same(wide, { x: numbers(n, 1) }, `iota(${n})`)
      await same(
        one([n], (x) => stopGradient(reshape(x, [1, n, 1]))),
        { x: numbers(n, 1) },
        `reshape [${n}]`
      )
    }
    const none = built(program("none", { x: [2] }, () => ({ y: iota(5) })))
    await same(none, { x: [1, 2] }, "a program that reads nothing")
    const through = built(program("through", { x: [3] }, ({ x }) => ({ y: x })))
    await same(through, { x: [1, 2, 3] }, "a program that computes nothing")
  })

  const sizes = [0, 1, 2, 5, 8, 17, 33]
  for (const [transposeA, transposeB] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true]
  ] as const) {
    const flags = `${transposeA ? "Aᵀ" : "A"}·${transposeB ? "Bᵀ" : "B"}`
    /** Each number relative to Σ |a|·|b|, with the √k of a random walk. */
    const product = (a: Shape, b: Shape, k: number, what: string) =>
      within(subject, (s) =>
        Effect.gen(function* () {
          const p = two(a, b, (x, y) => matmul(x, y, transposeA, transposeB))
          const given = { a: exact(t, numbers(size(a), 1)), b: exact(t, numbers(size(b), 2)) }
          const { y: want } = evaluate(p, given)
          const { y: bound } = evaluate(p, { a: given.a.map(Math.abs), b: given.b.map(Math.abs) })
          const { y } = yield* once(s, p, given)
          near(y, want, (i) => 2 * t.unit * (2 + Math.sqrt(k)) * bound[i]!, t, what)
        })
      )
    const left = (m: number, k: number) => (transposeA ? [k, m] : [m, k])
    const right = (k: number, n: number) => (transposeB ? [n, k] : [k, n])
    test(`${name}: ${flags} of every size and tail`, async () => {
      for (const m of sizes) {
        for (const n of sizes) {
          for (const k of [0, 1, 3, 8, 19]) await product(left(m, k), right(k, n), k, `${flags} ${m}×${k}×${n}`)
        }
      }
      for (const [m, k, n] of [
        [64, 64, 64],
        [65, 129, 63],
        [200, 3, 100],
        [1, 300, 1],
        [3, 1000, 17]
      ] as const) {
        await product(left(m, k), right(k, n), k, `${flags} ${m}×${k}×${n}`)
      }
    })
    test(`${name}: ${flags} of batches, each side batched or shared`, async () => {
      for (const batch of [0, 1, 3]) {
        for (const [m, k, n] of [
          [4, 5, 6],
          [1, 7, 33],
          [17, 16, 1]
        ] as const) {
          const [a, b] = [left(m, k), right(k, n)]
          await product([batch, ...a], [batch, ...b], k, `${flags} batch ${batch}`)
          await product([batch, ...a], b, k, `${flags} batch ${batch}, B shared`)
          await product(a, [batch, ...b], k, `${flags} batch ${batch}, A shared`)
        }
      }
    })
    test(`${name}: ${flags} passes on NaN and infinities`, async () => {
      const a = numbers(6 * 5, 1)
        .with(7, Number.NaN)
        .with(22, Number.POSITIVE_INFINITY)
      const p = two(left(6, 5), right(5, 4), (x, y) => matmul(x, y, transposeA, transposeB))
      const y = await within(subject, (s) => once(s, p, { a, b: numbers(20, 2) }))
      const { y: want } = evaluate(p, { a, b: numbers(20, 2) })
      want.forEach((w, i) => {
        if (!Number.isFinite(w)) assert.ok(Object.is(y.y[i], w), `element ${i}: got ${y.y[i]}, want ${w}`)
      })
    })
  }

  const reduced: readonly (readonly [Shape, readonly number[]])[] = [
    ...lengths.map((n): readonly [Shape, readonly number[]] => [[n], [0]]),
    ...lengths.map((n): readonly [Shape, readonly number[]] => [[3, n], [1]]),
    ...lengths.map((n): readonly [Shape, readonly number[]] => [[n, 3], [0]]),
    ...[[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]].map((axes): readonly [Shape, readonly number[]] => [
      [4, 9, 5],
      axes
    ]),
    [[5, 0, 2], [1]],
    [
      [2, 3, 4, 5],
      [0, 2]
    ],
    [
      [2, 3, 4, 5],
      [1, 3]
    ],
    [[100000], [0]],
    [[3, 20000], [1]],
    [[20000, 3], [0]]
  ]
  for (const fn of ["sum", "max"] as const) {
    test(`${name}: ${fn} over every choice of axes, large and empty ones too`, () =>
      within(subject, (s) =>
        Effect.gen(function* () {
          for (const [shape, axes] of reduced) {
            const p = one(shape, (x) => reduce(fn, x, axes))
            const x = exact(t, numbers(size(shape), 1))
            const { y: want } = evaluate(p, { x })
            const { y: bound } = evaluate(p, { x: x.map(Math.abs) })
            const { y } = yield* once(s, p, { x })
            const terms = size(shape) / Math.max(1, want.length)
            const allowed = (i: number) => (fn === "max" ? 0 : 2 * t.unit * Math.sqrt(terms) * bound[i]!)
            near(y, want, allowed, t, `${fn} of [${shape}] over [${axes}]`)
          }
        })
      ))
    test(`${name}: ${fn} passes on NaN and infinities`, async () => {
      const base = numbers(3 * 20, 1)
      for (const v of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        for (const at of [0, 13, 19]) {
          const x = base.with(at, v).with(59, v)
          const p = one([3, 20], (y) => reduce(fn, y, [1]))
          const { y } = await within(subject, (s) => once(s, p, { x }))
          const { y: want } = evaluate(p, { x })
          for (const row of [0, 2]) {
            if (!Number.isFinite(want[row]!)) assert.ok(Object.is(y[row], want[row]), `${v} at ${at}: ${y[row]}`)
          }
        }
      }
    })
  }

  test(`${name}: transpose, broadcast, slice, pad and concat put every element where it belongs`, async () => {
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
        await same(
          one(shape, (v) => transpose(v, order)),
          { x },
          `transpose [${shape}] ${order}`
        )
    }
    for (const n of [1, 7, 16, 33, 64]) {
      const x = numbers(n * 19, 1)
      await same(
        one([n, 19], (v) => transpose(v, [1, 0])),
        { x },
        `transpose [${n}, 19]`
      )
      await same(
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
      await same(
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
      await same(
        one(shape, (v) => slice(v, start, block)),
        { x: numbers(size(shape), 1) },
        `slice [${shape}]`
      )
      await same(
        one(block, (v) => pad(v, start, shape)),
        { x: numbers(size(block), 1) },
        `pad to [${shape}]`
      )
      await same(
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
      await same(
        two(a, b, (x, y) => concat([x, y, x], axis)),
        given,
        `concat [${a}], [${b}]`
      )
      await same(
        two(a, b, (x, y) => concat([neg(x), y], axis)),
        given,
        `concat of −[${a}], [${b}]`
      )
    }
  })

  test(`${name}: gather and scatter, with repeated rows and rows out of range`, async () => {
    const index = [2, 0, 2, 4, 1, 2, -1, 5, 1.5, Number.NaN]
    for (const inner of [[], [1], [3], [17], [2, 5], [0]]) {
      const rows = numbers(5 * size(inner), 1)
      await same(two([5, ...inner], [10], gather), { a: rows, b: index }, `gather [5, ${inner}]`)
      const many = numbers(10 * size(inner), 1)
      const p = two([10, ...inner], [10], (x, i) => scatter(x, i, 5))
      await same(p, { a: many, b: index }, `scatter [10, ${inner}]`)
    }
    await same(two([5, 2], [0], gather), { a: numbers(10, 1), b: [] }, "gather of no rows")
    await same(
      two([0, 2], [0], (x, i) => scatter(x, i, 3)),
      { a: [], b: [] },
      "scatter of no rows"
    )
    await same(two([0, 2], [2], gather), { a: [], b: [0, 1] }, "gather from no rows")
  })

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

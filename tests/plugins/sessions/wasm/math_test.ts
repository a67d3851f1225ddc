import assert from "node:assert/strict"
import { test } from "node:test"
import { relaxedAvailable } from "../../../../plugins/sessions/wasm/module.ts"
import { type Machine, machine, same } from "./machine.ts"

const machines: readonly Machine[] = [machine(false), ...(relaxedAvailable() ? [machine(true)] : [])]

const EXP = 2
const LOG = 3
const TANH = 4
const SIGMOID = 5
const SOFTPLUS = 6

const unary = (at: Machine, op: number, x: Float32Array): Float32Array => {
  at.reset()
  const [src, dst] = [at.put(x), at.room(x.length)]
  assert.equal(at.run([2, 1, x.length, 1, 0, 1, 1, src, 0, op, 0, 0, 0, 1, dst]), 0)
  return at.get(dst)
}

/** Every `step`-th float32 from a up to b, both positive or both negative. */
const sweep = (a: number, b: number, step: number): Float32Array => {
  const [from, to] = [...new Int32Array(Float32Array.of(a, b).buffer)] as [number, number]
  const out = new Int32Array(Math.floor((to - from) / step) + 1)
  for (let i = 0; i < out.length; i++) out[i] = from + i * step
  return new Float32Array(out.buffer)
}

/** One unit in the last place of the float32 nearest to y. */
const ulp = (y: number): number => 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(y)))) - 23)

/** Largest error in ulp over x, of numbers that are neither overflown nor below 2^-125. */
const worst = (got: Float32Array, x: Float32Array, f: (x: number) => number): number =>
  x.reduce((most, xi, i) => {
    const want = f(xi)
    if (!(Math.abs(want) < 3.4e38) || Math.abs(want) < 2 ** -125) return most
    return Math.max(most, Math.abs(got[i]! - want) / ulp(want))
  }, 0)

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)))

const STEP = 9973
const cases: readonly (readonly [string, number, (x: number) => number, number, readonly Float32Array[]])[] = [
  ["exp", EXP, Math.exp, 2, [sweep(1e-10, 90, STEP), sweep(-1e-10, -90, STEP)]],
  ["log", LOG, Math.log, 2, [sweep(2 ** -126, 3.4e38, STEP), sweep(0.5, 2, 97)]],
  ["tanh", TANH, Math.tanh, 3, [sweep(1e-30, 20, STEP), sweep(-1e-30, -20, STEP)]],
  ["sigmoid", SIGMOID, sigmoid, 3, [sweep(1e-10, 90, STEP), sweep(-1e-10, -90, STEP)]],
  ["softplus", SOFTPLUS, softplus, 3, [sweep(1e-10, 90, STEP), sweep(-1e-10, -90, STEP)]]
]

for (const [name, op, f, limit, inputs] of cases)
  test(`${name} is within ${limit} units in the last place`, () => {
    for (const at of machines)
      for (const x of inputs) {
        const error = worst(unary(at, op, x), x, f)
        assert.ok(error <= limit, `${error}`)
      }
  })

const { NaN: NAN, POSITIVE_INFINITY: INF, NEGATIVE_INFINITY: MINUS } = Number
const edges: readonly (readonly [string, number, readonly (readonly [number, number])[]])[] = [
  [
    "exp",
    EXP,
    [
      [0, 1],
      [89, INF],
      [1000, INF],
      [INF, INF],
      [-104, 0],
      [-1000, 0],
      [MINUS, 0],
      [NAN, NAN]
    ]
  ],
  [
    "log",
    LOG,
    [
      [1, 0],
      [0, MINUS],
      [-0, MINUS],
      [-1, NAN],
      [MINUS, NAN],
      [INF, INF],
      [NAN, NAN]
    ]
  ],
  [
    "tanh",
    TANH,
    [
      [0, 0],
      [-0, -0],
      [10, 1],
      [-10, -1],
      [1e30, 1],
      [INF, 1],
      [MINUS, -1],
      [NAN, NAN]
    ]
  ],
  [
    "sigmoid",
    SIGMOID,
    [
      [0, 0.5],
      [100, 1],
      [INF, 1],
      [-104, 0],
      [MINUS, 0],
      [NAN, NAN]
    ]
  ],
  [
    "softplus",
    SOFTPLUS,
    [
      [100, 100],
      [INF, INF],
      [MINUS, 0],
      [-200, 0],
      [NAN, NAN]
    ]
  ]
]

for (const [name, op, pairs] of edges)
  test(`${name} has the right values at the edges`, () => {
    for (const at of machines)
      same(
        unary(
          at,
          op,
          Float32Array.from(pairs, ([x]) => x)
        ),
        Float32Array.from(pairs, ([, y]) => y)
      )
  })

import assert from "node:assert/strict"
import { test } from "node:test"
import { same } from "../wasm/machine.ts"
import { machine, widths } from "./machine.ts"
import { skip } from "./setting.ts"

/** Every `step`-th float32 from a up to b, both positive or both negative. */
const sweep = (a: number, b: number, step: number): Float32Array => {
  const [from, to] = [...new Int32Array(Float32Array.of(a, b).buffer)] as [number, number]
  return new Float32Array(
    Int32Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step).buffer
  )
}

/** One unit in the last place of the float32 nearest to y. */
const ulp = (y: number): number => 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(y)))) - 23)

/** Largest error in units in the last place, of numbers that are neither overflown nor below 2^-125. */
const worst = (got: Float32Array, x: Float32Array, f: (x: number) => number): number =>
  x.reduce((most, xi, i) => {
    const want = f(xi)
    if (!(Math.abs(want) < 3.4e38) || Math.abs(want) < 2 ** -125) return most
    return Math.max(most, Math.abs(got[i]! - want) / ulp(want))
  }, 0)

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)))
const { NaN: NAN, POSITIVE_INFINITY: INF } = Number

interface Case {
  readonly name: string
  readonly op: number
  readonly f: (x: number) => number
  /** Units in the last place. */
  readonly limit: number
  readonly inputs: readonly Float32Array[]
  readonly edges: readonly (readonly [number, number])[]
}

const STEP = 19997
const both = (least: number, most: number) => [sweep(least, most, STEP), sweep(-least, -most, STEP)]
const cases: readonly Case[] = [
  {
    name: "exp",
    op: 2,
    f: Math.exp,
    limit: 1,
    inputs: both(1e-10, 90),
    edges: [
      [0, 1],
      [89, INF],
      [1000, INF],
      [INF, INF],
      [-104, 0],
      [-1000, 0],
      [-INF, 0],
      [NAN, NAN]
    ]
  },
  {
    name: "log",
    op: 3,
    f: Math.log,
    limit: 1,
    inputs: [sweep(2 ** -126, 3.4e38, STEP), sweep(0.5, 2, 997)],
    edges: [
      [1, 0],
      [0, -INF],
      [-0, -INF],
      [1e-40, -INF],
      [-1, NAN],
      [-INF, NAN],
      [INF, INF],
      [NAN, NAN]
    ]
  },
  {
    name: "tanh",
    op: 4,
    f: Math.tanh,
    limit: 2.5,
    inputs: both(1e-30, 20),
    edges: [
      [0, 0],
      [-0, -0],
      [10, 1],
      [-10, -1],
      [1e30, 1],
      [INF, 1],
      [-INF, -1],
      [NAN, NAN]
    ]
  },
  {
    name: "sigmoid",
    op: 5,
    f: sigmoid,
    limit: 2.5,
    inputs: both(1e-10, 90),
    edges: [
      [0, 0.5],
      [100, 1],
      [INF, 1],
      [-104, 0],
      [-INF, 0],
      [NAN, NAN]
    ]
  },
  {
    name: "softplus",
    op: 6,
    f: softplus,
    limit: 2.5,
    inputs: both(1e-10, 90),
    edges: [
      [100, 100],
      [INF, INF],
      [-INF, 0],
      [-200, 0],
      [NAN, NAN]
    ]
  }
]

for (const width of widths)
  test(`exp, log, tanh, sigmoid and softplus are right to the last places, at width ${width}`, { skip }, async () => {
    const m = machine(16)
    const work = cases.flatMap((c) => {
      const edges = Float32Array.from(c.edges, ([x]) => x)
      return [...c.inputs, edges].map((x) => ({ c, x, to: m.room(x.length), from: m.put(x), edge: x === edges }))
    })
    const map = ({ c, x, from, to }: (typeof work)[number]) => [
      2,
      1,
      x.length,
      1,
      0,
      1,
      1,
      from,
      0,
      c.op,
      0,
      0,
      0,
      1,
      to
    ]
    await m.run(work.map(map), { width })
    for (const { c, x, to, edge } of work) {
      if (edge)
        same(
          m.get(to),
          Float32Array.from(c.edges, ([, y]) => y)
        )
      else {
        const error = worst(m.get(to), x, c.f)
        assert.ok(error <= c.limit, `${c.name}: ${error}`)
      }
    }
  })

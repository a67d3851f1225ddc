import assert from "node:assert/strict"
import { test } from "node:test"
import { noise } from "../wasm/machine.ts"
import { machine, widths } from "./machine.ts"
import { skip } from "./setting.ts"

const [SUM, MAX] = [0, 1]

/** [outer, r, inner] of every form: rows short and long, columns, few columns, all three. */
const shapes: readonly (readonly [number, number, number])[] = [
  ...[0, 1, 2, 5, 8, 9, 16, 17, 300].map((r) => [5, r, 1] as const),
  [1, 70_001, 1],
  ...[2, 7, 15, 16, 63, 65, 130].flatMap((inner) => [1, 64, 201].map((r) => [1, r, inner] as const)),
  [1, 5000, 3],
  [1, 5000, 65],
  [1, 0, 3],
  [3, 10, 20],
  [70, 3, 2],
  [4, 5, 100]
]

const elements = ([outer, r, inner]: readonly [number, number, number], f: (x: (i: number) => number) => number) =>
  Float64Array.from({ length: outer * inner }, (_, at) => {
    const [o, j] = [Math.floor(at / inner), at % inner]
    return f((i) => (o * r + i) * inner + j)
  })

for (const width of widths)
  test(`sums and maxima of any form, at width ${width}`, { skip }, async () => {
    const m = machine()
    const cases = shapes.map((shape, n) => {
      const [outer, r, inner] = shape
      const x = noise(outer * r * inner, n + 1)
      // One NaN that a maximum must show, in every other case.
      const marked = x.map((v, i) => (n % 2 === 0 && i === 3 ? Number.NaN : v))
      const [src, bad, sum, max] = [m.put(x), m.put(marked), m.room(outer * inner), m.room(outer * inner)]
      return { shape, x, marked, sum, max, src, bad }
    })
    await m.run(
      cases.flatMap(({ shape, src, bad, sum, max }) => [
        [3, SUM, ...shape, src, sum],
        [3, MAX, ...shape, bad, max]
      ]),
      { width }
    )
    for (const { shape, x, marked, ...to } of cases) {
      const [r, total, most] = [shape[1], m.get(to.sum), m.get(to.max)]
      const down = (f: (i: number) => number, join: (a: number, b: number) => number, first: number): number => {
        let value = first
        for (let i = 0; i < r; i++) value = join(value, f(i))
        return value
      }
      const sum = (at: (i: number) => number, f: (v: number) => number) =>
        down(
          (i) => f(x[at(i)]!),
          (a, b) => a + b,
          0
        )
      const size = elements(shape, (at) => sum(at, Math.abs))
      elements(shape, (at) => sum(at, (v) => v)).forEach((want, i) => {
        assert.ok(Math.abs(total[i]! - want) <= 1e-7 * size[i]!, `sum ${shape} [${i}]: ${total[i]}, want ${want}`)
      })
      elements(shape, (at) => down((i) => marked[at(i)]!, Math.max, Number.NEGATIVE_INFINITY)).forEach((want, i) => {
        assert.ok(Object.is(most[i], want), `max ${shape} [${i}]: ${most[i]}, want ${want}`)
      })
    }
    assert.ok(m.guarded())
  })

test("a long sum loses no more than a few units in the last place", { skip }, async () => {
  const m = machine(16)
  const n = 1_000_000
  const x = noise(n, 3).map((v) => 0.1 + 0.01 * v)
  const [src, row, column] = [m.put(x), m.room(1), m.room(2)]
  await m.run([
    [3, SUM, 1, n, 1, src, row],
    [3, SUM, 1, n / 2, 2, src, column]
  ])
  const exact = x.reduce((a, b) => a + b, 0)
  const got = m.get(column)
  assert.ok(Math.abs(m.get(row)[0]! / exact - 1) < 3e-7)
  assert.ok(Math.abs((got[0]! + got[1]!) / exact - 1) < 3e-7)
})

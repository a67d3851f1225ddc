import assert from "node:assert/strict"
import { test } from "node:test"
import { bits, noise, same } from "../wasm/machine.ts"
import { type Machine, machine, widths } from "./machine.ts"
import { skip } from "./setting.ts"

interface View {
  readonly sizes: readonly number[]
  readonly from: readonly number[]
  readonly to: readonly number[]
  readonly first?: number
}

/** Blocks, broadcasts, transposes, reversals, gaps on either side. */
const views: readonly View[] = [
  { sizes: [1], from: [1], to: [1] },
  { sizes: [100], from: [1], to: [1] },
  { sizes: [7, 33], from: [40, 1], to: [33, 1] },
  { sizes: [5, 19], from: [1, 0], to: [19, 1] },
  { sizes: [5, 19], from: [0, 1], to: [19, 1] },
  { sizes: [37, 41], from: [1, 37], to: [41, 1] },
  { sizes: [3, 18, 17], from: [306, 1, 18], to: [306, 17, 1] },
  { sizes: [4, 3, 5], from: [1, 20, 4], to: [15, 5, 1] },
  { sizes: [6, 4], from: [-4, 1], to: [4, 1], first: 20 },
  { sizes: [10], from: [-1], to: [1], first: 9 },
  { sizes: [10], from: [2], to: [3] },
  { sizes: [2, 3, 4], from: [0, 0, 0], to: [12, 4, 1] },
  { sizes: [3, 0], from: [1, 1], to: [1, 1] }
]

const offsets = (v: View, strides: readonly number[]): number[] =>
  v.sizes.reduce<number[]>(
    (all, size, axis) => all.flatMap((o) => Array.from({ length: size }, (_, i) => o + i * strides[axis]!)),
    [0]
  )

const copied = (m: Machine, v: View, n: number) => {
  const x = noise(1600, n + 1)
  const want = new Float32Array(1700).fill(Number.NaN)
  const to = offsets(v, v.to)
  offsets(v, v.from).forEach((at, i) => {
    want[2 + to[i]!] = x[(v.first ?? 0) + at]!
  })
  const dst = m.room(1700)
  const [src, target] = [m.from(m.put(x), v.first ?? 0), m.from(dst, 2)]
  const instruction = [4, v.sizes.length, src, 0, target, 0, ...v.sizes, ...v.from, ...v.to]
  return { instruction, dst, want }
}

for (const width of widths)
  test(`copies between strided views, at width ${width}`, { skip }, async () => {
    const m = machine()
    const cases = views.map((v, n) => copied(m, v, n))
    await m.run(
      cases.map((c) => c.instruction),
      { width }
    )
    for (const { dst, want } of cases) same(m.get(dst), want)
    assert.ok(m.guarded())
  })

test("fills, counts, gathers and scatters, leaving out what no row has", { skip }, async () => {
  const m = machine()
  const index = [1, 0, 4, -1, 3, 1.5, 1, Number.NaN, 5, -0, Number.POSITIVE_INFINITY]
  const [n, rows] = [5, index.length]
  const at = m.put(index)
  const cases = [1, 3, 20].map((width) => {
    const [src, items] = [noise(n * width, width), noise(rows * width, width + 1)]
    const valid = index.map((i) => (Number.isInteger(i) && i >= 0 && i < n ? i : -1))
    const gathered = valid.flatMap((i) =>
      Array.from({ length: width }, (_, j) => (i < 0 ? Number.NaN : src[i * width + j]!))
    )
    const scattered = new Float32Array(n * width)
    valid.forEach((i, row) => {
      for (let j = 0; i >= 0 && j < width; j++) scattered[i * width + j]! += items[row * width + j]!
    })
    const [to, sums] = [m.room(rows * width), m.room(n * width)]
    const run = [
      [6, rows, n, width, m.put(src), at, to],
      [7, rows, n, width, m.put(items), at, sums]
    ]
    return { run, to, sums, gathered, scattered }
  })
  const [filled, counted] = [m.room(21), m.room(33)]
  await m.run([...cases.flatMap((c) => c.run), [5, filled, 21, bits(-0)], [8, counted, 33]])
  for (const c of cases) {
    same(m.get(c.to), c.gathered)
    same(m.get(c.sums), c.scattered)
  }
  same(m.get(filled), new Float32Array(21).fill(-0))
  same(
    m.get(counted),
    Float32Array.from({ length: 33 }, (_, i) => i)
  )
  assert.ok(m.guarded())
})

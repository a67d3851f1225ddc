import assert from "node:assert/strict"
import { test } from "node:test"
import { bits, noise, same } from "../wasm/machine.ts"
import { type Machine, machine, widths } from "./machine.ts"
import { skip } from "./setting.ts"

const { NaN: NAN, POSITIVE_INFINITY: INF } = Number
const [ADD, SUB, MUL] = [10, 11, 12]
const [FULL, ROW, COLUMN, SCALAR] = [0, 1, 2, 3]

/** rows x cols around the widths of vectors, and rows shorter than a vector in all phases. */
const shapes = [1, 2, 3, 5, 8, 15, 16, 17, 31, 64, 100].flatMap((cols) => [1, 2, 7, 33].map((rows) => [rows, cols]))

/** y = f·r + (c − s)·2: each kind of operand in the place it must have. */
const broadcasting = (m: Machine, rows: number, cols: number) => {
  const [f, r, c, s] = [noise(rows * cols, 3), noise(cols, 5), noise(rows, 7), noise(1, 9)]
  const out = m.room(rows * cols)
  const ins = [m.put(f), FULL, m.put(r), ROW, m.put(c), COLUMN, m.put(s), SCALAR]
  const ops = [MUL, 0, 1, 0, SUB, 2, 3, 0, MUL, 6, 4, 0, ADD, 5, 7, 0]
  const want = f.map((x, i) => x * r[i % cols]! + (c[Math.floor(i / cols)]! - s[0]!) * 2)
  return { instruction: [2, rows, cols, 4, 1, 4, 1, ...ins, bits(2), ...ops, 8, out], out, want }
}

const close = (got: Float32Array, want: Float32Array, what: string): void =>
  got.forEach((x, i) => {
    assert.ok(Math.abs(x - want[i]!) < 1e-6, `${what}[${i}]: got ${x}, want ${want[i]}`)
  })

for (const width of widths)
  test(`maps repeat rows, columns and scalars at any size, at width ${width}`, { skip }, async () => {
    const m = machine()
    const cases = shapes.map(([rows, cols]) => broadcasting(m, rows!, cols!))
    assert.equal(
      await m.run(
        cases.map((c) => c.instruction),
        { width }
      ),
      0
    )
    cases.forEach(({ out, want }, i) => {
      close(m.get(out), want, `${shapes[i]}`)
    })
    assert.ok(m.guarded())
  })

/** Operands with every special value against every other. */
const specials = [0, -0, 1, -1, 2.5, -2.5, 3e38, -3e38, 1e-30, INF, -INF, NAN]
const left = specials.flatMap((x) => specials.map(() => x))
const right = specials.flatMap(() => specials)

const binary: readonly (readonly [number, (a: number, b: number) => number])[] = [
  [ADD, (a, b) => a + b],
  [SUB, (a, b) => a - b],
  [MUL, (a, b) => a * b],
  [13, (a, b) => a / b],
  [14, Math.max],
  [15, Math.min],
  [16, (a, b) => Number(a < b)],
  [17, (a, b) => Number(a <= b)],
  [18, (a, b) => Number(a === b)]
]
const unary: readonly (readonly [number, (a: number) => number])[] = [
  [0, (a) => a],
  [1, (a) => -a],
  [7, Math.sqrt],
  [8, Math.abs],
  [9, Math.sign]
]
/** Products and quotients below 2⁻¹²⁶ are 0. */
const float = (x: number): number => (Math.abs(x) < 2 ** -126 ? x * 0 : Math.fround(x))

test("operations give IEEE's values for zeros, infinities and NaN", { skip }, async () => {
  for (const width of widths) {
    const m = machine()
    const ins = [m.put(left), FULL, m.put(right), FULL]
    const codes = [...binary.map(([op]) => op), ...unary.map(([op]) => op), 19]
    const outs = codes.map(() => m.room(left.length))
    const ops = codes.flatMap((op) => [op, 0, 1, 0])
    const map = [2, 1, left.length, 2, 0, codes.length, codes.length, ...ins, ...ops]
    await m.run([[...map, ...outs.flatMap((slot, i) => [2 + i, slot])]], { width })
    binary.forEach(([, f], i) => {
      same(
        m.get(outs[i]!),
        left.map((a, j) => float(f(Math.fround(a), Math.fround(right[j]!))))
      )
    })
    unary.forEach(([, f], i) => {
      same(
        m.get(outs[binary.length + i]!),
        left.map((a) => float(f(Math.fround(a))))
      )
    })
    same(
      m.get(outs.at(-1)!),
      left.map((a, j) => Math.fround(a !== 0 ? right[j]! : a))
    )
  }
})

test("literals keep their value, and an output may be an input, a literal or lie on an input", { skip }, async () => {
  const m = machine()
  const literals = [0.1, -0, INF, -INF, NAN, 1e-40, 3.4e38, 16777216, 1e21]
  const x = noise(37, 11)
  const [a, b] = [m.put(x), m.put(x)]
  const outs = literals.map(() => m.room(37))
  const copy = m.room(37)
  const pairs = [[0, copy], ...literals.map((_, i) => [2 + i, outs[i]!]), [2 + literals.length, b]]
  const map = [2, 1, 37, 2, literals.length, 1, pairs.length, a, FULL, b, FULL]
  await m.run([[...map, ...literals.map(bits), ADD, 0, 1, 0, ...pairs.flat()]])
  same(m.get(copy), x)
  same(
    m.get(b),
    x.map((v) => v + v)
  )
  literals.forEach((value, i) => {
    same(m.get(outs[i]!), new Float32Array(37).fill(value))
  })
  assert.ok(m.guarded())
})

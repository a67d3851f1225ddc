/** Laws of sessions: matrix products and reductions, of every size, tail and flag. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { add, evaluate, fill, type Shape, size } from "../../core/program/mod.ts"
import { matmul, reduce } from "../../core/program/primitive.ts"
import { numbers } from "../core/program/arbitrary.ts"
import { comparison, lengths, one, type Same, two } from "./session_programs.ts"
import { exact, once, type Subject, within } from "./session_support.ts"

export const contractionLaws = (subject: Subject): void => {
  const { name, tolerance: t, sampled } = subject
  const every = comparison(subject)

  // Of the sample, too, some are multiples of four, as which kernels read several numbers at once, and some not.
  const sizes = sampled ? [0, 1, 8, 33] : [0, 1, 2, 5, 8, 17, 33]
  const depths = sampled ? [0, 3, 8] : [0, 1, 3, 8, 19]
  for (const [transposeA, transposeB] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true]
  ] as const) {
    const flags = `${transposeA ? "Aᵀ" : "A"}·${transposeB ? "Bᵀ" : "B"}`
    /** Each number relative to Σ |a|·|b|, with the √k of a random walk. */
    const product = (same: Same, a: Shape, b: Shape, k: number, what: string): void => {
      const p = two(a, b, (x, y) => matmul(x, y, transposeA, transposeB))
      const given = { a: exact(t, numbers(size(a), 1)), b: exact(t, numbers(size(b), 2)) }
      const { y: bound } = evaluate(p, { a: given.a.map(Math.abs), b: given.b.map(Math.abs) })
      same(p, given, what, (i) => 2 * t.unit * (2 + Math.sqrt(k)) * bound[i]!)
    }
    const left = (m: number, k: number) => (transposeA ? [k, m] : [m, k])
    const right = (k: number, n: number) => (transposeB ? [n, k] : [k, n])
    test(`${name}: ${flags} of every size and tail`, () =>
      every((same) => {
        for (const m of sizes) {
          for (const n of sizes) {
            for (const k of depths) product(same, left(m, k), right(k, n), k, `${flags} ${m}×${k}×${n}`)
          }
        }
        const large = [
          [65, 129, 63],
          [1, 300, 1],
          [64, 64, 64],
          [200, 3, 100],
          [3, 1000, 17]
        ] as const
        for (const [m, k, n] of sampled ? large.slice(0, 2) : large) {
          product(same, left(m, k), right(k, n), k, `${flags} ${m}×${k}×${n}`)
        }
      }))
    test(`${name}: ${flags} of batches, each side batched or shared`, () =>
      every((same) => {
        for (const batch of sampled ? [0, 3] : [0, 1, 3]) {
          for (const [m, k, n] of [
            [4, 5, 6],
            [1, 7, 33],
            [17, 16, 1]
          ] as const) {
            const [a, b] = [left(m, k), right(k, n)]
            product(same, [batch, ...a], [batch, ...b], k, `${flags} batch ${batch}`)
            product(same, [batch, ...a], b, k, `${flags} batch ${batch}, B shared`)
            product(same, a, [batch, ...b], k, `${flags} batch ${batch}, A shared`)
          }
        }
      }))
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
      every((same) => {
        for (const [shape, axes] of reduced) {
          const p = one(shape, (x) => reduce(fn, x, axes))
          const x = exact(t, numbers(size(shape), 1))
          const { y: bound } = evaluate(p, { x: x.map(Math.abs) })
          const terms = size(shape) / Math.max(1, bound.length)
          const allowed = (i: number) => (fn === "max" ? 0 : 2 * t.unit * Math.sqrt(terms) * bound[i]!)
          same(p, { x }, `${fn} of [${shape}] over [${axes}]`, allowed)
        }
      }))
    test(`${name}: ${fn} of nothing, of numbers that the program itself shows`, () =>
      every((same) => {
        for (const u of [1, Number.POSITIVE_INFINITY, Number.NaN]) {
          // A reduction in one, and in two of which the first has no rows left.
          same(
            one([1], (x) => add(x, reduce(fn, fill(u, [0]), [0]))),
            { x: [3] },
            `${fn} of no ${u}`
          )
          same(
            one([1], (x) => add(x, reduce(fn, reduce(fn, fill(u, [0, 2]), [1]), [0]))),
            { x: [3] },
            `${fn} of no sums of ${u}`
          )
        }
      }))
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
}

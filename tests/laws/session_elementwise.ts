/** Laws of sessions: elementwise operations mean what `evaluate` says, for every shape and every odd number. */
import { test } from "node:test"
import { binaries, unaries } from "../../core/program/internal.ts"
import {
  add,
  broadcast,
  iota,
  program,
  reshape,
  type Shape,
  select,
  size,
  stopGradient
} from "../../core/program/mod.ts"
import { binary, unary } from "../../core/program/primitive.ts"
import { numbers } from "../core/program/arbitrary.ts"
import { built } from "../core/program/support.ts"
import { comparison, keys, lengths, one, shapes, special, two } from "./session_programs.ts"
import type { Subject } from "./session_support.ts"

export const elementwiseLaws = (subject: Subject): void => {
  const { name } = subject
  const every = comparison(subject)

  for (const fn of keys(unaries)) {
    test(`${name}: ${fn} of every shape`, () =>
      every((same) => {
        for (const shape of shapes) {
          for (const scale of [1, 4, 20]) {
            const some = numbers(size(shape), shape.length).map((v) => scale * v)
            const x = unaries[fn].domain === "real" ? some : some.map((v) => Math.abs(v) + 1e-3)
            same(
              one(shape, (v) => unary(fn, v)),
              { x },
              `${fn} of [${shape}]`
            )
          }
        }
      }))
    test(`${name}: ${fn} of NaN, infinities, zeros and the largest numbers`, () =>
      every((same) =>
        same(
          one([special.length], (v) => unary(fn, v)),
          { x: special },
          fn
        )
      ))
  }

  for (const fn of keys(binaries)) {
    test(`${name}: ${fn} of every shape, broadcast either way`, () =>
      every((same) => {
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
          same(common, { a: left, b: right }, `${fn} of [${a}] and [${b}]`)
        }
      }))
    test(`${name}: ${fn} of NaN, infinities, zeros and the largest numbers`, () => {
      const n = special.length
      const grid = two([n, 1], [1, n], (x, y) => binary(fn, broadcast(x, [n, n]), broadcast(y, [n, n])))
      return every((same) => same(grid, { a: special, b: special }, fn))
    })
  }

  test(`${name}: select takes what the condition says, and only that`, () =>
    every((same) => {
      for (const shape of shapes) {
        const n = size(shape)
        const p = built(program("select", { c: shape, a: shape, b: shape }, ({ c, a, b }) => ({ y: select(c, a, b) })))
        const c = Array.from({ length: n }, (_, i) => [0, 1, -2, Number.NaN, -0][i % 5]!)
        const a = numbers(n, 1).map((v, i) => (c[i] === 0 ? Number.NaN : v))
        const b = numbers(n, 2).map((v, i) => (c[i] === 0 ? v : Number.POSITIVE_INFINITY))
        same(p, { c, a, b }, `select of [${shape}]`)
      }
    }))

  test(`${name}: iota, reshape, stopGradient and constants`, () =>
    every((same) => {
      for (const n of lengths) {
        const wide = one([n], (x) => add(x, iota(n)))
        same(wide, { x: numbers(n, 1) }, `iota(${n})`)
        same(
          one([n], (x) => stopGradient(reshape(x, [1, n, 1]))),
          { x: numbers(n, 1) },
          `reshape [${n}]`
        )
      }
      const none = built(program("none", { x: [2] }, () => ({ y: iota(5) })))
      same(none, { x: [1, 2] }, "a program that reads nothing")
      const through = built(program("through", { x: [3] }, ({ x }) => ({ y: x })))
      same(through, { x: [1, 2, 3] }, "a program that computes nothing")
    }))
}

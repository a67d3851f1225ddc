/** What the laws of operations share: sizes, small programs, and the comparison of every number with itself. */
import { Effect } from "effect"
import { evaluate, type Program, program, type Shape, type Tensor } from "../../core/program/mod.ts"
import { built } from "../core/program/support.ts"
import { type Case, exact, near, outputsOf, type Subject, within } from "./session_support.ts"

/** Sizes around every width a kernel may work in, and their tails. */
export const lengths = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 1000]
export const shapes: readonly Shape[] = [
  [],
  [1, 1, 1],
  [2, 0, 3],
  [4, 5],
  [3, 1, 7],
  [2, 1, 3, 2, 2],
  ...lengths.map((n) => [n])
]

export const keys = <K extends string>(r: Readonly<Record<K, unknown>>): K[] => Object.keys(r) as K[]
export const one = (x: Shape, f: (x: Tensor) => Tensor) => built(program("one", { x }, (t) => ({ y: f(t.x) })))
export const two = (a: Shape, b: Shape, f: (a: Tensor, b: Tensor) => Tensor) =>
  built(program("two", { a, b }, (t) => ({ y: f(t.a, t.b) })))

/** Numbers that show what an operation does at the edges of its type. */
export const special = [
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

/** Runs programs and compares each number: relative to itself, if nothing else is allowed. */
export type Same = <I extends string>(
  p: Program<I, "y">,
  given: Readonly<Record<I, ArrayLike<number>>>,
  what: string,
  allowed?: (i: number) => number
) => void

/** Compares everything that `collect` hands over. */
export const comparison = (subject: Subject) => {
  const { tolerance: t } = subject
  return (collect: (same: Same) => void) =>
    within(subject, (s) =>
      Effect.gen(function* () {
        const cases: (Case & { readonly allowed: ((i: number) => number) | undefined })[] = []
        collect((program, given, what, allowed) => cases.push({ program, given, what, allowed }))
        const got = yield* outputsOf(subject, s, cases)
        cases.forEach(({ program, given, what, allowed }, i) => {
          const inputs = Object.fromEntries(keys(given).map((k) => [k, exact(t, given[k]!)]))
          const want = evaluate(program, inputs).y!
          near(got[i]!.y!, want, allowed ?? ((j) => t.operation * t.unit * Math.abs(want[j]!)), t, what)
        })
      })
    )
}

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { mean } from "../../../core/stat/mod.ts"
import { allSubsets, centred, equation5, gradientCosine, type SubsetScore } from "../../../core/surrogate/mod.ts"

/** Performances of every subset of a size, drawn at random. */
const scored = fc.integer({ min: 3, max: 7 }).chain((n) =>
  fc.integer({ min: 2, max: n }).chain((size) => {
    const all = allSubsets(n, size)
    return fc
      .array(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: size, maxLength: size }), {
        minLength: all.length,
        maxLength: all.length
      })
      .map((values) => ({
        n,
        scores: all.map((tasks, k): SubsetScore => ({ tasks, values: values[k]!.map((v) => v / 64) }))
      }))
  })
)

const near = (a: number, b: number, what: string): void =>
  assert.ok(Math.abs(a - b) <= 1e-10 * Math.max(1, Math.abs(a), Math.abs(b)), `${what}: ${a}, want ${b}`)

test("equation5() is the mean of f(S) over the subsets that hold both tasks", () =>
  fc.assert(
    fc.property(scored, ({ n, scores }) => {
      const u = equation5(scores, n)
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const both = scores.filter((s) => s.tasks.includes(i) && s.tasks.includes(j))
          near(u.values[i * n + j]!, mean(both.map((s) => mean(s.values))), `U ${i}, ${j}`)
        }
      }
    })
  ))

/** Symmetric part of effects centred over the partners; 0 on the diagonal. */
const symmetricEffects = (n: number, c: (i: number, j: number) => number): Float64Array => {
  const others = (i: number): readonly number[] => Array.from({ length: n }, (_, j) => j).filter((j) => j !== i)
  const own = (i: number, j: number): number => c(i, j) - mean(others(i).map((k) => c(i, k)))
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    return i === j ? 0 : (own(i, j) + own(j, i)) / 2
  })
}

/** The regression has a ridge of a millionth, against partners' variances of a tenth and more. */
const RIDGE = 1e-4

test("centred() of pairs is how much better a task does with the other than with an average partner", () =>
  fc.assert(
    fc.property(scored, ({ n, scores }) => {
      fc.pre(scores[0]!.tasks.length === 2)
      const f = (i: number, j: number): number => {
        const s = scores.find((x) => x.tasks.includes(i) && x.tasks.includes(j))!
        return s.values[s.tasks.indexOf(i)]!
      }
      const want = symmetricEffects(n, f)
      centred(scores, n).values.forEach((v, k) => {
        assert.ok(Math.abs(v - want[k]!) <= RIDGE * 16, `entry ${k}: ${v}, want ${want[k]}`)
      })
    })
  ))

test("centred() finds what each partner adds, where performances are sums of such", () =>
  fc.assert(
    fc.property(scored, fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 49, maxLength: 49 }), (x, effects) => {
      const { n, scores } = x
      // Subsets of all tasks say nothing about single partners.
      fc.pre(scores[0]!.tasks.length < n)
      const c = (i: number, j: number): number => effects[i * 7 + j]!
      const sums = scores.map((s) => ({
        tasks: s.tasks,
        values: s.tasks.map((i) => 1000 * i + s.tasks.reduce((total, j) => (j === i ? total : total + c(i, j)), 0))
      }))
      const want = symmetricEffects(n, c)
      centred(sums, n).values.forEach((v, k) => {
        assert.ok(Math.abs(v - want[k]!) <= RIDGE * 400, `entry ${k}: ${v}, want ${want[k]}`)
      })
    })
  ))

test("centred() of the one subset of all tasks says nothing: 0", () => {
  const u = centred([{ tasks: [0, 1, 2], values: [5, -1, 7] }], 3)
  assert.ok(u.values.every((v) => Math.abs(v) < 1e-12))
})

test("centred() does not see what is added to a task everywhere; affinities are symmetric", () =>
  fc.assert(
    fc.property(scored, fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 7, maxLength: 7 }), (x, level) => {
      const { n, scores } = x
      const lifted = scores.map((s) => ({ ...s, values: s.values.map((v, a) => v + level[s.tasks[a]!]!) }))
      const [u, v] = [centred(scores, n), centred(lifted, n)]
      u.values.forEach((a, k) => {
        assert.ok(Math.abs(v.values[k]! - a) <= 1e-9 * 1000, `entry ${k}: ${v.values[k]}, want ${a}`)
      })
      for (const w of [u, equation5(scores, n)]) {
        for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) assert.equal(w.values[i * n + j], w.values[j * n + i])
      }
    })
  ))

test("a pair that no subset holds gets the mean of the pairs that some subset holds", () => {
  const scores = [
    { tasks: [0, 1], values: [1, 3] },
    { tasks: [1, 2], values: [5, 7] }
  ]
  const u = equation5(scores, 3)
  // Known: (0,0) 2, (0,1) 2 twice, (1,1) 4, (1,2) 6 twice, (2,2) 6.
  assert.equal(u.values[2], 28 / 7)
  assert.deepEqual(Array.from(u.values), [2, 2, 4, 2, 4, 6, 4, 6, 6])
})

test("gradientCosine() is 1 along, −1 against, 0 across, whatever the lengths, and 0 for no gradient", () => {
  const g = [
    [1, 0],
    [-2, 0],
    [0, 3],
    [4, 0],
    [0, 0]
  ].map((x) => Float64Array.from(x))
  const u = gradientCosine(g)
  const want = [
    [1, -1, 0, 1, 0],
    [-1, 1, 0, -1, 0],
    [0, 0, 1, 0, 0],
    [1, -1, 0, 1, 0],
    [0, 0, 0, 0, 0]
  ]
  assert.deepEqual(
    Array.from(u.values, (v) => v + 0),
    want.flat()
  )
})

test("gradientCosine() is symmetric, within ±1, and invariant to positive scale", () =>
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 3, maxLength: 3 }), {
        minLength: 1,
        maxLength: 6
      }),
      fc.integer({ min: 1, max: 100 }),
      (g, scale) => {
        const u = gradientCosine(g.map((x) => Float64Array.from(x)))
        const v = gradientCosine(g.map((x) => Float64Array.from(x, (y) => y * scale)))
        u.values.forEach((a, k) => {
          near(v.values[k]!, a, `entry ${k}`)
          assert.ok(Math.abs(a) <= 1 + 1e-12)
          assert.equal(a, u.values[(k % u.n) * u.n + Math.floor(k / u.n)])
        })
      }
    )
  ))

/** All subsets together against scikit-learn's logistic regressions, polished by Newton's method. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import type { Subset } from "../../../../core/surrogate/mod.ts"
import { solveSubsets, type TaskData, taskLosses } from "../../../../pipeline/stages/surrogate/solve_subsets.ts"
import { exactly, fixture, inSingle, norm } from "../support.ts"

interface Fit {
  /** scikit-learn's C multiplies the sum of losses: μ = 1/(C·N), and its objective is C·N times ours. */
  readonly C: number
  readonly coef_newton: readonly number[]
  readonly objective: number
  /** Unweighted, of all groups, also of those that are not in the subset. */
  readonly per_group_logloss_mean?: readonly number[]
}

interface Data {
  readonly X: readonly (readonly number[])[]
  readonly y: readonly number[]
}

interface Full {
  readonly datasets: readonly (Data & {
    readonly weighted: boolean
    readonly weights: readonly number[] | null
    readonly groups: readonly number[]
    readonly fits: readonly Fit[]
  })[]
}

interface Subsets {
  readonly subsets: readonly { readonly subset: Subset; readonly fits: readonly Fit[] }[]
}

interface Extra {
  readonly separable: Data & { readonly fits: readonly Fit[] }
  readonly wide: Data & { readonly fits: readonly Fit[] }
}

const { datasets } = fixture<Full>("logistic/full")
const { subsets } = fixture<Subsets>("logistic/subsets")
const { separable, wide } = fixture<Extra>("logistic/extra")

/** The rows of one task; an advantage carries label and weight. */
const task = ({ X, y }: Data, weights: readonly number[] | null, rows: readonly number[]): TaskData => ({
  features: Float64Array.from(rows.flatMap((r) => X[r]!)),
  advantages: Float64Array.from(rows, (r) => y[r]! * (weights?.[r] ?? 1))
})

const indices = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i)

const groups = (data: (typeof datasets)[number]): readonly TaskData[] =>
  indices(6).map((g) =>
    task(
      data,
      data.weights,
      indices(data.y.length).filter((r) => data.groups[r] === g)
    )
  )

interface Case {
  readonly name: string
  readonly tasks: readonly TaskData[]
  readonly subsets: readonly Subset[]
  /** One a subset, all with the same C. */
  readonly fits: readonly Fit[]
}

const cases: readonly Case[] = [
  ...datasets.flatMap((data) =>
    data.fits.map((fit) => ({
      name: `${data.weighted ? "weighted" : "unweighted"} rows, C = ${fit.C}`,
      tasks: groups(data),
      subsets: [indices(6)],
      fits: [fit]
    }))
  ),
  ...indices(subsets[0]!.fits.length).map((f) => ({
    name: `20 subsets of 3 of 6 groups, C = ${subsets[0]!.fits[f]!.C}`,
    tasks: groups(datasets[0]!),
    subsets: subsets.map((s) => s.subset),
    fits: subsets.map((s) => s.fits[f]!)
  })),
  ...Object.entries({ separable, wide }).flatMap(([name, data]) =>
    data.fits.map((fit) => ({
      name: `${name} data, C = ${fit.C}`,
      tasks: [task(data, null, indices(data.y.length))],
      subsets: [[0]],
      fits: [fit]
    }))
  )
]

/** Every group has as many rows as the others, so all subsets of a case have one N and one μ. */
const rowsOf = (c: Case): number => c.subsets[0]!.reduce((n, i) => n + c.tasks[i]!.advantages.length, 0)

const scale = (c: Case): number => c.fits[0]!.C * rowsOf(c)

const solve = (c: Case, tolerance: number) => {
  const dimension = c.fits[0]!.coef_newton.length
  return Effect.gen(function* () {
    const s = yield* solveSubsets(c.tasks, c.subsets, { dimension, mu: 1 / scale(c), tolerance, maxEvaluations: 500 })
    return { ...s, losses: yield* taskLosses(c.tasks, s.x, dimension) }
  })
}

const coefficients = (x: Float64Array, k: number, d: number): Float64Array => x.subarray(k * d, (k + 1) * d)

/** Largest relative misses of objective and coefficients over the subsets. */
const misses = (c: Case, s: { readonly objective: Float64Array; readonly x: Float64Array }) => ({
  objective: Math.max(...c.fits.map((fit, k) => Math.abs((s.objective[k]! * scale(c)) / fit.objective - 1))),
  coefficients: Math.max(
    ...c.fits.map(({ coef_newton: want }, k) => {
      const got = coefficients(s.x, k, want.length)
      return norm(want.map((v, i) => got[i]! - v)) / norm(want)
    })
  )
})

/** F of every subset at the given points, in float64: every task has as many rows. */
const objectives = (c: Case, x: Float64Array) =>
  Effect.map(taskLosses(c.tasks, x, c.fits[0]!.coef_newton.length), (losses) =>
    Float64Array.from(c.subsets, (s, k) => {
      const mean = s.reduce((sum, i) => sum + losses[i * c.subsets.length + k]!, 0) / s.length
      return mean + norm(coefficients(x, k, c.fits[0]!.coef_newton.length)) ** 2 / (2 * scale(c))
    })
  )

const tol = {
  // The solver stops where a step promises less than the rounding ε of the loss; a loss that is right to ε has a
  // minimiser that is right to about √ε: 3e-8 in double precision, times the problem's condition.
  f64: { objective: 1e-13, coefficients: 3e-7 },
  // The same with the rounding of a sum of float32 losses, 3e-7. What the session itself says of the objective has the
  // rounding of margins on top: a small loss exp(−m) is relatively as wrong as m is absolutely.
  f32: { objective: 1e-6, said: 1e-5, coefficients: 5e-3 }
}

for (const c of cases) {
  test(`solveSubsets() gives scikit-learn's objective and Newton's coefficients: ${c.name}`, async () => {
    const exact = misses(c, await exactly(solve(c, 1e-12)))
    assert.ok(exact.objective <= tol.f64.objective, `float64 objective: ${exact.objective}`)
    assert.ok(exact.coefficients <= tol.f64.coefficients, `float64 coefficients: ${exact.coefficients}`)
    const rough = await inSingle(solve(c, 1e-6))
    const said = misses(c, rough)
    assert.ok(said.objective <= tol.f32.said, `float32 objective, as computed: ${said.objective}`)
    const single = misses(c, { ...rough, objective: await exactly(objectives(c, rough.x)) })
    assert.ok(single.objective <= tol.f32.objective, `float32 objective: ${single.objective}`)
    assert.ok(single.coefficients <= tol.f32.coefficients, `float32 coefficients: ${single.coefficients}`)
  })
}

test("taskLosses() gives the mean loss of every group's rows, weights counted", async () => {
  const unweighted = cases.filter((c) => c.name.startsWith("unweighted"))
  assert.equal(unweighted.length, 3)
  for (const c of unweighted) {
    const { losses } = await exactly(solve(c, 1e-12))
    c.fits[0]!.per_group_logloss_mean!.forEach((want, i) => {
      assert.ok(Math.abs(losses[i]! - want) <= 1e-6 * want, `group ${i}: ${losses[i]}, want ${want}`)
    })
  }
})

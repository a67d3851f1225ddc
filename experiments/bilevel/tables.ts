/** What the cells of the experiment on frozen lakes say, as tables for people. */
import * as E from "fp-ts/lib/Either.js"
import { type Interval, mean, tInterval } from "../../core/stat/mod.ts"
import type { Cell } from "./cell.ts"

/** Mean over seeds with Student's 95% interval. */
const show = (values: readonly number[]): string => {
  const digits = (x: number) => (Math.abs(x) >= 1000 ? x.toExponential(1) : x.toFixed(Math.abs(x) >= 10 ? 1 : 3))
  const t = tInterval(values)
  return E.match(
    () => values.map(digits).join(" "),
    ({ estimate, low, high }: Interval) => `${digits(estimate)} (${digits(low)} to ${digits(high)})`
  )(t)
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n")

const groups = (cells: readonly Cell[]) => [...Map.groupBy(cells, (c) => `${c.variance}, Alg(${c.alg})`)]

const last = (c: Cell): Cell["points"][number] => c.points[c.points.length - 1]!

/** Figures 1, 3 and 4, right: gaps at the end beside the bounds there. */
export const gapTable = (cells: readonly Cell[]): string =>
  table(
    [
      "tasks",
      "not adapted",
      "Alg(i)",
      "bound at ϕ",
      "bound by variance",
      "printed bound",
      "policy gradient",
      "MAML",
      "Alg(i), best λ"
    ],
    groups(cells).map(([name, own]) => [
      name,
      show(own.map((c) => c.gaps.none)),
      show(own.map((c) => c.gaps.adapted)),
      show(own.map((c) => last(c).instance)),
      show(own.map((c) => last(c).varianceInstance)),
      show(own.map((c) => c.printedBound)),
      show(own.map((c) => c.gaps.policyGradient)),
      show(own.map((c) => c.gaps.maml)),
      show(own.map((c) => c.gaps.less))
    ])
  )

/** Figures 1 and 3, left: mean returns by adaptations. */
export const returnTable = (cells: readonly Cell[]): string =>
  table(
    ["tasks", "from", "0", "1", "2", "3", "4", "optimal"],
    groups(cells).flatMap(([name, own]) =>
      (["bilevel", "random", "maml"] as const).map((from) => [
        name,
        from,
        ...[0, 1, 2, 3, 4].map((k) => mean(own.map((c) => c.returns[from][k]!)).toFixed(3)),
        mean(own.map((c) => c.best)).toFixed(3)
      ])
    )
  )

/** The constants of the bounds, means over seeds. */
export const constantTable = (cells: readonly Cell[]): string =>
  table(
    [
      "tasks",
      "λ",
      "Var",
      "A_max",
      "ε",
      "λ that the lemmas ask for",
      "λ used for the theorems",
      "α",
      "B",
      "C",
      "G",
      "mean ‖∇F‖²",
      "K/T + M/√T"
    ],
    groups(cells).map(([name, own]) => {
      const m = (f: (c: Cell) => number) => mean(own.map(f)).toPrecision(3)
      return [
        name,
        m((c) => c.lambda),
        m((c) => c.about.variance),
        m((c) => c.about.largestAdvantage),
        m((c) => c.about.leastVisits),
        m((c) => c.about.sufficientLambda),
        m((c) => c.theorem.lambda),
        m((c) => c.theorem.rate),
        m((c) => c.theorem.b),
        m((c) => c.theorem.c),
        m((c) => c.theorem.g),
        m((c) => mean(c.theorem.points.map((p) => p.slopeSquared))),
        m((c) => c.theorem.slopeBound)
      ]
    })
  )

/** Kept numbers have nine digits. */
const EXACT = 1e-8

/** What holds, counted. */
export const holds = (cells: readonly Cell[]): readonly string[] => {
  const points = cells.flatMap((c) => [...c.points, ...c.theorem.points])
  const count = <A>(all: readonly A[], f: (x: A) => boolean) => `${all.filter(f).length} of ${all.length}`
  return [
    ...(["instance", "theorem", "varianceInstance", "varianceTheorem"] as const).map(
      (kind) => `bound (${kind}) above the gap: ${count(points, (p) => p[kind] >= p.gap - EXACT)} points`
    ),
    `mean of ‖∇F‖² within K/T + M/√T: ${count(cells, (c) => mean(c.theorem.points.map((p) => p.slopeSquared)) <= c.theorem.slopeBound)} trainings`,
    `adaptation never does worse than the meta-policy with the theorems' λ: ${count(
      cells.flatMap((c) => c.theorem.points),
      (p) => p.gap <= p.unadapted + EXACT
    )} points`,
    `the same with the paper's λ: ${count(
      cells.flatMap((c) => c.points),
      (p) => p.gap <= p.unadapted + EXACT
    )} points`,
    `the lemmas' inequalities hold with the paper's λ: ${count(
      cells.flatMap((c) => c.points),
      (p) => p.shortfall <= EXACT
    )} points`,
    `one step of the policy gradient is above the bound at ϕ: ${count(cells, (c) => c.gaps.policyGradient > last(c).instance)} trainings`,
    `the printed bound is above the gap: ${count(cells, (c) => c.printedBound >= c.gaps.adapted)} trainings`,
    `MAML's step leaves a larger gap than Alg(i) with the paper's λ: ${count(cells, (c) => c.gaps.maml > c.gaps.adapted)} trainings`,
    `… with the λ that suits it best: ${count(cells, (c) => c.gaps.maml > c.gaps.less)} trainings`
  ]
}

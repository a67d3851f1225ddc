/** The paper's figures on frozen lakes as one picture: returns by steps, gaps beside bounds, gaps and slopes by iteration. */
import * as Plot from "@observablehq/plot"
import { mean } from "../../core/stat/mod.ts"
import { draw, html, raw } from "../../plugins/runs/report/mod.ts"
import type { Cell } from "./cell.ts"

const [WIDTH, HEIGHT, GAP, TOP] = [330, 230, 26, 30]
const colours = ["var(--side0)", "var(--side1)", "var(--side2)", "var(--side3)"]

/** Mean over seeds with the worst and the best. */
const spreadOf = (values: readonly number[]) => ({
  mean: mean(values),
  min: Math.min(...values),
  max: Math.max(...values)
})

interface Line {
  readonly name: string
  readonly points: readonly { readonly x: number; readonly mean: number; readonly min: number; readonly max: number }[]
}

const lines = (all: readonly Line[], x: string, y: string, log = false) =>
  draw(
    {
      width: WIDTH,
      height: HEIGHT,
      marginLeft: 52,
      marginBottom: 36,
      grid: true,
      x: { label: x, ticks: 5 },
      y: { label: y, ticks: 5, ...(log ? { type: "log", tickFormat: "~e" } : {}) },
      marks: all.flatMap(({ points }, i) => [
        Plot.areaY(points, { x: "x", y1: "min", y2: "max", fill: colours[i % 4]!, fillOpacity: 0.15 }),
        Plot.lineY(points, { x: "x", y: "mean", stroke: colours[i % 4]!, strokeWidth: 2 })
      ])
    },
    `${y} by ${x}`
  )

/** Along one training: what each cell has at each measured iteration. */
const byIteration = (cells: readonly Cell[], name: string, f: (p: Cell["points"][number]) => number): Line => ({
  name,
  points: (cells[0]?.points ?? []).map(({ iteration }, k) => ({
    x: iteration,
    ...spreadOf(cells.map((c) => f(c.points[k]!)))
  }))
})

const bySteps = (cells: readonly Cell[], name: string, f: (c: Cell) => readonly number[]): Line => ({
  name,
  points: f(cells[0]!).map((_, k) => ({ x: k, ...spreadOf(cells.map((c) => f(c)[k]!)) }))
})

/** The three panels of one variance and one Alg(i). */
const panels = (cells: readonly Cell[]) => {
  const returns = [
    bySteps(cells, "BO-MRL", (c) => c.returns.bilevel),
    bySteps(cells, "random start", (c) => c.returns.random),
    bySteps(cells, "MAML", (c) => c.returns.maml),
    bySteps(cells, "optimal", (c) => c.returns.maml.map(() => c.best))
  ]
  const gaps = [
    byIteration(cells, "adapted", (p) => p.gap),
    byIteration(cells, "bound at ϕ", (p) => p.instance),
    byIteration(cells, "bound by variance", (p) => p.varianceInstance),
    byIteration(cells, "not adapted", (p) => p.unadapted)
  ]
  const slopes = [byIteration(cells, "‖∇F‖²", (p) => p.slopeSquared)]
  return [
    { title: returns.map((l) => l.name), picture: lines(returns, "adaptations →", "↑ mean return") },
    { title: gaps.map((l) => l.name), picture: lines(gaps, "meta-iteration →", "↑ optimality gap") },
    { title: slopes.map((l) => l.name), picture: lines(slopes, "meta-iteration →", "↑ ‖∇F‖²", true) }
  ]
}

const legend = (names: readonly string[]) =>
  names.map((name, i) => {
    // As wide as what stands before it: letters of 9 px are at most 5.5 px wide here.
    const at = 40 + names.slice(0, i).reduce((sum, before) => sum + 22 + 5.2 * before.length, 0)
    return html`<rect x="${at}" y="-12" width="10" height="4" fill="${colours[i % 4]!}"/><text x="${at + 13}" y="-6" font-size="9px">${name}</text>`
  })

/** One standalone SVG: a row for each variance and Alg(i); it follows the reader's light or dark colours. */
export const lakesPicture = (cells: readonly Cell[]): string => {
  const rows = [...Map.groupBy(cells, (c) => `${c.variance} variance, Alg(${c.alg})`)]
  const tall = HEIGHT + GAP + TOP
  const [width, height] = [3 * (WIDTH + 16), rows.length * tall]
  const drawn = rows.map(([name, own], r) =>
    panels(own).map(
      ({ title, picture }, c) =>
        html`<g transform="translate(${c * (WIDTH + 16)},${r * tall + TOP})"><text x="0" y="-20" font-weight="bold">${c === 0 ? name : ""}</text>${legend(title)}
${picture}</g>
`
    )
  )
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" fill="currentColor" font-family="system-ui, sans-serif" font-size="12px">
<title>Returns, optimality gaps with their bounds, and slopes of bilevel meta-learning on frozen lakes</title>
<style>${raw(style)}</style>
${drawn.flat()}</svg>
`.html
}

const style = `:root { color: #24292f; --side0: #1f6fb2; --side1: #c4572e; --side2: #2f8f5b; --side3: #8a55b5 }
@media (prefers-color-scheme: dark) {
  :root { color: #d7dde4; --side0: #5aa9ea; --side1: #ef8e66; --side2: #5fc08b; --side3: #b98ae0 }
}`

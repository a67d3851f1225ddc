/** The learning curves of a report as one picture: a column for each work, over steps above and over seconds below. */
import * as Plot from "@observablehq/plot"
import { mean } from "../core/stat/mod.ts"
import { draw } from "../plugins/runs/report/draw.ts"
import { type Html, html, raw } from "../plugins/runs/report/html.ts"
import { type Learning, OURS, type Training } from "./learning.ts"

/** What the seeds of one side had at one point of the curve. */
export interface Point {
  readonly step: number
  /** Processor seconds of training until then, evaluation not counted. */
  readonly seconds: number
  readonly mean: number
  readonly min: number
  readonly max: number
}

/** Means over seeds with the worst and the best seed, where an episode ended in at least one. */
export const pointsOf = ({ runs, stepsPerSecond }: Pick<Learning, "runs" | "stepsPerSecond">): readonly Point[] => {
  const at = new Map<number, number[]>()
  for (const [step, value] of runs.flatMap((run: Training) => run.curve)) at.set(step, [...(at.get(step) ?? []), value])
  return [...at]
    .sort(([a], [b]) => a - b)
    .map(([step, values]) => ({
      step,
      seconds: step / stepsPerSecond,
      mean: mean(values),
      min: Math.min(...values),
      max: Math.max(...values)
    }))
}

const WIDTH = 340
const HEIGHT = 250
const TOP = 44

const axes = {
  step: { label: "environment steps →", type: "linear", tickFormat: "~s", ticks: 5 },
  seconds: { label: "seconds of one core →", type: "log", tickFormat: "~g", ticks: 4 }
} as const

/** One standalone SVG; it follows the reader's light or dark colours. */
export const curvesPicture = (learning: readonly Learning[]): string => {
  const works = [...new Set(learning.map((l) => l.work))]
  const sides = [OURS, ...new Set(learning.map((l) => l.side).filter((s) => s !== OURS))]
  const colour = (side: string): string => `var(--side${sides.indexOf(side) % 4})`
  const panel = (work: string, axis: keyof typeof axes) =>
    draw(
      {
        width: WIDTH,
        height: HEIGHT,
        marginLeft: 52,
        marginBottom: 38,
        grid: true,
        x: axes[axis],
        y: { label: "↑ mean return of training episodes", nice: true, ticks: 5 },
        marks: learning
          .filter((l) => l.work === work)
          .flatMap((l) => {
            const points = pointsOf(l)
            const band = { x: axis, y1: "min", y2: "max", fill: colour(l.side), fillOpacity: 0.15 }
            return [
              Plot.areaY(points, band),
              Plot.lineY(points, { x: axis, y: "mean", stroke: colour(l.side), strokeWidth: 2 })
            ]
          })
      },
      `${work}: return by ${axis}`
    )
  const columns = works.map(
    (
      work,
      i
    ) => html`<g transform="translate(${i * (WIDTH + 16)},${TOP})"><text x="${WIDTH / 2 + 18}" y="-6" text-anchor="middle">${work}</text>
${panel(work, "step")}<g transform="translate(0,${HEIGHT + 12})">${panel(work, "seconds")}</g></g>
`
  )
  const legend = sides.map(
    (side, i) =>
      html`<rect x="${52 + 170 * i}" y="8" width="14" height="4" fill="${colour(side)}"/><text x="${72 + 170 * i}" y="15">${side}</text>`
  )
  const [width, height] = [works.length * (WIDTH + 16), TOP + 2 * HEIGHT + 20]
  const title = `Return of training episodes by environment steps and by seconds, of ${sides.join(", ")}`
  return standalone(
    width,
    height,
    title,
    html`${legend}
${columns}`
  )
}

/** A picture that is a file of its own; it follows the reader's light or dark colours. */
export const standalone = (width: number, height: number, title: string, content: Html): string =>
  html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" fill="currentColor" font-family="system-ui, sans-serif" font-size="12px">
<title>${title}</title>
<style>${raw(style)}</style>
${content}</svg>
`.html

const style = `:root { color: #24292f; --side0: #1f6fb2; --side1: #c4572e; --side2: #2f8f5b; --side3: #8a55b5 }
@media (prefers-color-scheme: dark) {
  :root { color: #d7dde4; --side0: #5aa9ea; --side1: #ef8e66; --side2: #5fc08b; --side3: #b98ae0 }
}`

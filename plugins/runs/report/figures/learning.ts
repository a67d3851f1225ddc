/** Learning curves, a line a task: of the meta-policy, or of trainings. */
import * as Plot from "@observablehq/plot"
import { counted, show } from "../../../../core/text/numbers.ts"
import { shortNames } from "../../../../core/text/short_names.ts"
import type { LearningCurve, ReportTask } from "../../../../pipeline/internal.ts"
import { draw, groupColour, textWidth } from "../draw.ts"
import { figure, type Html, html, table } from "../html.ts"

interface Point {
  readonly task: number
  readonly iteration: number
  readonly value: number
}

export const learningFigure = (
  curves: readonly LearningCurve[],
  meaning: string,
  tasks: readonly ReportTask[],
  labels: readonly number[],
  { noun, caption }: Said = ofMetaPolicy
): Html => {
  const points: readonly Point[] = curves.flatMap((c) => c.points.map((p) => ({ ...p, task: c.task })))
  const ends = curves.flatMap((c) => c.points.slice(-1).map((p) => ({ ...p, task: c.task })))
  const id = (i: number) => tasks[i]?.id ?? String(i)
  const { names, pattern } = shortNames(tasks.map((t) => t.id))
  const widest = Math.max(...ends.map((e) => textWidth(names[e.task] ?? "", 11)), textWidth(pattern, 11))
  const height = 400
  const values = points.map((p) => p.value)
  const places = apart(ends, 13, height - 60, Math.min(...values), Math.max(...values))
  const picture = draw(
    {
      width: 640,
      height,
      grid: true,
      marginLeft: 50,
      marginBottom: 40,
      marginRight: 16 + widest,
      x: { label: "iteration →", tickFormat: "d" },
      y: { label: `↑ ${meaning}`, nice: true },
      marks: [
        Plot.lineY(points, {
          x: "iteration",
          y: "value",
          z: "task",
          stroke: (p: Point) => groupColour(labels[p.task] ?? 0),
          strokeWidth: 1.6,
          strokeOpacity: 0.85
        }),
        Plot.dot(told(points), {
          x: "iteration",
          y: "value",
          r: 1.6,
          fill: (p: Point) => groupColour(labels[p.task] ?? 0),
          title: (p: Point) => `${id(p.task)}, iteration ${p.iteration}: ${show(p.value)}`
        }),
        Plot.text(places, {
          x: "iteration",
          y: "place",
          text: (p: Point) => names[p.task] ?? "",
          textAnchor: "start",
          dx: 6,
          fontSize: 11,
          fill: (p: Point) => groupColour(labels[p.task] ?? 0)
        }),
        Plot.text(pattern === "" ? [] : [pattern], {
          frameAnchor: "top-right",
          textAnchor: "start",
          dx: 6,
          dy: -14,
          fontSize: 11,
          fill: "var(--soft)"
        })
      ]
    },
    `Learning curves of ${counted(curves.length, noun)}, ${meaning}, by iteration`
  )
  const iterations = [...new Set(points.map((p) => p.iteration))].sort((a, b) => a - b)
  const numbers = table(
    [noun, ...iterations.map(String)],
    curves.map((c) => {
      const values = new Map(c.points.map((p) => [p.iteration, p.value]))
      return [id(c.task), ...iterations.map((i) => values.get(i) ?? "")]
    })
  )
  return figure(picture, html`<b>${caption}</b> Coloured by group.`, numbers)
}

/** What a line is, and what all of them show. */
interface Said {
  readonly noun: string
  readonly caption: string
}

const ofMetaPolicy: Said = { noun: "task", caption: "How each task learned under the one meta-policy." }

/** Points of the lines that are told where they are looked at: more would make the page large. */
const TOLD = 600

const told = (points: readonly Point[]): readonly Point[] => {
  const every = Math.ceil(points.length / TOLD)
  return points.filter((_, i) => i % every === 0)
}

/** Labels at the ends of lines, moved so that no two are nearer than `gap` pixels. */
const apart = (
  ends: readonly Point[],
  gap: number,
  pixels: number,
  low: number,
  high: number
): readonly (Point & { readonly place: number })[] => {
  const unit = (high - low || 1) / pixels
  const sorted = [...ends].sort((a, b) => a.value - b.value)
  const places: number[] = []
  for (const [i, e] of sorted.entries())
    places.push(Math.max(e.value, (places[i - 1] ?? Number.NEGATIVE_INFINITY) + gap * unit))
  // Pushed beyond the top: move down again, from the top.
  for (let i = places.length - 1, top = high; i >= 0 && places[i]! > top; i--) {
    places[i] = top
    top -= gap * unit
  }
  return sorted.map((e, i) => ({ ...e, place: places[i]! }))
}

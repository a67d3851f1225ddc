/** What each task reaches under every way of sharing policies: a small picture a task, all on one scale. */
import * as Plot from "@observablehq/plot"
import { interval, show } from "../../../../core/text/numbers.ts"
import { shortNames } from "../../../../core/text/short_names.ts"
import type { MethodComparison } from "../../../../pipeline/internal.ts"
import type { ReportData } from "../../../../pipeline/mod.ts"
import { byGroup, draw, groupColour, textWidth } from "../draw.ts"
import { figure, type Html, html, table } from "../html.ts"
import { lookOf } from "./legend.ts"

type Compared = Pick<ReportData, "comparison" | "tasks" | "grouping">

/** A task's return by a method, and the place of its picture. */
interface Point {
  readonly task: number
  readonly column: number
  readonly line: number
  readonly row: MethodComparison
  readonly own: NonNullable<MethodComparison["returnByTask"]>[number]
}

/** Pictures beside one another, and all together; of more tasks the numbers are in the table alone. */
const COLUMNS = 5
const MOST = 40
/** Pixels: of a method's line, over a picture, of all of them. */
const LINE = 17
const TOP = 26
const WIDTH = 940

/** Nothing of runs that have no intervals by task, as of earlier versions. */
export const byTaskFigure = (d: Compared): readonly Html[] => {
  const { comparison: rows, tasks, grouping } = d
  if (rows.length === 0 || rows.some((r) => r.returnByTask === undefined)) return []
  const order = byGroup(grouping.labels).slice(0, MOST)
  const columns = Math.min(COLUMNS, order.length)
  const lines = Math.ceil(order.length / columns)
  const { names, pattern } = shortNames(tasks.map((t) => t.id))
  const panels = order.map((task, i) => ({ task, column: i % columns, line: Math.floor(i / columns) }))
  const points = panels.flatMap((panel) =>
    rows.flatMap((row): readonly Point[] => {
      const own = row.returnByTask?.[panel.task]
      return own === undefined ? [] : [{ ...panel, row, own }]
    })
  )
  const place = { fx: "column", fy: "line", y: (p: Point) => p.row.method }
  const picture = draw(
    {
      width: WIDTH,
      height: lines * (LINE * rows.length + TOP) + 50,
      marginLeft: 16 + Math.max(...rows.map((r) => textWidth(r.method, 12))),
      marginBottom: 42,
      marginTop: TOP,
      fx: { axis: null, padding: 0.18 },
      fy: { axis: null, padding: TOP / (LINE * rows.length + TOP) },
      x: { label: "mean return →", nice: true, ticks: 3, grid: true },
      y: { label: null, domain: rows.map((r) => r.method) },
      marks: [
        Plot.frame({ stroke: "var(--line)" }),
        Plot.ruleY(
          points.filter(({ own }) => own.n > 1),
          {
            ...place,
            x1: (p: Point) => p.own.low,
            x2: (p: Point) => p.own.high,
            stroke: (p: Point) => lookOf(p.row.kind).colour,
            strokeWidth: 1.8
          }
        ),
        ...rows.map((row) =>
          Plot.dot(
            points.filter((p) => p.row === row),
            {
              ...place,
              x: (p: Point) => p.own.value,
              ...lookOf(row.kind).dot,
              r: 4,
              title: (p: Point) => `${tasks[p.task]?.id ?? ""}, ${p.row.method}: ${interval(p.own)}`
            }
          )
        ),
        Plot.text(panels, {
          fx: "column",
          fy: "line",
          frameAnchor: "top-left",
          dy: -13,
          text: (p: (typeof panels)[number]) => names[p.task] ?? "",
          fill: (p: (typeof panels)[number]) => groupColour(grouping.labels[p.task] ?? 0),
          fontWeight: "bold"
        })
      ]
    },
    `Mean return of ${order.length} tasks, a picture each, by how policies are shared`
  )
  const named = pattern === "" ? "" : ` Tasks by ${pattern}.`
  const left = tasks.length - order.length
  const more = left > 0 ? ` ${left} more tasks are in the table.` : ""
  const caption = html`<b>Who gains, who pays?</b> Mean return of each task, on one scale, with the interval of the mean; coloured names are
    those of the groups.${named}${more}`
  return [figure(picture, caption, numbers(rows, tasks))]
}

const numbers = (rows: readonly MethodComparison[], tasks: Compared["tasks"]): Html =>
  table(
    ["mean return of", ...rows.map((m) => m.method)],
    tasks.map((t, i) => [
      t.id,
      ...rows.map((m) => {
        const own = m.returnByTask?.[i]
        return own === undefined ? show(m.byTask[i] ?? Number.NaN) : interval(own)
      })
    ])
  )

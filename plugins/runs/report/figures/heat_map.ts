/** An affinity matrix, its tasks ordered by group. */
import * as Plot from "@observablehq/plot"
import { show } from "../../../../core/text/numbers.ts"
import type { ReportAffinity, ReportTask } from "../../../../pipeline/internal.ts"
import { byGroup, draw, groupColour, shorten } from "../draw.ts"
import { figure, type Html, html, table } from "../html.ts"

interface Cell {
  readonly row: number
  readonly column: number
  readonly value: number
  /** Distance from the centre of the scale: −1 to 1. */
  readonly shade: number
  readonly title: string
}

/** Colours say how far an entry lies above or below the mean of the entries off the diagonal. */
export const heatMap = (a: ReportAffinity, tasks: readonly ReportTask[]): Html => {
  const order = byGroup(a.labels)
  const n = order.length
  const name = (position: number) => tasks[order[position] ?? 0]?.id ?? ""
  const cells = shaded(a, order, name)
  const longest = Math.max(...order.map((_, i) => shorten(name(i)).length))
  const margin = 12 + 6.6 * longest
  const size = Math.max(300, Math.min(34 * n, 460))
  const positions = order.map((_, i) => i)
  const picture = draw(
    {
      width: size + margin + 10,
      height: size + margin + 10,
      marginLeft: margin,
      marginBottom: margin,
      marginTop: 10,
      marginRight: 10,
      x: { domain: [0, n], axis: null },
      y: { domain: [n, 0], axis: null },
      marks: [
        Plot.rect(cells, {
          x1: "column",
          x2: (c: Cell) => c.column + 1,
          y1: "row",
          y2: (c: Cell) => c.row + 1,
          fill: (c: Cell) => (c.shade >= 0 ? "var(--pos)" : "var(--neg)"),
          fillOpacity: (c: Cell) => 0.04 + 0.72 * Math.abs(c.shade),
          inset: 0.5,
          title: "title"
        }),
        ...(n <= 12
          ? [
              Plot.text(cells, {
                x: (c: Cell) => c.column + 0.5,
                y: (c: Cell) => c.row + 0.5,
                text: (c: Cell) => brief(c.value),
                fontSize: n <= 10 ? 10 : 8.5,
                fill: "var(--ink)",
                pointerEvents: "none"
              })
            ]
          : []),
        Plot.rect(blocks(a.labels, order), {
          x1: "from",
          x2: "to",
          y1: "from",
          y2: "to",
          fill: "none",
          stroke: (b: Block) => groupColour(b.group),
          strokeWidth: 2.5
        }),
        Plot.text(positions, {
          x: 0,
          y: (i: number) => i + 0.5,
          text: (i: number) => shorten(name(i)),
          textAnchor: "end",
          dx: -7,
          fill: (i: number) => groupColour(a.labels[order[i]!]!)
        }),
        Plot.text(positions, {
          x: (i: number) => i + 0.5,
          y: n,
          text: (i: number) => shorten(name(i)),
          textAnchor: "end",
          rotate: -90,
          dy: 8,
          fill: (i: number) => groupColour(a.labels[order[i]!]!)
        })
      ]
    },
    `${a.title}: ${n} by ${n} tasks ordered by group`
  )
  const numbers = table(
    ["", ...tasks.map((t) => t.id)],
    a.matrix.map((row, i) => [tasks[i]?.id ?? "", ...row])
  )
  return figure(
    picture,
    html`<b>${a.title}${a.chosen ? " (the groups come from this one)" : ""}.</b> ${a.meaning}. Blue lies above
      the mean of the entries off the diagonal, orange below it.`,
    numbers
  )
}

const shaded = (a: ReportAffinity, order: readonly number[], name: (i: number) => string): readonly Cell[] => {
  const off = a.matrix.flatMap((row, i) => row.filter((_, j) => i !== j))
  const mean = off.reduce((s, x) => s + x, 0) / Math.max(off.length, 1)
  const spread = Math.max(...off.map((x) => Math.abs(x - mean)), Number.MIN_VALUE)
  return order.flatMap((i, row) =>
    order.map((j, column) => {
      const value = a.matrix[i]?.[j] ?? Number.NaN
      const shade = Number.isNaN(value) ? 0 : Math.max(-1, Math.min(1, (value - mean) / spread))
      return { row, column, value, shade, title: `${name(row)} with ${name(column)}: ${show(value)}` }
    })
  )
}

interface Block {
  readonly group: number
  readonly from: number
  readonly to: number
}

const blocks = (labels: readonly number[], order: readonly number[]): readonly Block[] =>
  [...new Set(order.map((i) => labels[i]!))].map((group) => {
    const from = order.findIndex((i) => labels[i] === group)
    return { group, from, to: from + order.filter((i) => labels[i] === group).length }
  })

/** Fits a cell: two significant digits, no leading zero. */
const brief = (x: number): string => {
  if (x === 0) return "0"
  const size = Math.abs(x)
  const text = size >= 1000 || size < 0.001 ? x.toExponential(0).replace("e+", "e") : String(Number(x.toPrecision(2)))
  return text.replace(/^(-?)0\./, "$1.").replace("-", "−")
}

/** An affinity matrix, its tasks ordered by group. */
import * as Plot from "@observablehq/plot"
import { show } from "../../../../core/text/numbers.ts"
import { shortNames } from "../../../../core/text/short_names.ts"
import type { ReportAffinity, ReportTask } from "../../../../pipeline/internal.ts"
import { byGroup, draw, groupColour, textWidth } from "../draw.ts"
import { figure, type Html, html, table } from "../html.ts"
import { inUnit, unitOf } from "../unit.ts"

interface Cell {
  readonly row: number
  readonly column: number
  readonly text: string
  /** Distance from the centre of the scale: −1 to 1. */
  readonly shade: number
  readonly title: string
}

/** More tasks than this leave no room for numbers. */
const NUMBERED = 12
/** Of more tasks neighbours of one group share a row, and the numbers stay in the run's files: a page must not grow with n². */
const MOST = 50

/**
 * Colours say how far an entry lies above or below the mean of the entries off the diagonal; numbers are multiples of one power of
 * ten, so that each fits its cell. A pair of which nothing is known has neither.
 */
export const heatMap = (a: ReportAffinity, tasks: readonly ReportTask[]): Html => {
  const bins = binsOf(a.labels)
  const n = bins.length
  const { names, pattern } = shortNames(tasks.map((t) => t.id))
  const name = (position: number) => spanOf(bins[position]!, names)
  const labels = bins.map(([first]) => a.labels[first]!)
  const unit = unitOf(a.matrix.flat())
  const cells = shaded(a, bins, tasks).map((cell) => ({ ...cell, text: inUnit(cell.value, unit) }))
  const margin = (pattern === "" ? 12 : 30) + Math.max(...bins.map((_, i) => textWidth(name(i), 12)))
  const size = Math.max(300, Math.min(34 * n, 460))
  const positions = bins.map((_, i) => i)
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
        ...(n <= NUMBERED
          ? [
              Plot.text(cells, {
                x: (c: Cell) => c.column + 0.5,
                y: (c: Cell) => c.row + 0.5,
                text: "text",
                fontSize: n <= 10 ? 10 : 8.5,
                fill: "var(--ink)",
                pointerEvents: "none"
              })
            ]
          : []),
        Plot.rect(blocks(labels), {
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
          text: name,
          textAnchor: "end",
          dx: -7,
          fill: (i: number) => groupColour(labels[i]!)
        }),
        Plot.text(positions, {
          x: (i: number) => i + 0.5,
          y: n,
          text: name,
          textAnchor: "end",
          rotate: -90,
          dy: 8,
          fill: (i: number) => groupColour(labels[i]!)
        }),
        ...(pattern === "" ? [] : axisTitles(pattern, margin))
      ]
    },
    `${a.title}: ${tasks.length} by ${tasks.length} tasks ordered by group`
  )
  const multiples = n > NUMBERED || unit.power === 0 ? "" : ` Numbers are multiples of ${unit.name}.`
  const numbers = table(
    ["", ...tasks.map((t) => t.id)],
    a.matrix.map((row, i) => [tasks[i]?.id ?? "", ...row.map((x) => (Number.isNaN(x) ? "" : x))])
  )
  const together = n < tasks.length
  const means = together
    ? " Neighbours of a group share a row, which is their mean; the run's files have all numbers."
    : ""
  return figure(
    picture,
    html`<b>${a.title}${a.chosen ? " (the groups come from this one)" : ""}.</b> ${a.meaning}. Blue lies above
      the mean of the entries off the diagonal, orange below it.${multiples}${means}`,
    together ? undefined : numbers
  )
}

/** Tasks by group; of too many several neighbours of a group together. */
const binsOf = (labels: readonly number[]): readonly (readonly [number, ...number[]])[] => {
  const order = byGroup(labels)
  const size = Math.ceil(order.length / MOST)
  return [...new Set(order.map((i) => labels[i]!))].flatMap((group) => {
    const members = order.filter((i) => labels[i] === group)
    return Array.from({ length: Math.ceil(members.length / size) }, (_, b): readonly [number, ...number[]] => {
      const [first = 0, ...more] = members.slice(b * size, (b + 1) * size)
      return [first, ...more]
    })
  })
}

/** A task's name, or the first's and the last's of several. */
const spanOf = (bin: readonly number[], names: readonly string[]): string => {
  const [first = "", last = ""] = [bin[0], bin.at(-1)].map((i) => names[i ?? 0])
  return bin.length > 1 ? `${first} to ${last}` : first
}

/** What the names of rows and columns leave out, once along each side. */
const axisTitles = (pattern: string, margin: number): Plot.Markish[] => [
  Plot.text([pattern], {
    frameAnchor: "left",
    textAnchor: "middle",
    rotate: -90,
    dx: 10 - margin,
    fill: "var(--soft)"
  }),
  Plot.text([pattern], { frameAnchor: "bottom", dy: margin - 4, fill: "var(--soft)" })
]

const shaded = (
  a: ReportAffinity,
  bins: readonly (readonly number[])[],
  tasks: readonly ReportTask[]
): readonly (Omit<Cell, "text"> & { readonly value: number })[] => {
  const ids = tasks.map((t) => t.id)
  const off = a.matrix.flatMap((row, i) => row.filter((x, j) => i !== j && !Number.isNaN(x)))
  const mean = off.reduce((s, x) => s + x, 0) / Math.max(off.length, 1)
  const spread = off.reduce((most, x) => Math.max(most, Math.abs(x - mean)), Number.MIN_VALUE)
  return bins.flatMap((rows, row) =>
    bins.flatMap((columns, column) => {
      const known = rows
        .flatMap((i) => columns.map((j) => a.matrix[i]?.[j] ?? Number.NaN))
        .filter((x) => !Number.isNaN(x))
      if (known.length === 0) return []
      const value = known.reduce((s, x) => s + x, 0) / known.length
      const shade = Math.max(-1, Math.min(1, (value - mean) / spread))
      return [{ row, column, value, shade, title: `${spanOf(rows, ids)} with ${spanOf(columns, ids)}: ${show(value)}` }]
    })
  )
}

interface Block {
  readonly group: number
  readonly from: number
  readonly to: number
}

/** Of the groups of the rows. */
const blocks = (labels: readonly number[]): readonly Block[] =>
  [...new Set(labels)].map((group) => {
    const from = labels.indexOf(group)
    return { group, from, to: labels.lastIndexOf(group) + 1 }
  })

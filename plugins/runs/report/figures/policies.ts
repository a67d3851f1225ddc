/** Return by number of policies: predicted before any training, and what every row of the comparison really reached. */
import * as Plot from "@observablehq/plot"
import { interval, policies, show } from "../../../../core/text/numbers.ts"
import { shortNames } from "../../../../core/text/short_names.ts"
import type { MethodComparison } from "../../../../pipeline/internal.ts"
import type { ReportData } from "../../../../pipeline/mod.ts"
import { draw, textWidth } from "../draw.ts"
import { figure, type Html, html, table } from "../html.ts"
import { LEGEND, type LegendRow, legend, lookOf } from "./legend.ts"

type Shown = Pick<ReportData, "prediction" | "comparison" | "comparisonMeaning" | "grouping" | "tasks">
type Prediction = NonNullable<ReportData["prediction"]>

/** What one picture shows. */
interface Panel {
  readonly prediction?: Prediction | undefined
  readonly rows: readonly MethodComparison[]
  /** What is on the vertical axis. */
  readonly meaning: string
}

/**
 * One picture; two where what is predicted is no return, so that it cannot stand beside what was reached. None where nothing was
 * predicted or trained.
 */
export const policiesFigure = (d: Shown): readonly Html[] =>
  panels(d).map((panel) => figure(picture(panel, d), caption(panel, d), numbers(panel, d)))

const panels = ({ prediction, comparison: rows, comparisonMeaning: meaning }: Shown): readonly Panel[] => {
  const measured = rows.length === 0 ? [] : [{ rows, meaning }]
  if (prediction === undefined) return measured
  if (prediction.unit === "return") return [{ prediction, rows, meaning }]
  return [{ prediction, rows: [], meaning: "Predicted gain of an update, advantage a step" }, ...measured]
}

/** Pixels between rows that have equally many policies. */
const BESIDE = 13
/** Pixels at both ends of the horizontal axis. */
const SIDE = 34
const LEFT = 62
const WIDTH = 800
const HEIGHT = 400

const picture = (panel: Panel, { grouping: { k }, tasks }: Shown): Html => {
  const { prediction, rows, meaning } = panel
  const n = tasks.length
  const entries = legendOf(panel)
  const right = LEGEND + Math.max(...entries.map(({ text }) => textWidth(text, 12)))
  /** Policies a pixel: the first and the last number have room at their sides. */
  const pixel = Math.max(n - 1, 1) / (WIDTH - LEFT - right - 2 * SIDE)
  return draw(
    {
      width: WIDTH,
      height: HEIGHT,
      marginLeft: LEFT,
      marginRight: right,
      marginTop: 44,
      marginBottom: 42,
      x: {
        label: "number of policies",
        labelAnchor: "center",
        labelArrow: "none",
        domain: [1 - SIDE * pixel, n + SIDE * pixel],
        ticks: ticks(n),
        tickFormat: "d"
      },
      y: { label: `↑ ${meaning}`, grid: true, nice: true },
      marks: [
        Plot.ruleX([k], { stroke: "var(--g0)", strokeOpacity: 0.16, strokeWidth: 14 }),
        Plot.text([k], {
          x: (chosen: number) => chosen,
          frameAnchor: "top",
          dy: -10,
          text: (chosen: number) => `chosen: ${chosen}`,
          fill: "var(--g0)",
          fontWeight: "bold"
        }),
        ...(prediction === undefined ? [] : predicted(prediction)),
        ...measured(beside(rows, BESIDE * pixel)),
        ...legend(entries)
      ]
    },
    said(panel, k)
  )
}

/** Whole numbers, at most a dozen, one policy and each task alone among them. */
const ticks = (n: number): readonly number[] => {
  const every = Math.ceil(n / 12)
  const all = Array.from({ length: n }, (_, i) => i + 1)
  return all.filter((k) => k === 1 || k === n || (k % every === 0 && k + every <= n))
}

const rangeOf = ({ value, low, high }: Prediction["curve"][number]): string =>
  `${show(value)} (${show(low)} to ${show(high)})`

const predicted = ({ curve, start, unit }: Prediction): Plot.Markish[] => [
  Plot.areaY(curve, { x: "policies", y1: "low", y2: "high", fill: "var(--g0)", fillOpacity: 0.14 }),
  Plot.lineY(curve, { x: "policies", y: "value", stroke: "var(--g0)", strokeWidth: 2 }),
  Plot.dot(curve, {
    x: "policies",
    y: "value",
    r: 2.5,
    fill: "var(--g0)",
    title: (p: Prediction["curve"][number]) => `${policies(p.policies)}: ${rangeOf(p)} predicted`
  }),
  ...(unit === "return" ? [Plot.ruleY([start], { stroke: "var(--soft)", strokeDasharray: "5 4" })] : [])
]

/** A row at its number of policies, moved aside where others have as many. */
type Placed = MethodComparison & { readonly x: number }

const beside = (rows: readonly MethodComparison[], step: number): readonly Placed[] =>
  rows.map((row) => {
    const same = rows.filter((r) => r.policies === row.policies)
    return { ...row, x: row.policies + (same.indexOf(row) - (same.length - 1) / 2) * step }
  })

const measured = (rows: readonly Placed[]): Plot.Markish[] => [
  Plot.ruleX(
    rows.filter((r) => r.meanReturn.n > 1),
    {
      x: "x",
      y1: (r: Placed) => r.meanReturn.low,
      y2: (r: Placed) => r.meanReturn.high,
      stroke: (r: Placed) => lookOf(r.kind).colour,
      strokeWidth: 1.8
    }
  ),
  ...rows.map((row) =>
    Plot.dot([row], {
      x: "x",
      y: (r: Placed) => r.meanReturn.value,
      ...lookOf(row.kind).dot,
      title: (r: Placed) => `${r.method}, ${policies(r.policies)}: ${interval(r.meanReturn)}`
    })
  )
]

const legendOf = ({ prediction, rows }: Panel): readonly LegendRow[] => [
  ...(prediction === undefined ? [] : [{ look: "band", text: "predicted, 95% interval" } as const]),
  ...(prediction?.unit === "return" ? [{ look: "dashes", text: "θ★, where all start" } as const] : []),
  ...rows.map(({ kind, method }) => ({ look: kind, text: method }))
]

/** The picture in words. */
const said = ({ prediction, rows, meaning }: Panel, k: number): string => {
  const curve = prediction?.curve ?? []
  const some = ticks(curve.length)
  const told = curve.flatMap((p) =>
    some.includes(p.policies) ? [`${show(p.value)} with ${policies(p.policies)}`] : []
  )
  return [
    `${meaning}, by number of policies`,
    ...(told.length === 0 ? [] : [`predicted ${told.join(", ")}`]),
    ...(rows.length === 0
      ? []
      : [
          `trained ${rows.map((r) => `${r.method} ${show(r.meanReturn.value)} with ${policies(r.policies)}`).join(", ")}`
        ]),
    `chosen ${policies(k)}`
  ].join("; ")
}

const caption = ({ prediction, rows }: Panel, { grouping: { k } }: Shown): Html => {
  const level = Math.round(100 * (rows[0]?.meanReturn.level ?? 0.95))
  const foretold = html` The line is what the best groups of each number are predicted to reach, before any of them was trained, by the
    estimator ${prediction?.estimator ?? ""}; its band is the 95% interval.`
  const reached = html` Points are what was really trained, with the ${level}% interval of the mean; those of equally many
    policies stand beside one another.`
  return html`<b>How many policies are worth having?</b>${prediction === undefined ? html`` : foretold}${
    rows.length === 0 ? html`` : reached
  } The groups of this run are ${policies(k)}.`
}

const numbers = ({ prediction, rows, meaning }: Panel, { tasks }: Shown): Html => {
  const { names, pattern } = shortNames(tasks.map((t) => t.id))
  const foretold = (prediction?.curve ?? []).map((p) => {
    return [p.policies, "predicted", rangeOf(p), groupsText(p.labels, names)]
  })
  const reached = rows.map((r) => [r.policies, r.method, interval(r.meanReturn), ""])
  const head = ["policies", "", `${meaning} (interval)`, `groups${pattern === "" ? "" : `, tasks by ${pattern}`}`]
  return table(head, [...foretold, ...reached])
}

/** `0.2 0.5 | 1 2` */
const groupsText = (labels: readonly number[], names: readonly string[]): string =>
  [...new Set(labels)].map((label) => names.filter((_, i) => labels[i] === label).join(" ")).join(" | ")

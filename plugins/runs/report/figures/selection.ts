/** What is learned from every meta-training set, with intervals over seeds. */
import * as Plot from "@observablehq/plot"
import { counted, interval, percent, show } from "../../../../core/text/numbers.ts"
import type { ReportSelection, SetComparison } from "../../../../pipeline/internal.ts"
import type { ReportData } from "../../../../pipeline/mod.ts"
import { draw } from "../draw.ts"
import { figure, type Html, html, table } from "../html.ts"

export const selectionFigure = (s: ReportSelection, tasks: ReportData["tasks"]): Html => {
  const { rows, leftOut, learner, adaptationSteps, unseen } = s
  const seeds = rows.flatMap((m) => m.perSeed.map((value) => ({ method: m.method, value })))
  const spreads = rows.flatMap(({ method, draws }) => (draws === undefined ? [] : [{ method, ...draws }]))
  const longest = Math.max(...rows.map((m) => m.method.length), 1)
  const picture = draw(
    {
      width: 640,
      height: 60 + 36 * rows.length,
      marginLeft: 16 + 7 * longest,
      marginRight: 130,
      marginBottom: 40,
      x: { label: "Mean return on unseen tasks after adaptation →", grid: true, nice: true, zero: true },
      y: { label: null, domain: rows.map((m) => m.method), padding: 0.35 },
      marks: [
        Plot.barX(rows, {
          y: "method",
          x: (m: SetComparison) => m.meanReturn.value,
          fill: (m: SetComparison) => (m.kind === "chosen" ? "var(--g0)" : "var(--quiet)"),
          rx: 2
        }),
        Plot.ruleY(spreads, { y: "method", x1: "low", x2: "high", stroke: "var(--soft)", strokeWidth: 5 }),
        Plot.ruleY(
          rows.filter((m) => m.meanReturn.n > 1),
          {
            y: "method",
            x1: (m: SetComparison) => m.meanReturn.low,
            x2: (m: SetComparison) => m.meanReturn.high,
            stroke: "var(--ink)",
            strokeWidth: 1.5
          }
        ),
        Plot.dot(seeds, { y: "method", x: "value", r: 2.5, fill: "var(--card)", stroke: "var(--ink)" }),
        Plot.text(rows, {
          y: "method",
          x: (m: SetComparison) => Math.max(m.meanReturn.high, m.meanReturn.value, ...m.perSeed),
          text: (m: SetComparison) => `${show(m.meanReturn.value)}, ${counted(m.size, "task")}`,
          textAnchor: "start",
          dx: 8,
          fontWeight: "bold"
        }),
        Plot.ruleX([0])
      ]
    },
    "Mean return on unseen tasks by the tasks that were learned from"
  )
  const level = Math.round(100 * (rows[0]?.meanReturn.level ?? 0.95))
  const caption = html`<b>Is the choice worth it?</b> Mean return on ${unseen} unseen tasks after ${counted(adaptationSteps, "step")} of
    adaptation, by the tasks that ${learner} learned from: mean over seeds (a dot each), with the ${level}% interval of the
    mean; of random tasks over draws, whose spread is the thick line.${leftOut.map(
      ({ method, why }) => html` Left out: ${method}, as ${why}.`
    )}`
  return figure(picture, caption, numbers(rows, tasks))
}

const numbers = (rows: readonly SetComparison[], tasks: ReportData["tasks"]): Html => {
  const told = rows.some((m) => m.successRate !== undefined)
  const head = [
    "learned from",
    "tasks",
    "mean (interval)",
    "less the choice's (interval)",
    ...(told ? ["episodes that succeed"] : []),
    "before adaptation",
    "GFLOP",
    "environment steps",
    "by seed",
    "draws",
    "sets"
  ]
  return table(
    head,
    rows.map((m) => [
      m.kind === "chosen" ? `${m.method} (this run's)` : m.method,
      m.size,
      interval(m.meanReturn),
      m.lessChosen === undefined ? "" : interval(m.lessChosen),
      ...(told ? [m.successRate === undefined ? "" : percent(m.successRate.value)] : []),
      m.curve[0] ?? "",
      m.operations / 1e9,
      m.steps,
      m.perSeed.map(show).join(", "),
      m.draws === undefined ? "" : `${counted(m.draws.count, "draw")}, ${show(m.draws.low)} to ${show(m.draws.high)}`,
      m.size === tasks.length ? "all" : m.sets.map((set) => set.map((t) => tasks[t]!.id).join(", ")).join("; ")
    ])
  )
}

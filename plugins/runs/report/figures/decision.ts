/** What trainings decided: how certain it became, and what they made of the predicted return by number of policies. */
import * as Plot from "@observablehq/plot"
import { counted, percent, policies, show } from "../../../../core/text/numbers.ts"
import { shortNames } from "../../../../core/text/short_names.ts"
import type { DecisionCourse, ReportDecided, ReportTask } from "../../../../pipeline/internal.ts"
import type { ReportData } from "../../../../pipeline/mod.ts"
import { draw } from "../draw.ts"
import { figure, type Html, html, table } from "../html.ts"

type Prediction = ReportData["prediction"]
type CurvePoint = ReportDecided["curve"][number]

const SIZE = { width: 560, height: 340, marginLeft: 62, marginBottom: 44 } as const

export const decisionFigures = (
  d: ReportDecided,
  prediction: Prediction,
  tasks: readonly ReportTask[]
): readonly Html[] => [certaintyFigure(d, tasks), curveFigure(d, prediction)]

const certaintyFigure = (d: ReportDecided, tasks: readonly ReportTask[]): Html => {
  const { names, pattern } = shortNames(tasks.map((t) => t.id))
  const done = counted(d.trainings.length, "training")
  const said = `Certainty of the decision by number of trainings: ${d.course
    .map((c) => `${percent(c.certainty)} after ${c.trainings}`)
    .join(", ")}; ${percent(d.level)} asked`
  const picture = draw(
    {
      ...SIZE,
      grid: true,
      x: { label: "trainings →", domain: [0, Math.max(1, d.trainings.length)] },
      y: { label: "↑ probability that no other groups are clearly better", domain: [0, 1] },
      marks: [
        Plot.ruleY([d.level], { stroke: "var(--soft)", strokeDasharray: "5 4" }),
        Plot.lineY(d.course, { x: "trainings", y: "certainty", stroke: "var(--g0)", strokeWidth: 2 }),
        Plot.dot(d.course, {
          x: "trainings",
          y: "certainty",
          r: 3,
          fill: "var(--g0)",
          title: (c: DecisionCourse) =>
            `${policies(c.policies)} after ${counted(c.trainings, "training")}: ${percent(c.certainty)}`
        })
      ]
    },
    said
  )
  const caption = html`<b>How certain are these groups?</b> After ${done} ${d.certain ? "it is" : "it is not"} certain at
    ${percent(d.level)}: ${percent(d.certainty)} that no others are better by more than ${show(d.margin)}. Trained was, a few at a time, what tells
    most about the difference between the best groups and those that may be better.`
  const numbers = table(
    ["training", `group${pattern === "" ? "" : `, tasks by ${pattern}`}`, "seed", "returns"],
    d.trainings.map((t, i) => [
      i + 1,
      t.members.map((m) => names[m]!).join(" "),
      t.seed,
      t.returns.map(show).join(", ")
    ])
  )
  return figure(picture, caption, numbers)
}

const curveFigure = (d: ReportDecided, prediction: Prediction): Html => {
  const before = prediction?.unit === "return" ? prediction.curve : []
  const said = `Mean return by number of policies as the trainings corrected it: ${d.curve
    .map((p) => `${show(p.value)} with ${policies(p.policies)}`)
    .join(", ")}; chosen ${policies(d.k)}`
  const picture = draw(
    {
      ...SIZE,
      grid: true,
      x: { label: "number of policies →", tickFormat: "d", ticks: Math.min(d.curve.length, 10) },
      y: { label: "↑ mean return over tasks", nice: true },
      marks: [
        Plot.ruleX([d.k], { stroke: "var(--g0)", strokeOpacity: 0.16, strokeWidth: 14 }),
        Plot.lineY(before, { x: "policies", y: "value", stroke: "var(--soft)", strokeDasharray: "5 4" }),
        Plot.areaY(d.curve, { x: "policies", y1: "low", y2: "high", fill: "var(--g0)", fillOpacity: 0.14 }),
        Plot.lineY(d.curve, { x: "policies", y: "value", stroke: "var(--g0)", strokeWidth: 2 }),
        Plot.dot(d.curve, {
          x: "policies",
          y: "value",
          r: 3,
          fill: "var(--g0)",
          title: (p: CurvePoint) => `${policies(p.policies)}: ${show(p.value)} (${show(p.low)} to ${show(p.high)})`
        })
      ]
    },
    said
  )
  const dashed = before.length === 0 ? "" : " Dashed is what was predicted before."
  const caption = html`<b>What did the trainings correct?</b> The best groups of each number, by prediction and trainings together, with the
    95% interval.${dashed}`
  const numbers = table(
    ["policies", "return", "from", "to", "probability that no others are clearly better", "expected regret"],
    d.curve.map((p) => [p.policies, p.value, p.low, p.high, p.certainty, p.regret])
  )
  return figure(picture, caption, numbers)
}

/** Estimate against truth, one point for each trained subset and task in it. */
import * as Plot from "@observablehq/plot"
import { attainableCorrelation } from "../../../../core/stat/mod.ts"
import { interval, show } from "../../../../core/text/numbers.ts"
import type { EstimateAgainstTruth, EstimatePoint, ReportTask } from "../../../../pipeline/internal.ts"
import { draw, groupColour } from "../draw.ts"
import { figure, type Html, html, table } from "../html.ts"

export const estimateFigure = (
  e: EstimateAgainstTruth,
  tasks: readonly ReportTask[],
  labels: readonly number[]
): Html => {
  const id = (i: number) => tasks[i]?.id ?? String(i)
  const picture = draw(
    {
      width: 560,
      height: 400,
      grid: true,
      marginLeft: 56,
      marginBottom: 44,
      x: { label: `${e.estimateMeaning} →`, nice: true },
      y: { label: `↑ ${e.truthMeaning}`, nice: true },
      marks: [
        Plot.dot(e.points, {
          x: "estimate",
          y: "truth",
          r: 3.5,
          fill: (p: EstimatePoint) => groupColour(labels[p.task] ?? 0),
          fillOpacity: 0.75,
          title: (p: EstimatePoint) =>
            `${id(p.task)} trained with {${p.subset.map(id).join(", ")}}: estimate ${show(p.estimate)}, truth ${show(p.truth)}`
        })
      ]
    },
    "Estimated against really trained value of task subsets"
  )
  const subsets = new Set(e.points.map((p) => p.subset.join())).size
  const ceiling =
    e.ceiling === undefined
      ? ""
      : ` Two halves of the repeated truth agree with ${show(e.ceiling)}: an estimate without any error could be expected to reach ${show(Number(attainableCorrelation(e.ceiling).toPrecision(2)))}.`
  const caption = html`<b>Does the estimate tell the truth?</b> ${subsets} really trained subsets, a point for each task in them,
    coloured by its group. Rank correlation (Spearman, ${e.pooling}): <b>${correlation(e)}</b>.${ceiling}`
  const numbers = table(
    ["subset", "task", "estimate", "truth"],
    e.points.map((p) => [p.subset.map(id).join(", "), id(p.task), p.estimate, p.truth])
  )
  return figure(picture, caption, numbers)
}

const correlation = ({ rankCorrelation: r, noCorrelation = "" }: EstimateAgainstTruth): string => {
  if (r === undefined) return `none: ${noCorrelation}`
  return `${interval(r)}${r.n > 1 && Number.isFinite(r.low) ? ` at ${Math.round(r.level * 100)}%` : ""}`
}

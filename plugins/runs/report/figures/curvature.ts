/** What iterations learn on unseen transitions, over training, beside the bound that the Hessian makes of it. */
import * as Plot from "@observablehq/plot"
import { show } from "../../../../core/text/numbers.ts"
import type { CurvaturePoint } from "../../../../pipeline/mod.ts"
import { draw, groupColour, textWidth } from "../draw.ts"
import { figure, type Html, html, table } from "../html.ts"

export const curvatureFigure = (points: readonly CurvaturePoint[]): Html => {
  const sets = [...new Set(points.map((p) => p.set))]
  const colour = (p: CurvaturePoint): string => groupColour(sets.indexOf(p.set))
  const ends = sets.flatMap((set) => points.filter((p) => p.set === set).slice(-1))
  const picture = draw(
    {
      width: 640,
      height: 360,
      grid: true,
      marginLeft: 60,
      marginBottom: 40,
      marginRight: 16 + Math.max(...sets.map((s) => textWidth(s, 11))),
      x: { label: "iteration of training →", tickFormat: "d" },
      y: { label: "↑ loss on unseen transitions less that on those trained on", nice: true },
      marks: [
        Plot.ruleY([0], { stroke: "var(--soft)" }),
        Plot.ruleX(points, {
          x: "iteration",
          y1: (p: CurvaturePoint) => p.gap.low,
          y2: (p: CurvaturePoint) => p.gap.high,
          stroke: colour,
          strokeOpacity: 0.35,
          strokeWidth: 4
        }),
        Plot.lineY(points, { x: "iteration", y: (p: CurvaturePoint) => p.gap.estimate, z: "set", stroke: colour }),
        Plot.lineY(points, {
          x: "iteration",
          y: (p: CurvaturePoint) => p.zero.bound.hessian,
          z: "set",
          stroke: colour,
          strokeDasharray: "5 4"
        }),
        Plot.dot(points, {
          x: "iteration",
          y: (p: CurvaturePoint) => p.gap.estimate,
          r: 2.5,
          fill: colour,
          title: (p: CurvaturePoint) =>
            `${p.set}, iteration ${p.iteration}: gap ${show(p.gap.estimate)} (${show(p.gap.low)} to ${show(p.gap.high)}), bound ${show(p.zero.bound.hessian)}`
        }),
        Plot.text(ends, {
          x: "iteration",
          y: (p: CurvaturePoint) => p.zero.bound.hessian,
          text: "set",
          dx: 6,
          fontSize: 11,
          textAnchor: "start",
          fill: colour
        })
      ]
    },
    "Generalisation gap and Hessian bound over training"
  )
  const caption = html`<b>Does what an iteration learns hold on transitions that it never saw?</b> The policy-gradient loss there less that
    on the transitions it trained on, with 95% intervals; dashed (1 + ε)√(C·H/n) of Theorem 1, H the weighted trace of the Hessian.`
  const numbers = table(
    ["set", "iteration", "gap", "95% interval", "√(C·H/n)", "H", "Hessian trace", "largest eigenvalue"],
    points.map((p) => [
      p.set,
      p.iteration,
      p.gap.estimate,
      `${show(p.gap.low)} to ${show(p.gap.high)}`,
      p.zero.bound.hessian,
      p.zero.weighted.estimate,
      p.trace.estimate,
      p.largest.value
    ])
  )
  return figure(picture, caption, numbers)
}

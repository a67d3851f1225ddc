/** What iterations learn on unseen transitions, over training, beside the bound that the Hessian makes of it. */
import * as Plot from "@observablehq/plot"
import { density } from "../../../../core/curvature/mod.ts"
import { show } from "../../../../core/text/numbers.ts"
import type { CurvaturePoint } from "../../../../pipeline/mod.ts"
import { draw, groupColour, textWidth } from "../draw.ts"
import { figure, type Html, html, table } from "../html.ts"

const frame = { width: 640, height: 360, grid: true, marginLeft: 60, marginBottom: 40 } as const

/** The gap over training, and all eigenvalues where they were measured. */
export const curvatureFigures = (points: readonly CurvaturePoint[]): readonly Html[] => {
  const known = points.flatMap(({ set, iteration, spectrum }) =>
    spectrum === undefined ? [] : [{ set, iteration, spectrum }]
  )
  return [gapFigure(points), ...(known.length === 0 ? [] : [spectrumFigure(known)])]
}

const gapFigure = (points: readonly CurvaturePoint[]): Html => {
  const sets = [...new Set(points.map((p) => p.set))]
  const colour = (p: CurvaturePoint): string => groupColour(sets.indexOf(p.set))
  const ends = sets.flatMap((set) => points.filter((p) => p.set === set).slice(-1))
  const picture = draw(
    {
      ...frame,
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

/** Places at which densities are drawn, and the width of each eigenvalue's part in them. */
const [PLACES, WIDTHS] = [240, 80] as const
/** Places of a line from one that tells its values to the next. */
const TOLD = 12
/** What is less dense than this part of the most is not drawn: a millionth of all eigenvalues is no eigenvalue. */
const FAINT = 1e-6

interface Known extends Pick<CurvaturePoint, "set" | "iteration"> {
  readonly spectrum: NonNullable<CurvaturePoint["spectrum"]>
}

/** Where all eigenvalues are, after each set's training. */
const spectrumFigure = (points: readonly Known[]): Html => {
  const sets = [...new Set(points.map((p) => p.set))]
  const last = sets.flatMap((set) => points.filter((p) => p.set === set).slice(-1))
  const [low, high] = [Math.min, Math.max].map((end) => end(...last.flatMap((p) => p.spectrum.values)))
  const width = Math.max((high! - low!) / WIDTHS, Number.MIN_VALUE)
  const at = Float64Array.from(
    { length: PLACES },
    (_, i) => low! - 3 * width + (i * (high! - low! + 6 * width)) / (PLACES - 1)
  )
  const lines = last.flatMap(({ set, spectrum: { values, weights } }) =>
    [...density({ values: Float64Array.from(values), weights: Float64Array.from(weights) }, at, width)].map((y, i) => ({
      set,
      x: at[i]!,
      y
    }))
  )
  const most = Math.max(...lines.map((p) => p.y))
  const drawn = lines.map((p) => ({ ...p, y: Math.max(p.y, FAINT * most) }))
  const colour = (p: { readonly set: string }): string => groupColour(sets.indexOf(p.set))
  const picture = draw(
    {
      ...frame,
      x: { label: "eigenvalue →" },
      y: {
        label: "↑ density of eigenvalues",
        type: "log",
        domain: [FAINT * most, 2 * most],
        clamp: true,
        ticks: 6,
        tickFormat: show
      },
      marks: [
        Plot.ruleX([0], { stroke: "var(--soft)" }),
        Plot.lineY(drawn, { x: "x", y: "y", z: "set", stroke: colour }),
        Plot.dot(
          drawn.filter((p, i) => i % TOLD === 0 && p.y > FAINT * most),
          {
            x: "x",
            y: "y",
            r: 2,
            fill: colour,
            title: (p: (typeof drawn)[number]) => `${p.set}: density ${show(p.y)} at ${show(p.x)}`
          }
        ),
        ...sets.map((set, i) =>
          Plot.text([{ set }], {
            text: "set",
            frameAnchor: "top-right",
            dx: -6,
            dy: 6 + 14 * i,
            fontSize: 11,
            textAnchor: "end",
            fill: colour
          })
        )
      ]
    },
    "Density of the Hessian's eigenvalues"
  )
  const caption = html`<b>How sharp is the loss, direction by direction?</b> The density of the eigenvalues of its Hessian on unseen
    transitions after training, by Lanczos from random starts; the scale is logarithmic, as nearly all of them are near 0.`
  const numbers = table(
    ["set", "iteration", "smallest", "largest", "part below 0"],
    last.map(({ set, iteration, spectrum: { values, weights } }) => [
      set,
      iteration,
      values[0]!,
      values[values.length - 1]!,
      weights.reduce((sum, w, i) => (values[i]! < 0 ? sum + w : sum), 0)
    ])
  )
  return figure(picture, caption, numbers)
}

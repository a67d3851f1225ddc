/** How the error of the first-order expansion grows with the distance from θ★. */
import * as Plot from "@observablehq/plot"
import { interval, percent } from "../../../../core/text/numbers.ts"
import type { FirstOrderRow } from "../../../../pipeline/mod.ts"
import { draw } from "../draw.ts"
import { figure, type Html, html, table } from "../html.ts"

const colours = { adapted: "var(--g0)", random: "var(--g1)" } as const

export const firstOrderFigure = (rows: readonly FirstOrderRow[], maximum: number): Html => {
  const positive = rows.filter((r) => r.relativeRss.value > 0)
  const ends = (["adapted", "random"] as const).flatMap((d) => positive.filter((r) => r.direction === d).slice(-1))
  const picture = draw(
    {
      width: 560,
      height: 340,
      marginLeft: 60,
      marginBottom: 44,
      marginRight: 80,
      grid: true,
      x: {
        type: "log",
        label: "distance from θ★, relative →",
        ticks: [...new Set(rows.map((r) => r.distance))],
        tickFormat: (x: number) => percent(x, 3)
      },
      y: {
        type: "log",
        label: "↑ relative residual of log-probability",
        tickFormat: (x: number) => percent(x, 3),
        ticks: 5,
        nice: true
      },
      marks: [
        Plot.ruleY([maximum], { stroke: "var(--warn)", strokeDasharray: "5 4" }),
        Plot.text([maximum], {
          y: (m: number) => m,
          text: (m: number) => `valid below ${percent(m, 3)}`,
          frameAnchor: "left",
          dx: 4,
          dy: -8,
          fill: "var(--warn)",
          textAnchor: "start"
        }),
        Plot.ruleX(
          positive.filter((r) => r.relativeRss.low > 0),
          {
            x: "distance",
            y1: (r: FirstOrderRow) => r.relativeRss.low,
            y2: (r: FirstOrderRow) => r.relativeRss.high,
            stroke: (r: FirstOrderRow) => colours[r.direction],
            strokeOpacity: 0.5,
            strokeWidth: 5
          }
        ),
        Plot.lineY(positive, {
          x: "distance",
          y: (r: FirstOrderRow) => r.relativeRss.value,
          z: "direction",
          stroke: (r: FirstOrderRow) => colours[r.direction],
          strokeWidth: 1.5
        }),
        Plot.dot(positive, {
          x: "distance",
          y: (r: FirstOrderRow) => r.relativeRss.value,
          fill: (r: FirstOrderRow) => colours[r.direction],
          r: 4,
          title: (r: FirstOrderRow) =>
            `${r.direction}, ${percent(r.distance, 3)}: ${percent(r.relativeRss.value, 3)}${
              r.relativeRss.n > 1 ? ` (${percent(r.relativeRss.low, 3)} to ${percent(r.relativeRss.high, 3)})` : ""
            }`
        }),
        Plot.text(ends, {
          x: "distance",
          y: (r: FirstOrderRow) => r.relativeRss.value,
          text: "direction",
          dx: 10,
          textAnchor: "start",
          fill: (r: FirstOrderRow) => colours[r.direction]
        })
      ]
    },
    "First-order error against distance"
  )
  const caption = html`<b>How far does the linear model reach?</b> Squared error of the first-order expansion of log-probability
    around θ★, relative to the squared log-probability, along directions that subsets adapt to and along random ones.`
  const numbers = table(
    ["direction", "distance", "relative RSS", "directions"],
    rows.map((r) => [r.direction, r.distance, interval(r.relativeRss), r.relativeRss.n])
  )
  return figure(picture, caption, numbers)
}

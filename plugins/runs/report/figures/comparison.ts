/** What the groups of each method are worth, with intervals over seeds. */
import * as Plot from "@observablehq/plot"
import { interval, percent, show } from "../../../../core/text/numbers.ts"
import type { MethodComparison } from "../../../../pipeline/internal.ts"
import { draw } from "../draw.ts"
import { figure, type Html, html, table } from "../html.ts"

export const comparisonFigure = (methods: readonly MethodComparison[], meaning: string, chosen: string): Html => {
  const seeds = methods.flatMap((m) => m.perSeed.map((value) => ({ method: m.method, value })))
  const longest = Math.max(...methods.map((m) => m.method.length), 1)
  const picture = draw(
    {
      width: 640,
      height: 60 + 46 * methods.length,
      marginLeft: 16 + 7 * longest,
      marginRight: 60,
      marginBottom: 40,
      x: { label: `${meaning} →`, grid: true, nice: true, zero: true },
      y: { label: null, domain: methods.map((m) => m.method), padding: 0.35 },
      marks: [
        Plot.barX(methods, {
          y: "method",
          x: (m: MethodComparison) => m.meanReturn.value,
          fill: (m: MethodComparison) => (m.method === chosen ? "var(--g0)" : "var(--quiet)"),
          rx: 2
        }),
        Plot.ruleY(
          methods.filter((m) => m.meanReturn.n > 1),
          {
            y: "method",
            x1: (m: MethodComparison) => m.meanReturn.low,
            x2: (m: MethodComparison) => m.meanReturn.high,
            stroke: "var(--ink)",
            strokeWidth: 1.5
          }
        ),
        Plot.dot(seeds, { y: "method", x: "value", r: 2.5, fill: "var(--card)", stroke: "var(--ink)" }),
        Plot.text(methods, {
          y: "method",
          x: (m: MethodComparison) => Math.max(m.meanReturn.high, m.meanReturn.value, ...m.perSeed),
          text: (m: MethodComparison) => show(m.meanReturn.value),
          textAnchor: "start",
          dx: 8,
          fontWeight: "bold"
        }),
        Plot.ruleX([0])
      ]
    },
    "Mean return by grouping method"
  )
  const level = methods[0]?.meanReturn.level ?? 0.95
  const caption = html`<b>Was it worth it?</b> ${meaning}, by how the tasks were grouped: mean over seeds (a dot each),
    with the ${Math.round(level * 100)}% interval of the mean.`
  const told = methods.some((m) => m.successRate !== undefined)
  const numbers = table(
    [
      "method",
      "mean (interval)",
      ...(told ? ["episodes that succeed"] : []),
      "seeds",
      "by seed",
      "NMI with trained groups"
    ],
    methods.map((m) => [
      m.method,
      interval(m.meanReturn),
      ...(told ? [m.successRate === undefined ? "" : percent(m.successRate.value)] : []),
      m.perSeed.length,
      m.perSeed.map(show).join(", "),
      m.nmi ?? ""
    ])
  )
  return figure(picture, caption, numbers)
}

/** Rows of a comparison as bars: the mean, its interval, every seed, and the spread over draws where there are some. */
import * as Plot from "@observablehq/plot"
import { counted, interval, show } from "../../../../core/text/numbers.ts"
import type { MethodComparison } from "../../../../pipeline/internal.ts"
import { draw, drawable } from "../draw.ts"
import type { Html } from "../html.ts"

type Bar = Pick<MethodComparison, "method" | "perSeed" | "meanReturn" | "draws">

/** How a figure's bars differ from another's. */
export interface Bars<R extends Bar> {
  readonly rows: readonly R[]
  /** Of the axis. */
  readonly label: string
  readonly marked: (row: R) => boolean
  /** Stands right of all that the row draws. */
  readonly text: (row: R) => string
  /** For who cannot see it. */
  readonly alternative: string
}

export const bars = <R extends Bar>({ rows, label, marked, text, alternative }: Bars<R>): Html => {
  const seeds = rows.flatMap((m) => m.perSeed.map((x, i) => ({ method: m.method, value: x, seed: i + 1 })))
  const countOf = (method: string): number => seeds.filter((s) => s.method === method).length
  const spreads = rows.flatMap(({ method, draws }) =>
    draws === undefined ? [] : [{ method, low: draws.low, high: draws.high, count: draws.count }]
  )
  const flat = [
    ...seeds.map((s) => s.value),
    ...spreads.flatMap((s) => [s.low, s.high]),
    ...rows.flatMap(meansOf)
  ].every((x) => drawable(x) === 0)
  const longest = Math.max(...rows.map((m) => m.method.length), 1)
  return draw(
    {
      width: 640,
      height: 60 + 36 * rows.length,
      marginLeft: 16 + 7 * longest,
      marginRight: 130,
      marginBottom: 40,
      // Where all is 0 an axis would have no length.
      x: { label, grid: true, nice: true, zero: true, ...(flat ? { domain: [0, 1] } : {}) },
      y: { label: null, domain: rows.map((m) => m.method), padding: 0.35 },
      marks: [
        Plot.barX(rows, {
          y: "method",
          x: (m: R) => meansOf(m)[0],
          fill: (m: R) => (marked(m) ? "var(--g0)" : "var(--quiet)"),
          rx: 2,
          title: (m: R) => `${m.method}: ${interval(m.meanReturn)}`
        }),
        Plot.ruleY(spreads, {
          y: "method",
          x1: "low",
          x2: "high",
          stroke: "var(--soft)",
          strokeWidth: 5,
          title: (s: (typeof spreads)[number]) =>
            `${s.method}, ${counted(s.count, "draw")}: ${show(s.low)} to ${show(s.high)}`
        }),
        Plot.ruleY(
          rows.filter((m) => m.meanReturn.n > 1),
          {
            y: "method",
            x1: (m: R) => meansOf(m)[1],
            x2: (m: R) => meansOf(m)[2],
            stroke: "var(--ink)",
            strokeWidth: 1.5
          }
        ),
        Plot.dot(seeds, {
          y: "method",
          x: "value",
          r: 2.5,
          fill: "var(--card)",
          stroke: "var(--ink)",
          title: (s: (typeof seeds)[number]) => `${s.method}, seed ${s.seed} of ${countOf(s.method)}: ${show(s.value)}`
        }),
        Plot.text(rows, { y: "method", x: rightEnd, text, textAnchor: "start", dx: 8, fontWeight: "bold" }),
        Plot.ruleX([0])
      ]
    },
    alternative
  )
}

/** Of the bar, which ends at 0 where the mean is negative, and of what is drawn over it. */
const rightEnd = ({ meanReturn, perSeed, draws }: Bar): number =>
  Math.max(0, meanReturn.value, meanReturn.n > 1 ? meanReturn.high : 0, ...perSeed, draws?.high ?? 0)

/** The mean, and the ends of its interval where it has one. */
const meansOf = ({ meanReturn: { value, low, high, n } }: Bar) => (n > 1 ? [value, low, high] : [value, value, value])

/** Pictures of runs beside each other. */
import * as Plot from "@observablehq/plot"
import { overSeeds, show } from "../../../core/text/numbers.ts"
import { shortened } from "../../../core/text/shown.ts"
import { draw, figure, groupColour, type Html, html, table, textWidth } from "../../runs/report/mod.ts"
import type { Compared, ComparedMethod, Estimate, Side } from "../compared.ts"

const WIDTH = 900
/** Pixels: of a side's line, over a method's lines, and the longest name of a side, in signs. */
const LINE = 22
const TOP = 24
const LONGEST = 36

interface Point {
  readonly method: string
  readonly side: number
  readonly own: Estimate
}

interface Seed extends Pick<Point, "method" | "side"> {
  readonly run: string
  readonly value: number
}

/** What every method reached on every side: the mean with its interval, and every seed of every run. */
export const returnsFigure = ({ sides, methods }: Compared, from: readonly Side[]): Html => {
  const names = sides.map(({ label }) => shortened(label, LONGEST))
  const points = methods.flatMap(({ method, sides: own }) =>
    own.flatMap((e, side): readonly Point[] => (e === undefined ? [] : [{ method, side, own: e }]))
  )
  const picture = draw(
    {
      width: WIDTH,
      height: methods.length * (LINE * sides.length + TOP) + TOP + 50,
      marginLeft: 20 + Math.max(...names.map((name) => textWidth(name, 12))),
      marginTop: TOP,
      marginBottom: 42,
      fy: { axis: null, domain: methods.map((m) => m.method), padding: TOP / (LINE * sides.length + TOP) },
      x: { label: "mean return →", nice: true, grid: true },
      y: {
        type: "point",
        padding: 0.6,
        label: null,
        domain: sides.map((_, side) => side),
        tickFormat: (side: number) => names[side] ?? ""
      },
      marks: [
        Plot.dot(seedsOf(from), {
          fy: "method",
          y: "side",
          x: "value",
          r: 2.5,
          stroke: "var(--soft)",
          title: (s: Seed) => `${s.method}, a seed of ${s.run}: ${show(s.value)}`
        }),
        Plot.ruleY(
          points.filter(({ own }) => own.low !== undefined),
          {
            fy: "method",
            y: "side",
            x1: (p: Point) => p.own.low ?? p.own.value,
            x2: (p: Point) => p.own.high ?? p.own.value,
            stroke: (p: Point) => groupColour(p.side),
            strokeWidth: 2
          }
        ),
        Plot.dot(points, {
          fy: "method",
          y: "side",
          x: (p: Point) => p.own.value,
          r: 5,
          fill: (p: Point) => groupColour(p.side),
          stroke: "var(--card)",
          title: (p: Point) => `${p.method}, ${sides[p.side]?.label ?? ""}: ${overSeeds(p.own)}`
        }),
        methodNames(methods)
      ]
    },
    `Mean return of ${methods.map((m) => m.method).join(", ")}, on each side`
  )
  const caption = html`<b>What did each side reach?</b> Mean over all runs and their training seeds (a small dot each), with Student's
    interval of 95% over the means of runs; of one run over its training seeds, for its own tasks and meta-policy.`
  const head = ["mean return", ...sides.map((s) => s.label)]
  return figure(
    picture,
    caption,
    table(
      head,
      methods.map((m) => [m.method, ...m.sides.map(overSeeds)])
    )
  )
}

const seedsOf = (sides: readonly Side[]): readonly Seed[] =>
  sides.flatMap(({ runs }, side) =>
    runs.flatMap(({ name, returns }) =>
      returns.flatMap(({ method, perSeed }) => perSeed.map((value) => ({ method, side, run: name, value })))
    )
  )

/** By how much the first of two sides is above the second; nothing of more sides. */
export const differencesFigure = ({ sides, methods }: Compared): Html => {
  const known = methods.flatMap(({ method, difference }) =>
    difference === undefined ? [] : [{ method, side: 0, own: difference }]
  )
  const [first, second] = sides
  if (known.length === 0 || first === undefined || second === undefined) return html``
  const name = (m: Point): string => shortened(m.method, LONGEST)
  const picture = draw(
    {
      width: WIDTH,
      height: 60 + 30 * known.length,
      marginLeft: 20 + Math.max(...known.map((p) => textWidth(name(p), 12))),
      marginBottom: 42,
      x: { label: "difference of mean returns →", nice: true, zero: true, grid: true },
      y: { label: null, domain: known.map(name) },
      marks: [
        Plot.ruleX([0]),
        Plot.ruleY(
          known.filter(({ own }) => own.low !== undefined),
          {
            y: name,
            x1: (p: Point) => p.own.low ?? p.own.value,
            x2: (p: Point) => p.own.high ?? p.own.value,
            stroke: "var(--g0)",
            strokeWidth: 2
          }
        ),
        Plot.dot(known, {
          y: name,
          x: (p: Point) => p.own.value,
          r: 5,
          fill: "var(--g0)",
          title: (p: Point) => `${p.method}: ${overSeeds(p.own)}`
        })
      ]
    },
    `Difference of mean returns, ${first.label} less ${second.label}`
  )
  const caption = html`<b>Is one better?</b> ${first.label} less ${second.label}, with the interval of 95%: over pairs of runs of the same
    seed where every run has a partner, else Welch's. An interval that reaches over 0 tells neither.`
  return figure(
    picture,
    caption,
    table(
      ["method", "difference"],
      known.map((p) => [p.method, overSeeds(p.own)])
    )
  )
}

const methodNames = (methods: readonly ComparedMethod[]): Plot.Markish =>
  Plot.text(methods, {
    fy: "method",
    frameAnchor: "top-left",
    dy: -12,
    text: (m: ComparedMethod) => shortened(m.method, 2 * LONGEST),
    fontWeight: "bold"
  })

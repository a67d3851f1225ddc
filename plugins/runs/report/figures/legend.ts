/** What points and lines of a picture are, in a column at its right. */
import * as Plot from "@observablehq/plot"
import type { MethodComparison } from "../../../../pipeline/internal.ts"

type Kind = MethodComparison["kind"]

/** A line of the column: how it looks in the picture, and what it is. */
export interface LegendRow {
  readonly look: Kind | "band" | "dashes"
  readonly text: string
}

/** Pixels of the right margin beside the widest text. */
export const LEGEND = 46

/** Pixels between two lines of the column. */
const APART = 23

const looks: { readonly [K in Kind]: { readonly symbol: Plot.SymbolType; readonly colour: string } } = {
  groups: { symbol: "circle", colour: "var(--g0)" },
  similarity: { symbol: "wye", colour: "var(--g4)" },
  random: { symbol: "star", colour: "var(--g7)" },
  one: { symbol: "square", colour: "var(--g1)" },
  told: { symbol: "diamond", colour: "var(--g3)" },
  alone: { symbol: "triangle", colour: "var(--g2)" },
  best: { symbol: "cross", colour: "var(--g5)" }
}

/** Colour and shape of a row's point; either tells it from the others. */
export const lookOf = (kind: Kind) => {
  const { symbol, colour } = looks[kind]
  const r = kind === "groups" ? 6 : 5
  return { colour, dot: { symbol, r, fill: colour, stroke: "var(--card)", strokeWidth: 1 } }
}

/** Marks beside the frame of a plot, whose right margin is {@link LEGEND} and the widest text. */
export const legend = (rows: readonly LegendRow[]): Plot.Markish[] =>
  rows.flatMap(({ look, text }, i) => {
    const dy = 6 + APART * i
    return [
      look === "band" || look === "dashes" ? lineKey(look, dy) : pointKey(look, dy),
      Plot.text([text], {
        frameAnchor: "top-right",
        textAnchor: "start",
        lineAnchor: "middle",
        dx: 38,
        dy,
        fill: "var(--ink)"
      })
    ]
  })

const pointKey = (kind: Kind, dy: number): Plot.Markish =>
  Plot.dot([0], { frameAnchor: "top-right", dx: 24, dy, ...lookOf(kind).dot })

const lineKey =
  (look: "band" | "dashes", dy: number): Plot.Markish =>
  (_, __, ___, { width, marginRight, marginTop }, { document }) => {
    const [x, y] = [width - marginRight, marginTop + dy]
    const element = (name: string, attributes: Readonly<Record<string, string | number>>) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name)
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
      return made
    }
    const key = element("g", { "aria-label": "legend" })
    const line = { x1: x + 14, x2: x + 34, y1: y, y2: y }
    if (look === "band") {
      key.append(
        element("rect", { x: x + 14, y: y - 6, width: 20, height: 12, fill: "var(--g0)", "fill-opacity": 0.14 })
      )
      key.append(element("line", { ...line, stroke: "var(--g0)", "stroke-width": 2 }))
    } else key.append(element("line", { ...line, stroke: "var(--soft)", "stroke-dasharray": "5 4" }))
    return key
  }

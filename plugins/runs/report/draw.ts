/** Pictures as inline SVG: Observable Plot on a document without a browser. */
import * as Plot from "@observablehq/plot"
import { parseHTML } from "linkedom"
import { type Html, raw } from "./html.ts"

const { document } = parseHTML("<!doctype html><html><body></body></html>")

/** Draws a plot; colours are the page's variables, so that a picture follows light and dark. */
export const draw = (options: Plot.PlotOptions, label: string): Html => {
  const figure = Plot.plot({
    document,
    className: "plot",
    ariaLabel: label,
    color: { type: "identity" },
    style: { fontSize: "12px", overflow: "visible" },
    ...options,
    x: { transform: drawable, ...options.x },
    y: { transform: drawable, ...options.y }
  })
  figure.setAttribute("role", "img")
  // What Plot says of its marks means something to us and to style sheets: of a part of a picture nobody can be told a name.
  for (const mark of figure.querySelectorAll("g[aria-label]")) {
    mark.setAttribute("data-mark", mark.getAttribute("aria-label") ?? "")
    mark.removeAttribute("aria-label")
  }
  return raw(figure.outerHTML.replace(/<style>[\s\S]*?<\/style>/, ""))
}

/** A value as an axis can have it: one of nothing but denormal numbers has no ticks. */
export const drawable = <T>(x: T): T | 0 => (typeof x === "number" && Math.abs(x) < 1e-290 ? 0 : x)

/** The page's colour of a group; there are eight, then they repeat. */
export const groupColour = (group: number): string => `var(--g${((group % 8) + 8) % 8})`

/** Tasks ordered by group, each group's tasks in their own order. */
export const byGroup = (labels: readonly number[]): readonly number[] =>
  labels.map((_, i) => i).sort((a, b) => labels[a]! - labels[b]! || a - b)

/**
 * Pixels that a text takes at most, in the fonts of the page: no less than in DejaVu Sans, the widest that a system is likely to
 * have.
 */
export const textWidth = (text: string, size: number): number =>
  size * [...text].reduce((sum, c) => sum + widthOf(c), 0)

const widthOf = (sign: string): number => {
  if (/[.,:;'il| ]/.test(sign)) return 0.34
  if (/[a-z0-9_*-]/.test(sign) && !/[mw]/.test(sign)) return 0.66
  return /[A-LN-VX-Z]/.test(sign) ? 0.8 : 1
}

/** HTML by hand-sized helpers: text is escaped once, here. */
import type { Interval } from "../../../pipeline/mod.ts"

/** Markup that is safe to put into a page as it is. */
export interface Html {
  readonly html: string
}

/** Template of markup: values that are no `Html` are escaped as text, lists are joined. */
export const html = (parts: TemplateStringsArray, ...values: readonly Part[]): Html => ({
  html: parts.map((part, i) => part + (i < values.length ? render(values[i]!) : "")).join("")
})

/** What a template takes. */
export type Part = Html | string | number | readonly Html[]

/** Markup from a library that makes markup. */
export const raw = (markup: string): Html => ({ html: markup })

const render = (part: Part): string => {
  if (typeof part === "string" || typeof part === "number") return escapeText(String(part))
  return "html" in part ? part.html : part.map((p) => p.html).join("")
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }

const escapeText = (text: string): string => text.replaceAll(/[&<>"]/g, (c) => escapes[c] ?? c)

/** A table that scrolls sideways on a narrow screen; cells that are numbers stand right. */
export const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): Html =>
  html`<div class="scroll"><table><thead><tr>${head.map((h) => html`<th>${h}</th>`)}</tr></thead><tbody>${rows.map(
    (row) =>
      html`<tr>${row.map((c) => (typeof c === "number" ? html`<td class="n">${show(c)}</td>` : html`<td>${c}</td>`))}</tr>`
  )}</tbody></table></div>`

/** A picture, its sentence, and its numbers folded away. */
export const figure = (picture: Html, caption: Html, numbers?: Html): Html =>
  html`<figure>${picture}<figcaption>${caption}</figcaption>${numbers === undefined ? html`` : html`<details><summary>Numbers</summary>${numbers}</details>`}</figure>`

/** What stands for a number that there is not. */
const NONE = "not known"

/** Four significant digits, thousands apart; powers of ten beyond a million and below a thousandth; words where it is none. */
export const show = (x: number): string => {
  if (Number.isNaN(x)) return NONE
  if (!Number.isFinite(x)) return x > 0 ? "infinite" : "minus infinite"
  const size = Math.abs(x)
  if (size !== 0 && (size < 1e-3 || size >= 1e9)) return x.toExponential(2).replace("e+", "e")
  const digits = Number(x.toPrecision(4))
  return digits.toLocaleString("en-US", { maximumFractionDigits: 6 }).replace(/^-(0)$/, "$1")
}

/** `12%`, and `0.4%` below one percent. */
export const percent = (fraction: number): string =>
  Number.isFinite(fraction) ? `${show(Number((100 * fraction).toPrecision(2)))}%` : show(fraction)

/** `0.81 (0.62 to 0.92)`; the value alone, or words, where the rest is not known. */
export const interval = (i: Pick<Interval, "value" | "low" | "high" | "n">, level = ""): string =>
  i.n > 1 && [i.value, i.low, i.high].every(Number.isFinite)
    ? `${show(i.value)} (${show(i.low)} to ${show(i.high)}${level})`
    : show(i.value)

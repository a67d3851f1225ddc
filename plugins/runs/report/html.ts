/** HTML by hand-sized helpers: text is escaped once, here. */
import { show } from "../../../core/text/numbers.ts"

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

/** A table that scrolls sideways on a narrow screen, by keys too; cells that are numbers stand right. */
export const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): Html =>
  html`<div class="scroll" role="group" aria-label="Table" tabindex="0"><table><thead><tr>${head.map((h) => (h === "" ? html`<td></td>` : html`<th scope="col">${h}</th>`))}</tr></thead><tbody>${rows.map(
    (row) =>
      html`<tr>${row.map((c) => (typeof c === "number" ? html`<td class="n">${show(c)}</td>` : html`<td>${c}</td>`))}</tr>`
  )}</tbody></table></div>`

/** A picture, its sentence, and its numbers folded away. */
export const figure = (picture: Html, caption: Html, numbers?: Html): Html =>
  html`<figure>${picture}<figcaption>${caption}</figcaption>${numbers === undefined ? html`` : html`<details><summary>Numbers</summary>${numbers}</details>`}</figure>`

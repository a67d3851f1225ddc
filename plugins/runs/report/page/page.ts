/** A page that is one file: its style, what it shows, its scripts. */
import { type Html, html, raw } from "../html.ts"
import { style } from "../style.ts"
import { contentPolicy, type PageScript, scriptElement, valuesScript } from "./scripts.ts"

/** What is on a page. */
interface PageParts {
  readonly title: string
  readonly body: Html
  readonly scripts: readonly PageScript[]
}

/** The whole text of it; same parts, same text. */
const page = ({ title, body, scripts }: PageParts): string =>
  html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${contentPolicy(scripts)}
<title>${title}</title><style>${raw(style)}</style></head><body><main>
${body}
</main>${scripts.map(scriptElement)}</body></html>
`.html

/** A page of figures, whose values are told where they are looked at. */
export const pageOf = (title: string, body: Html, scripts: readonly PageScript[] = []): string =>
  page({ title, body, scripts: [valuesScript(), ...scripts] })

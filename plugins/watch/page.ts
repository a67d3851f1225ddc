/** The page around the parts, the same for a list and for a run; it shows what it holds even where scripts do not run. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { html, raw, style } from "../runs/report/internal.ts"
import type { Parts } from "./view.ts"

/** The script that puts newer parts in their places. */
export const script = (): string => readFileSync(fileURLToPath(new URL("page.js", import.meta.url)), "utf8")

const ownStyle = `
a { color: var(--pos); }
h1 a { color: inherit; }
.stages { list-style: none; padding: 0; }
.stages li { display: flex; flex-wrap: wrap; gap: .2rem 1rem; align-items: baseline; }
.stages label { display: inline-flex; gap: .7rem; align-items: center; }
.stages progress { width: 9rem; accent-color: var(--pos); }
.stages label span { width: 10rem; }
.stages li > span { color: var(--soft); font-size: .92rem; font-variant-numeric: tabular-nums; }
.log { list-style: none; padding: 0; max-height: 22rem; overflow: auto; }
.log li { display: flex; gap: .8rem; align-items: baseline; }
.log pre { margin: 0; font: inherit; font-size: .92rem; white-space: pre-wrap; overflow-wrap: anywhere; min-width: 0; }
.log time { color: var(--soft); font-size: .92rem; font-variant-numeric: tabular-nums; }
tr.running td:nth-child(2) { color: var(--pos); font-weight: 600; }
tr.failed td:nth-child(2) { color: var(--bad); font-weight: 600; }
#connection { color: var(--warn); }
nav a, nav b { margin-right: .8rem; }
`

/** The whole page. */
export const page = (title: string, parts: Parts): string =>
  html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>${title}</title><style>${raw(style)}${raw(ownStyle)}</style></head><body><main>
${Object.entries(parts).map(([name, markup]) => html`<section id="${name}">${raw(markup)}</section>`)}
<p id="connection" role="status"></p>
</main><script type="module" src="/page.js"></script></body></html>
`.html

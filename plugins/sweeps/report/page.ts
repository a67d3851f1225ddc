/** Runs beside each other as one page: what differs in their settings, and in what came of them. */
import { counted, overSeeds } from "../../../core/text/numbers.ts"
import { type Html, html, pageOf, table } from "../../runs/report/mod.ts"
import type { Compared, Side } from "../compared.ts"
import { differencesFigure, returnsFigure } from "./figures.ts"

/** A page in one file; same runs, same text. `sides` are what `result` was made from. */
export const comparedPage = (result: Compared, sides: readonly Side[]): string => {
  const labels = result.sides.map(({ label }) => label)
  return pageOf(
    `policygradex: ${labels.join(" beside ")}`,
    html`<h1>policygradex runs compared</h1>
<p class="headline">${headline(result)}</p>
<h2>What differs in the settings</h2>
${
  result.settings.length === 0
    ? html`<p>Nothing: the runs have the same settings.</p>`
    : html`<div class="card">${table(
        ["setting", ...labels],
        result.settings.map(({ key, values }) => [key, ...values])
      )}</div>`
}
<h2>What differs in the results</h2>
${result.methods.length === 0 ? html`<p>No run has returns yet.</p>` : figures(result, sides)}
<h2>The runs</h2>
${sides.map(runsOf)}`
  )
}

const figures = (result: Compared, sides: readonly Side[]): Html =>
  html`<div class="one">${returnsFigure(result, sides)}${differencesFigure(result)}</div>`

/** The groups of the run, or whatever stands first, and by how much the sides differ in it. */
const headline = ({ sides, methods, settings }: Compared): string => {
  const differ = `${counted(settings.length, "setting")} ${settings.length === 1 ? "differs" : "differ"}`
  const [first] = methods
  if (first === undefined) return `${differ} between ${sides.map((s) => s.label).join(" and ")}.`
  const reached = sides.map(({ label }, i) => `${label} ${overSeeds(first.sides[i])}`).join("; ")
  const apart = first.difference === undefined ? "" : ` The difference is ${overSeeds(first.difference)}.`
  return `${differ}. With ${first.method}: ${reached}.${apart}`
}

const runsOf = ({ label, runs }: Side): Html =>
  html`<div class="card"><h3>${label}</h3>${table(
    ["run", "state", "seed", "started", "result"],
    runs.map(({ name, state, seed, startedAt, headline: result, error }) => [
      name,
      state,
      String(seed),
      startedAt.slice(0, 16).replace("T", " "),
      result ?? error ?? ""
    ])
  )}</div>`

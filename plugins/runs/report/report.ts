/** The report of a run: one self-contained HTML page. */

import type { SessionRecord } from "../../../core/service/recovery.ts"
import { counted, percent, show } from "../../../core/text/numbers.ts"
import type { ReportData } from "../../../pipeline/mod.ts"
import { stableJson } from "../../io/content.ts"
import { duration } from "../progress.ts"
import { groupColour } from "./draw.ts"
import { byTaskFigure } from "./figures/by_task.ts"
import { comparisonFigure } from "./figures/comparison.ts"
import { curvatureFigures } from "./figures/curvature.ts"
import { decisionFigures } from "./figures/decision.ts"
import { estimateFigure } from "./figures/estimates.ts"
import { filmFigure } from "./figures/films.ts"
import { firstOrderFigure } from "./figures/first_order.ts"
import { heatMap } from "./figures/heat_map.ts"
import { learningFigure } from "./figures/learning.ts"
import { type Player, playerOf } from "./figures/player.ts"
import { policiesFigure } from "./figures/policies.ts"
import { selectionFigure } from "./figures/selection.ts"
import { type Html, html, table } from "./html.ts"
import { pageOf } from "./page/page.ts"

/** The page: same data, same text. Nothing in it comes from outside. */
export const report = (d: ReportData): string => {
  const player = playerOf(d.recordings ?? [], d.tasks, d.grouping.labels)
  return pageOf(d.title, bodyOf(d, player), player.scripts)
}

const bodyOf = (d: ReportData, player: Player): Html => html`<h1>${d.title}</h1>
<p class="headline">${d.headline}</p>
${warnings(d)}
${groups(d)}
${section("How many policies", policiesFigure(d))}
${section("What the trainings decided", d.decided === undefined ? [] : decisionFigures(d.decided, d.prediction, d.tasks))}
<h2>Which tasks help each other</h2>
<div class="pair">${d.affinities.map((a) => heatMap(a, d.tasks))}</div>
${section("Can the estimate be trusted", [
  ...(d.estimates === undefined ? [] : [estimateFigure(d.estimates, d.tasks, d.grouping.labels)]),
  ...(d.firstOrder.length === 0 ? [] : [firstOrderFigure(d.firstOrder, d.firstOrderMaximum)])
])}
${section("What the groups are worth", d.comparison.length === 0 ? [] : [comparisonFigure(d)])}
${section("What each task gets", byTaskFigure(d))}
${section("Which tasks to learn from", d.selection === undefined ? [] : [selectionFigure(d.selection, d.tasks)])}
${films(d, player)}
${section("Training", d.learning.length === 0 ? [] : [learningFigure(d.learning, d.learningMeaning, d.tasks, d.grouping.labels)])}
${section("What holds on unseen transitions", d.curvature === undefined ? [] : curvatureFigures(d.curvature))}
${costs(d)}
${receipts(d)}`

const section = (title: string, figures: readonly Html[]): Html =>
  figures.length === 0
    ? html``
    : html`<h2>${title}</h2><div class="${figures.length > 1 ? "pair" : "one"}">${figures}</div>`

const words = { invalid: "Not valid:", caution: "Caution:", note: "Note:" } as const

const warnings = (d: ReportData): Html =>
  d.warnings.length === 0
    ? html``
    : html`<ul class="warnings">${d.warnings.map((w) => html`<li class="${w.level}"><b>${words[w.level]}</b>${w.text}</li>`)}</ul>`

const groups = (d: ReportData): Html => {
  const { labels, k } = d.grouping
  return html`<ol class="groups">${Array.from({ length: k }, (_, g) => {
    const members = d.tasks.filter((_, i) => labels[i] === g)
    return html`<li style="--c:${groupColour(g)}"><b>Group ${g + 1}</b>${members.map((t) => html`<span>${t.id}</span> `)}</li>`
  })}</ol>${certificate(d)}`
}

const certificate = ({ grouping: g }: ReportData): Html => {
  if (g.objective === undefined || g.roundedObjective === undefined || g.bound === undefined) return html``
  return html`<p class="soft">Split by ${g.method} into ${counted(g.k, "group")}: affinity within groups
    ${show(g.roundedObjective)}, certified to be at most ${show(g.bound)} for any grouping of this size
    (relaxation ${show(g.objective)}).</p>`
}

const films = ({ recordings = [], tasks, grouping }: ReportData, { figure }: Player): Html =>
  recordings.length === 0
    ? html``
    : html`<h2>What the policies do</h2>${figure}${filmFigure(recordings, tasks, grouping.labels)}`

const costs = (d: ReportData): Html => {
  if (d.costs.length === 0) return html``
  const resumed = d.costs.some((c) => c.secondsBefore !== undefined)
  const head = ["work", "GFLOP", "GB moved", "seconds", "GFLOP/s", "of peak"]
  const rows = d.costs.map((c) => [
    c.work,
    c.flops / 1e9,
    c.bytes / 1e9,
    c.seconds,
    c.gflopsPerSecond ?? "",
    c.fractionOfPeak === null ? "" : percent(c.fractionOfPeak),
    ...(resumed ? [c.secondsBefore ?? 0] : [])
  ])
  return html`<h2>What it cost</h2><div class="card">${table(
    resumed ? [...head, "seconds before it was resumed"] : head,
    rows
  )}${peak(d)}</div>`
}

const peak = ({ receipts: { peak, session } }: ReportData): Html =>
  peak === null
    ? html``
    : html`<p class="soft">Operations and bytes are counted from the programs' instructions. Peak: ${show(peak.gflopsPerSecond)}
    GFLOP/s, measured on session ${session} with ${peak.program} when the run ended.</p>`

const receipts = ({ receipts: r, tasks }: ReportData): Html => html`<h2>Receipts</h2><div class="card">
<dl><dt>Run</dt><dd>${r.run}</dd><dt>Command</dt><dd>${r.command}</dd><dt>Seed</dt><dd>${String(r.seed)}</dd>
<dt>Session</dt><dd>${r.session} (${r.sessionReason})</dd>${r.sessions.map(sessionRow)}<dt>Digest of all artefacts</dt><dd>${r.digest}</dd>
<dt>Versions</dt><dd>${pairs(r.versions)}</dd>${r.plugins.map(
  (p) => html`<dt>Plugin ${p.name}</dt><dd>version ${p.version}, ${p.from}, SHA-256 ${p.sha256}</dd>`
)}<dt>Machine</dt><dd>${pairs(r.machine)}</dd>
<dt>Time</dt><dd>${Object.entries(r.seconds)
  .map(([stage, s]) => `${stage} ${duration(s)}`)
  .join(", ")}</dd></dl>
<details><summary>Tasks</summary>${table(
  ["task", "parameters", "planted group"],
  tasks.map((t) => [t.id, pairs(t.params), t.planted === undefined ? "" : String(t.planted + 1)])
)}</details>
<details><summary>Configuration</summary><pre role="group" aria-label="Configuration" tabindex="0">${stableJson(r.config)}</pre></details>
<details><summary>Artefacts (${String(r.artefacts.length)})</summary>${table(
  ["path", "bytes", "SHA-256"],
  r.artefacts.map((a) => [a.path, a.bytes, a.sha256])
)}</details></div>`

/** Which stages are whose, where that is not plain. */
const sessionRow = (s: SessionRecord): Html => html`<dt>On ${s.kind}</dt><dd>${s.stages.join(", ") || "no stage"};
${show(s.work.plans)} plans, ${show(s.work.calls)} calls, ${show(s.work.flops / 1e9)} GFLOP${
  s.lost === undefined ? "" : `; lost in ${s.lost.stage}: ${s.lost.got}`
}; ${s.bitEqual ? "the same numbers on every machine" : "the last bits depend on the machine"}</dd>`

const pairs = (record: Readonly<Record<string, string | number | boolean>>): string =>
  Object.entries(record)
    .map(([k, v]) => `${k} ${v}`)
    .join(", ")

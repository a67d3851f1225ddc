/** What the page shows, as markup in named parts: a part that has not changed is not sent again. */
import { Effect, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { jsonText } from "../../core/service/decoding.ts"
import { show } from "../../core/text/numbers.ts"
import { readNpy } from "../io/matrix/mod.ts"
import { grouped } from "../runs/progress.ts"
import { type Html, heatMap, html, learningFigure, table } from "../runs/report/internal.ts"
import { readRun } from "../runs/store/mod.ts"
import type { TrailLine } from "../runs/trail.ts"
import type { ListedRun, OpenRun } from "./folder.ts"
import { thinned } from "./thinned.ts"
import { type Busy, MOST_ROWS, type StageTold } from "./watched_run.ts"

/** Markup by the part of the page that it is. */
export type Parts = Readonly<Record<string, string>>

/** Points that are drawn, of all curves together. */
const MOST_POINTS = 1500
/** Curves that are drawn: more are no picture. */
const MOST_CURVES = 100
/** Likewise of many trainings: as many as have their names beside them. */
const MOST_OF_TRAININGS = 30
/** A matrix of more tasks is no picture. */
const MOST_TASKS = 100

const words = {
  running: "running",
  finished: "finished",
  failed: "failed",
  stopped: "stopped",
  unknown: "not known"
} as const

/** All runs, one a row. */
export const listView = (folder: string, runs: readonly ListedRun[]): Parts => ({
  title: html`<h1>pgex watch</h1><p class="headline">${folder}</p>`.html,
  runs: (runs.length === 0
    ? html`<p class="soft">No run yet: one that begins in this folder appears here.</p>`
    : html`<div class="scroll" role="group" aria-label="Runs" tabindex="0"><table><thead><tr>${[
        "run",
        "state",
        "preset",
        "seed",
        "started",
        "stage"
      ].map((h) => html`<th scope="col">${h}</th>`)}</tr></thead><tbody>${runs.map(listRow)}</tbody></table></div>`
  ).html
})

const listRow = ({ name, told, preset, seed, startedAt }: ListedRun): Html => {
  const stage = told.stages.at(-1)
  const where = told.words !== "" ? told.words : stage === undefined ? "" : `${stage.stage} ${whereOf(stage)}`
  const link = html`<a href="/run?name=${encodeURIComponent(name)}">${name}</a>`
  return html`<tr class="${told.state}"><td>${link}</td><td>${words[told.state]}</td><td>${preset}</td><td>${seed}</td><td>${startedAt.slice(0, 16).replace("T", " ")}</td><td>${where}</td></tr>`
}

const whereOf = ({ done = 0, total = 0, unit = "", note }: TrailLine): string =>
  `${grouped(done)}/${grouped(total)} ${unit}${note === undefined ? "" : `, ${note}`}`

/** The metric that is drawn where no other is asked for. */
const MAIN = "meanReturn"

/** One run; `metric` is which of its curves are drawn. */
export const runView = async (run: OpenRun, metric: string | undefined): Promise<Parts> => {
  const { told, name, preset, seed } = run
  const groups = await groupsOf(run.path)
  return {
    title: html`<h1><a href="/">all runs</a> / ${name}</h1>
<p class="headline">${words[told.state]}${told.words === "" ? "" : `: ${told.words}`}</p>
<p class="soft">preset ${preset}, seed ${seed}${told.state === "finished" ? html`, <a href="/report?name=${encodeURIComponent(name)}">report</a>` : ""}</p>`
      .html,
    stages: stagesView(told.stages).html,
    groups: groups === undefined ? "" : groupsView(groups).html,
    curves: curvesView(run, metric, groups).html,
    affinity: (await affinityView(run.path, groups)).html,
    log: logView(told.said).html
  }
}

const stagesView = (stages: readonly StageTold[]): Html => {
  if (stages.length === 0) return html`<p class="soft">It tells no stages: an earlier version made it.</p>`
  return html`<h2>Stages</h2><ul class="stages">${stages.map((line) => {
    const { stage = "", done = 0, total = 1, steps, busy } = line
    return html`<li><label><span>${stage}</span><progress max="${Math.max(total, 1)}" value="${done}"></progress></label><span>${whereOf(line)}${steps === undefined ? "" : `, ${grouped(steps)} steps`}${busy === undefined ? "" : `, ${busyText(busy)}`}</span></li>`
  })}</ul>`
}

const busyText = ({ kind, sessions, rate }: Busy): string =>
  `${sessions.toFixed(2)} sessions computing (${kind}), ${show(rate / 1e9)} GFLOP/s`

const logView = (said: readonly TrailLine[]): Html =>
  said.length === 0
    ? html``
    : html`<h2>Told</h2><ol class="log">${said.toReversed().map(({ time, say = "" }) => html`<li><time>${time.slice(11, 19)}</time><pre>${say}</pre></li>`)}</ol>`

const curvesView = (run: OpenRun, asked: string | undefined, groups: Groups | undefined): Html => {
  const { curves, rows } = run.watched
  const metric = [asked ?? "", MAIN, ...curves.keys()].find((m) => curves.has(m))
  const ofMetric = metric === undefined ? undefined : curves.get(metric)
  if (metric === undefined || ofMetric === undefined) return html`<p class="soft">Nothing was measured yet.</p>`
  const isOfTrainings = [...ofMetric].some(([name, { task }]) => name !== task)
  const all = [...ofMetric].slice(0, isOfTrainings ? MOST_OF_TRAININGS : MOST_CURVES)
  const tasks = all.map(([id]) => ({ id: id === "" ? metric : id, params: {} }))
  const each = Math.max(10, Math.floor(MOST_POINTS / all.length))
  const learning = all.map(([, curve], task) => ({
    task,
    points: thinned(curve, each).map(({ step, value }) => ({ iteration: step, value }))
  }))
  const labels = all.map(([, { task }]) => groups?.labels[groups.tasks.indexOf(task)] ?? 0)
  const links = [...curves.keys()].map((m) =>
    m === metric
      ? html`<b>${m}</b> `
      : html`<a href="/run?name=${encodeURIComponent(run.name)}&amp;metric=${encodeURIComponent(m)}">${m}</a> `
  )
  const left = [
    ...(ofMetric.size > all.length ? [`the first ${all.length} of ${ofMetric.size} curves`] : []),
    ...(rows() >= MOST_ROWS ? [`the first ${grouped(MOST_ROWS)} numbers`] : [])
  ]
  const note = left.length === 0 ? html`` : html`<p class="soft">Drawn: ${left.join(", ")}.</p>`
  const figure = learningFigure(learning, metric, tasks, labels, isOfTrainings ? ofTrainings : undefined)
  return html`<h2>Curves</h2><nav aria-label="Metrics">${links}</nav>${figure}${note}`
}

const ofTrainings = { noun: "curve", caption: "How each task learned in each training." }

/** What the grouping left. */
const Groups = Schema.Struct({
  k: Schema.Int,
  tasks: Schema.Array(Schema.String),
  labels: Schema.Record(Schema.String, Schema.Array(Schema.Int))
})
interface Groups {
  readonly tasks: readonly string[]
  readonly labels: readonly number[]
}

const artefact = (path: string, stage: string, name: string): Promise<Uint8Array | undefined> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const { store } = yield* readRun(path)
      const found = yield* store.find(stage, name)
      return found === undefined ? undefined : yield* store.bytes(found)
    }).pipe(Effect.orElseSucceed(() => undefined))
  )

const groupsOf = async (path: string): Promise<Groups | undefined> => {
  const bytes = await artefact(path, "grouping", "groups")
  if (bytes === undefined) return undefined
  const read = Schema.decodeUnknownOption(jsonText(Groups))(new TextDecoder().decode(bytes))
  if (read._tag === "None") return undefined
  const { tasks, labels } = read.value
  const chosen = labels.chosen ?? []
  return chosen.length === tasks.length ? { tasks, labels: chosen } : undefined
}

const groupsView = ({ tasks, labels }: Groups): Html => {
  const rows = [...new Set(labels)].map((label, g) => [
    `group ${g + 1}`,
    tasks.filter((_, i) => labels[i] === label).join(", ")
  ])
  return html`<h2>Groups</h2>${table(["", "tasks"], rows)}`
}

const affinityView = async (path: string, groups: Groups | undefined): Promise<Html> => {
  const bytes = await artefact(path, "affinity", "gain")
  if (bytes === undefined) return html``
  const npy = readNpy(bytes, "affinity/gain")
  if (E.isLeft(npy)) return html``
  const n = npy.right.shape[0] ?? 0
  if (n > MOST_TASKS) return html`<p class="soft">The affinities of ${n} tasks are in affinity/gain of the run.</p>`
  const values = Array.from(npy.right.data, Number)
  const matrix = Array.from({ length: n }, (_, i) => values.slice(i * n, (i + 1) * n))
  const tasks = matrix.map((_, i) => ({ id: groups?.tasks[i] ?? `task ${i + 1}`, params: {} }))
  const labels = matrix.map((_, i) => groups?.labels[i] ?? 0)
  const meaning = "mean estimated gain over θ★ of the subsets with both tasks, larger is better"
  const title = "Gain of equation 5"
  return html`<h2>Which tasks help each other</h2>${heatMap({ id: "gain", title, meaning, matrix, labels, chosen: false }, tasks)}`
}

/** What is learned from every meta-training set, with intervals over seeds. */
import { counted, interval, percent, show } from "../../../../core/text/numbers.ts"
import type { ReportSelection, SetComparison } from "../../../../pipeline/internal.ts"
import type { ReportData } from "../../../../pipeline/mod.ts"
import { figure, type Html, html, table } from "../html.ts"
import { bars } from "./bars.ts"

export const selectionFigure = (s: ReportSelection, tasks: ReportData["tasks"]): Html => {
  const { rows, leftOut, learner, adaptationSteps, unseen } = s
  const picture = bars({
    rows,
    label: "Mean return on unseen tasks after adaptation →",
    marked: (m) => m.kind === "chosen",
    text: (m) => `${show(m.meanReturn.value)}, ${counted(m.size, "task")}`,
    alternative: "Mean return on unseen tasks by the tasks that were learned from"
  })
  const told = rows.some((m) => m.kind === "architecture")
    ? ` Other architectures are told which task they play, and have about as many parameters; an unseen task they are told as one of those
    that they learned from, each in turn.`
    : ""
  const level = Math.round(100 * (rows[0]?.meanReturn.level ?? 0.95))
  const caption = html`<b>Is the choice worth it?</b> Mean return on ${unseen} unseen tasks after ${counted(adaptationSteps, "step")} of
    adaptation, by the tasks that ${learner} learned from: mean over seeds (a dot each), with the ${level}% interval of the
    mean; of random tasks over draws, whose spread is the thick line.${told}${leftOut.map(
      ({ method, why }) => html` Left out: ${method}, as ${why}.`
    )}`
  return figure(picture, caption, numbers(rows, tasks))
}

const numbers = (rows: readonly SetComparison[], tasks: ReportData["tasks"]): Html => {
  const told = rows.some((m) => m.successRate !== undefined)
  const head = [
    "learned from",
    "tasks",
    "mean (interval)",
    "less the choice's (interval)",
    ...(told ? ["episodes that succeed"] : []),
    "before adaptation",
    "GFLOP",
    "environment steps",
    "parameters",
    "by seed",
    "draws",
    "sets"
  ]
  return table(
    head,
    rows.map((m) => [
      m.kind === "chosen" ? `${m.method} (this run's)` : m.method,
      m.size,
      interval(m.meanReturn),
      m.lessChosen === undefined ? "" : interval(m.lessChosen),
      ...(told ? [m.successRate === undefined ? "" : percent(m.successRate.value)] : []),
      m.curve[0] ?? "",
      m.operations / 1e9,
      m.steps,
      m.parameters ?? "",
      m.perSeed.map(show).join(", "),
      m.draws === undefined ? "" : `${counted(m.draws.count, "draw")}, ${show(m.draws.low)} to ${show(m.draws.high)}`,
      m.size === tasks.length ? "all" : m.sets.map((set) => set.map((t) => tasks[t]!.id).join(", ")).join("; ")
    ])
  )
}

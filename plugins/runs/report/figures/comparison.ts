/** What every way of sharing policies is worth, with intervals over seeds. */
import { counted, interval, percent, policies, show } from "../../../../core/text/numbers.ts"
import type { MethodComparison } from "../../../../pipeline/internal.ts"
import type { ReportData } from "../../../../pipeline/mod.ts"
import { figure, type Html, html, table } from "../html.ts"
import { bars } from "./bars.ts"

type Compared = Pick<ReportData, "comparison" | "comparisonMeaning" | "leftOut" | "tasks">

export const comparisonFigure = ({ comparison: rows, comparisonMeaning: meaning, leftOut, tasks }: Compared): Html => {
  const picture = bars({
    rows,
    label: `${meaning} →`,
    marked: (m) => m.kind === "groups",
    text: (m) => `${show(m.meanReturn.value)}, ${policies(m.policies)}`,
    alternative: "Mean return by how policies are shared"
  })
  const level = Math.round(100 * (rows[0]?.meanReturn.level ?? 0.95))
  const caption = html`<b>Was it worth it?</b> ${meaning}, by how the tasks share policies: mean over seeds (a dot each), with
    the ${level}% interval of the mean; of random groups over draws, whose spread is the thick line.${leftOut.map(
      ({ method, why }) => html` Left out: ${method}, as ${why}.`
    )}${rows.filter((m) => m.kind === "best").map((m) => html` The best of all partitions: ${groupsText(m, tasks)}.`)}`
  return figure(picture, caption, numbers(rows))
}

/** Tasks of a group between commas, groups between bars. */
const groupsText = ({ labels }: MethodComparison, tasks: Compared["tasks"]): string =>
  [...new Set(labels)].map((g) => tasks.flatMap((t, i) => (labels[i] === g ? [t.id] : [])).join(", ")).join(" | ")

const numbers = (rows: readonly MethodComparison[]): Html => {
  const told = rows.some((m) => m.successRate !== undefined)
  const head = [
    "policies by",
    "how many",
    "mean (interval)",
    "less the groups' (interval)",
    ...(told ? ["episodes that succeed"] : []),
    "GFLOP",
    "environment steps",
    "by seed",
    "draws",
    "NMI with trained groups"
  ]
  return table(
    head,
    rows.map((m) => [
      m.kind === "groups" ? `${m.method} (this run's)` : m.method,
      m.policies,
      interval(m.meanReturn),
      m.lessGroups === undefined ? "" : interval(m.lessGroups),
      ...(told ? [m.successRate === undefined ? "" : percent(m.successRate.value)] : []),
      m.operations / 1e9,
      m.steps,
      m.perSeed.map(show).join(", "),
      m.draws === undefined ? "" : `${counted(m.draws.count, "draw")}, ${show(m.draws.low)} to ${show(m.draws.high)}`,
      m.nmi ?? ""
    ])
  )
}

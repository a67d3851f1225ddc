/** What a person reads in the terminal at the end of a run. */
import type { Interval, ReportData } from "../../core/pipeline/report_data.ts"
import { duration } from "../progress.ts"
import { show } from "../report/html.ts"

/** Headline, groups, what they are worth, whether to believe it, what it cost; at most one screen. */
export const summaryText = (d: ReportData, directory: string): string =>
  [
    "",
    d.headline,
    "",
    ...Array.from({ length: d.grouping.k }, (_, g) => {
      const members = d.tasks.filter((_, i) => d.grouping.labels[i] === g).map((t) => t.id)
      return `  group ${g + 1}: ${members.join(", ")}`
    }),
    ...block(
      d.comparisonMeaning,
      d.comparison.map((c) => [c.method, withInterval(c.meanReturn)])
    ),
    ...(d.estimates === undefined
      ? []
      : block("Estimate against truth", [["rank correlation", withInterval(d.estimates.rankCorrelation)]])),
    ...block(
      "First-order error (relative RSS) by distance",
      d.firstOrder.map((r) => [`${r.direction} ${show(100 * r.distance)}%`, `${show(100 * r.relativeRss.value)}%`])
    ),
    ...block(
      "Cost",
      d.costs.map((c) => [c.work, `${duration(c.seconds)}, ${c.flops.toExponential(1).replace("e+", "e")} operations`])
    ),
    ...block(
      "Mind",
      d.warnings.map((w) => [w.level, w.text])
    ),
    "",
    `  report: ${directory}/report.html`
  ].join("\n")

const block = (title: string, rows: readonly (readonly [string, string])[]): readonly string[] => {
  if (rows.length === 0) return []
  const width = Math.max(...rows.map(([name]) => name.length))
  return ["", title, ...rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)]
}

const withInterval = (i: Interval): string =>
  i.n > 1
    ? `${show(i.value)}  (${show(i.low)} to ${show(i.high)}, ${Math.round(100 * i.level)}% interval)`
    : show(i.value)

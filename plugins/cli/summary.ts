/** What a person reads in the terminal at the end of a run. */

import type { SessionRecord } from "../../core/service/recovery.ts"
import { interval, percent, policies, show } from "../../core/text/numbers.ts"
import { clipped } from "../../core/text/printable.ts"
import type { EstimateAgainstTruth, RatedCost, ReportDecided, ReportSelection } from "../../pipeline/internal.ts"
import type { Interval, ReportData } from "../../pipeline/mod.ts"
import { duration, grouped } from "../runs/progress.ts"

/** Headline, groups, what they are worth, whether to believe it, what it cost; at most one screen. */
export const summaryText = (d: ReportData, directory: string): string =>
  [
    "",
    d.headline,
    "",
    ...Array.from({ length: d.grouping.k }, (_, g) => {
      const members = d.tasks.filter((_, i) => d.grouping.labels[i] === g).map((t) => clipped(t.id))
      return `  group ${g + 1}: ${members.join(", ")}`
    }),
    ...(d.decided === undefined ? [] : block("Decided by trainings", decision(d.decided))),
    ...block(d.comparisonMeaning, comparison(d)),
    ...(d.selection === undefined ? [] : block(returnsAfter(d.selection), sets(d.selection))),
    ...(d.estimates === undefined
      ? []
      : block("Estimate against truth", [["rank correlation", correlation(d.estimates)]])),
    ...block(
      "First-order error (relative RSS) by distance",
      d.firstOrder.map((r) => [`${r.direction} ${show(100 * r.distance)}%`, percent(r.relativeRss.value, 4)])
    ),
    ...block(
      d.receipts.peak === null
        ? "Cost"
        : `Cost (peak of this session: ${rounded(d.receipts.peak.gflopsPerSecond)} GFLOP/s)`,
      d.costs.map((c) => [c.work, cost(c)])
    ),
    ...block(
      d.receipts.sessions.length === 1 ? "Session" : "Sessions, one after the other",
      d.receipts.sessions.flatMap((s) => [
        [s.kind, `${s.reason}; ${s.bitEqual ? EVERYWHERE : HERE}`] as const,
        ["", workText(s)] as const
      ])
    ),
    ...block(
      "Mind",
      d.warnings.map((w) => [w.level, w.text])
    ),
    "",
    `  report: ${directory}/report.html`
  ].join("\n")

/** What was certain before any training and after all of them, and what the trainings make of the prediction. */
const decision = ({ k, certainty, level, certain, margin, trainings, allowed, course, curve }: ReportDecided) => {
  const before = course[0]?.certainty ?? certainty
  const near = curve.filter((p) => Math.abs(p.policies - k) <= 1 || p.policies === 1 || p.policies === curve.length)
  return [
    ["trainings", `${trainings.length} of at most ${allowed}`] as const,
    [
      "certainty",
      `${percent(before)} before them, ${percent(certainty)} now (${certain ? "enough" : "not enough"}: ${percent(level)} asked) that no others are better by more than ${show(margin)}`
    ] as const,
    ...near.map(({ policies: count, value, low, high }) => {
      const text = `${show(value)}  (${show(low)} to ${show(high)}, 95% interval)`
      return [policies(count), `${text}${count === k ? "  <- chosen" : ""}`] as const
    })
  ]
}

/** The tool's own row is marked; numbers of policies stand under one another. */
const comparison = ({ comparison: rows, leftOut, tasks }: ReportData): readonly (readonly [string, string])[] => {
  const many = rows.map((r) => policies(r.policies))
  const width = Math.max(...many.map((text) => text.length))
  return [
    ...rows.map(({ kind, method, meanReturn, successRate, draws }, i) => {
      const spread = draws === undefined ? "" : `, ${draws.count} draws: ${show(draws.low)} to ${show(draws.high)}`
      const success = successRate === undefined ? "" : `, ${percent(successRate.value)} of episodes succeed`
      const text = `${many[i]!.padEnd(width)}  ${withInterval(meanReturn)}${spread}${success}`
      return [`${kind === "groups" ? "> " : "  "}${method}`, text] as const
    }),
    ...leftOut.map(({ method, why }) => [`  ${method}`, `left out: ${why}`] as const),
    ...rows.flatMap(({ kind, labels }) => {
      const members = (g: number) => tasks.flatMap((t, i) => (labels[i] === g ? [clipped(t.id)] : [])).join(", ")
      return kind === "best" ? [["  best partition", [...new Set(labels)].map(members).join(" | ")] as const] : []
    })
  ]
}

const returnsAfter = ({ learner, adaptationSteps, unseen }: ReportSelection): string =>
  `Mean return on ${unseen} unseen tasks after ${adaptationSteps} steps of adaptation, by what ${learner} learned from`

/** The tool's own row is marked. */
const sets = ({ rows, leftOut }: ReportSelection): readonly (readonly [string, string])[] => [
  ...rows.map(({ kind, method, meanReturn, successRate, draws }) => {
    const spread = draws === undefined ? "" : `, ${draws.count} draws: ${show(draws.low)} to ${show(draws.high)}`
    const success = successRate === undefined ? "" : `, ${percent(successRate.value)} of episodes succeed`
    return [`${kind === "chosen" ? "> " : "  "}${method}`, `${withInterval(meanReturn)}${spread}${success}`] as const
  }),
  ...leftOut.map(({ method, why }) => [`  ${method}`, `left out: ${why}`] as const)
]

const EVERYWHERE = "its numbers are the same on every machine"
const HERE = "its last bits depend on the machine, those of --session wasm do not"

/** What a session did, on all threads; the rate is that of one thread. */
const workText = ({ work, lost }: SessionRecord): string => {
  const rate = work.seconds > 0 ? `, ${rounded((1e-9 * work.flops) / work.seconds)} GFLOP/s within calls` : ""
  const end = lost === undefined ? "" : `; lost in ${lost.stage}`
  return `${grouped(work.plans)} plans, ${grouped(work.calls)} calls, ${rounded(work.flops / 1e9)} GFLOP${rate}${end}`
}

const cost = (c: RatedCost): string => {
  const moved = `${duration(c.seconds)}, ${rounded(c.flops / 1e9)} GFLOP, ${rounded(c.bytes / 1e9)} GB`
  const rate = c.gflopsPerSecond === null ? "" : `, ${rounded(c.gflopsPerSecond)} GFLOP/s`
  const before = c.secondsBefore === undefined ? "" : `; ${duration(c.secondsBefore)} of it before the run was resumed`
  return `${moved}${rate}${c.fractionOfPeak === null ? "" : ` (${percent(c.fractionOfPeak)} of peak)`}${before}`
}

const correlation = ({ rankCorrelation, noCorrelation = "" }: EstimateAgainstTruth): string =>
  rankCorrelation === undefined ? `none: ${noCorrelation}` : withInterval(rankCorrelation)

/** Two digits are enough for a figure that changes from run to run. */
const rounded = (x: number): string => show(Number(x.toPrecision(2)))

const block = (title: string, rows: readonly (readonly [string, string])[]): readonly string[] => {
  if (rows.length === 0) return []
  const width = Math.max(...rows.map(([name]) => name.length))
  return ["", title, ...rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)]
}

const withInterval = (i: Interval): string =>
  interval(i, `, ${Math.round(100 * i.level)}% interval`).replace(" (", "  (")

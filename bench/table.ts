/** A report for people. */
import type { Learning, Worth } from "./learning.ts"
import type { Report, Row } from "./report.ts"

const heads = ["work", "peer", "ours", "theirs", "unit", "ratio", "goal", ""] as const

/** The rows as aligned columns, the machine above them, and what is missing below. */
export const table = (report: Report): string => {
  const { cpu, core, cores, load } = report.machine
  const where = core === null ? `${cores} cores, not pinned` : `core ${core} of ${cores}`
  const notes = [...new Set(report.rows.filter((r) => r.note !== "").map((r) => `${r.work}, ${r.peer}: ${r.note}`))]
  return [
    `${report.suite} on ${cpu}, ${where}, load ${load}; medians, ratio above 1: we are ahead`,
    "",
    ...aligned([heads, ...report.rows.map(cells)]),
    ...learnt(report.learning ?? []),
    ...(notes.length > 0 ? ["", ...notes] : [])
  ].join("\n")
}

/** What each side learnt, a line each: interquartile means over seeds with their intervals. */
const learnt = (sides: readonly Learning[]): readonly string[] => {
  if (sides.length === 0) return []
  const kinds = [...new Set(sides.flatMap((s) => Object.keys(s.worth)))]
  const lines = sides.map((s) => [
    s.work,
    s.side,
    figure(s.stepsPerSecond),
    ...kinds.map((kind) => worth(s.worth[kind])),
    String(s.runs.length)
  ])
  return ["", ...aligned([["work", "side", "steps/s", ...kinds.map((k) => `return, ${k}`), "seeds"], ...lines])]
}

const worth = (w: Worth | undefined): string =>
  w === undefined ? "-" : `${figure(w.estimate)} (${figure(w.low)} to ${figure(w.high)})`

/** Columns as wide as what they hold; the first two are words. */
const aligned = (lines: readonly (readonly string[])[]): readonly string[] => {
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((line) => line[i]!.length)))
  return lines.map((line) =>
    line
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd()
  )
}

const cells = (r: Row): readonly string[] => [
  r.work,
  r.peer,
  figure(r.ours),
  figure(r.theirs),
  r.unit,
  figure(r.ratio),
  figure(r.goal),
  r.ratio === null || r.goal === null ? "" : r.ratio >= r.goal ? "reached" : "MISSED"
]

/** Three significant digits, thousands apart. */
const figure = (x: number | null): string => {
  if (x === null) return "-"
  return Math.abs(x) >= 1000 ? Math.round(x).toLocaleString("en") : String(Number(x.toPrecision(3)))
}

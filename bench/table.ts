/** A report for people. */
import type { Report, Row } from "./report.ts"

const heads = ["work", "peer", "ours", "theirs", "unit", "ratio", "goal", ""] as const

/** The rows as aligned columns, the machine above them, and what is missing below. */
export const table = (report: Report): string => {
  const { cpu, core, cores, load } = report.machine
  const where = core === null ? `${cores} cores, not pinned` : `core ${core} of ${cores}`
  const lines = [heads, ...report.rows.map(cells)]
  const widths = heads.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)))
  const text = lines.map((line) => line.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))))
  const notes = [...new Set(report.rows.filter((r) => r.note !== "").map((r) => `${r.work}, ${r.peer}: ${r.note}`))]
  return [
    `${report.suite} on ${cpu}, ${where}, load ${load}; medians, ratio above 1: we are ahead`,
    "",
    ...text.map((line) => line.join("  ").trimEnd()),
    ...(notes.length > 0 ? ["", ...notes] : [])
  ].join("\n")
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

/** The results of runs as a table for other programs: CSV, LaTeX, JSON. */
import { printable } from "../../core/text/printable.ts"
import { stableJson } from "../io/content.ts"
import { quote } from "../io/matrix/internal.ts"
import { estimate, leaves } from "./compared.ts"
import type { RunRow } from "./overview.ts"
import type { MethodReturns } from "./returns.ts"

export const formats = ["csv", "latex", "json"] as const
export type Format = (typeof formats)[number]

type Row = RunRow & { readonly returns: readonly MethodReturns[] }

/** A row for each run and method: the settings in which the runs differ, the mean return, its interval over training seeds. */
export const exportTable = (runs: readonly Row[], format: Format): string => {
  const settings = runs.map((r) => new Map(leaves(r.config)))
  const keys = [...new Set(settings.flatMap((m) => [...m.keys()]))].filter(
    (key) => new Set(settings.map((m) => m.get(key))).size > 1
  )
  const head = ["run", ...keys, "method", "mean_return", "low", "high", "seeds"]
  const body = runs.flatMap((run, i) =>
    run.returns.map(({ method, perSeed }) => {
      const own = estimate(perSeed)
      const figures = [own?.value, own?.low, own?.high, own?.seeds]
      return [run.name, ...keys.map((key) => settings[i]?.get(key) ?? ""), method, ...figures]
    })
  )
  switch (format) {
    case "csv":
      return `${[head, ...body].map((row) => row.map((x) => quote(noFormula(x))).join(",")).join("\n")}\n`
    case "json":
      return stableJson(body.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i] ?? null]))))
    case "latex":
      return latex(head, body)
  }
}

/** A cell as a spreadsheet takes it: of a text that it would compute as a formula a text, by the apostrophe that says so. */
const noFormula = (x: string | number | undefined): string =>
  typeof x === "string" && /^[=+\-@\t\r]/.test(x) && Number.isNaN(Number(x)) ? `'${x}` : String(x ?? "")

const latex = (head: readonly string[], body: readonly (readonly (string | number | undefined)[])[]): string => {
  const line = (cells: readonly string[]): string => `  ${cells.join(" & ")} \\\\\n`
  const cell = (x: string | number | undefined): string =>
    typeof x === "number" ? (Number.isInteger(x) ? String(x) : x.toFixed(2)) : texText(x ?? "")
  const columns = head.map((_, i) => (i >= head.length - 4 ? "r" : "l")).join("")
  return [
    `\\begin{tabular}{${columns}}\n  \\hline\n`,
    line(head.map(texText)),
    "  \\hline\n",
    ...body.map((row) => line(row.map(cell))),
    "  \\hline\n\\end{tabular}\n"
  ].join("")
}

const signs: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}"
}

/** A text whose signs TeX would read as its own are escaped; line ends, of which two would end the table, and other controls too. */
const texText = (text: string): string =>
  printable(text).replaceAll(/[\\~^&%$#_{}]/g, (sign) => signs[sign] ?? `\\${sign}`)

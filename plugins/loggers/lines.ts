/** Rows as lines of text: JSON lines, and CSV in long form. */
import { Option } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type EventRow, isOfStage } from "../../core/service/run_store.ts"
import { shown } from "../../core/text/shown.ts"
import { lineOf, rowOf, sameOf } from "../io/event_line.ts"
import { quote, records } from "../io/matrix/internal.ts"
import type { FileRow, RowFormat, Writing } from "./row_file.ts"

/** A row that a line holds, and whose it is. */
interface LineRow {
  readonly run: string
  readonly row: EventRow
}

interface LineFormat {
  /** The first line, without its end; empty where there is none. */
  readonly head: string
  readonly line: (row: EventRow, writing: Writing) => string
  readonly parse: (line: string) => LineRow | undefined
}

/** A row a line, so that a text is read line by line. */
const ofLines = ({ head, line, parse }: LineFormat): RowFormat => {
  const first = head === "" ? "" : `${head}\n`
  return {
    head: () => new TextEncoder().encode(first),
    encode: (row, writing) => new TextEncoder().encode(`${line(row, writing)}\n`),
    same: sameOf,
    decode: (bytes, run) => {
      const start = new TextEncoder().encode(first).length
      const begins = new TextDecoder().decode(bytes.subarray(0, start))
      if (!first.startsWith(begins)) return E.left(`${shown(begins.trim())} in its first line`)
      const rows: FileRow[] = []
      for (let from = start, end = bytes.indexOf(10, from); end >= 0; from = end + 1, end = bytes.indexOf(10, from)) {
        const text = new TextDecoder().decode(bytes.subarray(from, end))
        const found = parse(text)
        if (found === undefined) return E.left(`${shown(text)} on a line`)
        if (found.run !== run) return E.left(`rows of run ${shown(found.run)}`)
        const { row } = found
        rows.push({ from, to: end + 1, same: sameOf(row), isOf: (stage) => isOfStage(row, stage) })
      }
      return E.right(rows)
    }
  }
}

/** As a run's own `events.jsonl` has them: `{"time", "run", "stage", "step", "task", "metric", "value"}`. */
export const jsonLines: RowFormat = ofLines({
  head: "",
  line: lineOf,
  parse: (line) =>
    pipe(
      rowOf(line),
      Option.map(({ run = "", value, is, ...row }) => ({ run, row: { ...row, value: value ?? Number(is) } })),
      Option.getOrUndefined
    )
})

const columns = ["time", "run", "stage", "step", "task", "metric", "value"] as const

/** A metric a row, since stages measure different ones; line ends within names are escaped, so that a row is a line. */
export const csv: RowFormat = ofLines({
  head: columns.join(","),
  line: ({ stage, step, task, metric, value }, { run, now }) =>
    [new Date(now).toISOString(), run, stage, step, task, metric, value]
      .map((cell) => quote(oneLine(String(cell))))
      .join(","),
  parse: (line) => {
    const [record] = records(line, ",", columns.length + 1)
    if (record === undefined || E.isLeft(record) || record.right.cells.length !== columns.length) return undefined
    const [, run, stage, step, task, metric, value] = record.right.cells.map(severalLines)
    return { run: run!, row: { stage: stage!, step: Number(step), task: task!, metric: metric!, value: Number(value) } }
  }
})

const oneLine = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r")

const severalLines = (cell: string): string =>
  cell.replaceAll(/\\([\\nr])/g, (_, sign: string) => (sign === "n" ? "\n" : sign === "r" ? "\r" : "\\"))

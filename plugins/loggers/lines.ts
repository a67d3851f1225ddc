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
  /** As it stands there. */
  readonly time: string
  readonly row: EventRow
}

/** A time as lines have it, each digit standing for any. */
const TIME = "0000-00-00T00:00:00.000Z"

/** So many bytes of what is not ours are told. */
const SHOWN = 40

interface LineFormat {
  /** The first line, without its end; empty where there is none. */
  readonly head: string
  /** What every line of a run has before its time and behind it. */
  readonly around: (run: string) => readonly [before: string, behind: string]
  readonly line: (row: EventRow, writing: Writing) => string
  readonly parse: (line: string) => LineRow | undefined
}

/** A row a line, so that a text is read line by line. */
const ofLines = ({ head, around, line, parse }: LineFormat): RowFormat => {
  const first = head === "" ? "" : `${head}\n`
  /** Whether a line that was cut short can be the run's: as far as it goes, it begins as all of its lines do. */
  const isBegun = (bytes: Uint8Array, run: string): boolean => {
    const [before, behind] = around(run)
    const whole = new TextEncoder().encode(`${before}${TIME}${behind}`)
    const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57
    const isOfTime = (i: number): boolean => i >= before.length && i < before.length + TIME.length
    return bytes
      .subarray(0, whole.length)
      .every((byte, i) => byte === whole[i] || (isOfTime(i) && isDigit(byte) && isDigit(whole[i]!)))
  }
  return {
    head: () => new TextEncoder().encode(first),
    encode: (row, writing) => new TextEncoder().encode(`${line(row, writing)}\n`),
    same: sameOf,
    decode: (bytes, run) => {
      if (bytes.length === 0) return E.right([])
      const start = new TextEncoder().encode(first).length
      const begins = new TextDecoder().decode(bytes.subarray(0, start))
      // It is written in one step: no part of it is ever left.
      if (first !== begins) return E.left(`${shown(begins.trim())} in its first line`)
      const rows: FileRow[] = []
      for (let from = start, end = bytes.indexOf(10, from); end >= 0; from = end + 1, end = bytes.indexOf(10, from)) {
        const text = new TextDecoder().decode(bytes.subarray(from, end))
        const found = parse(text)
        if (found === undefined) return E.left(`${shown(text)} on a line`)
        if (found.run !== run) return E.left(`rows of run ${shown(found.run)}`)
        const { row, time } = found
        const at = Date.parse(time)
        if (Number.isNaN(at)) return E.left(`${shown(text)} on a line`)
        rows.push({ from, to: end + 1, at, same: sameOf(row), isOf: (stage) => isOfStage(row, stage) })
      }
      const rest = bytes.subarray(start)
      // Where no row is whole, only what there is of the first one tells whose it is.
      return rows.length > 0 || isBegun(rest, run)
        ? E.right(rows)
        : E.left(`${shown(new TextDecoder().decode(rest.subarray(0, SHOWN)))} and no whole row`)
    }
  }
}

/** As a run's own `events.jsonl` has them: `{"time", "run", "stage", "step", "task", "metric", "value"}`. */
export const jsonLines: RowFormat = ofLines({
  head: "",
  around: (run) => [`{"time":"`, `","run":${JSON.stringify(run)},"stage":"`],
  line: lineOf,
  parse: (line) =>
    pipe(
      rowOf(line),
      Option.map(({ run = "", time = "", value, is, ...row }) => ({
        run,
        time,
        row: { ...row, value: value ?? Number(is) }
      })),
      Option.getOrUndefined
    )
})

const columns = ["time", "run", "stage", "step", "task", "metric", "value"] as const

/** A metric a row, since stages measure different ones; line ends within names are escaped, so that a row is a line. */
export const csv: RowFormat = ofLines({
  head: columns.join(","),
  around: (run) => ["", `,${cellOf(run)},`],
  line: ({ stage, step, task, metric, value }, { run, now }) =>
    [new Date(now).toISOString(), run, stage, step, task, metric, value].map(cellOf).join(","),
  parse: (line) => {
    const [record] = records(line, ",", columns.length + 1)
    if (record === undefined || E.isLeft(record) || record.right.cells.length !== columns.length) return undefined
    const [time, run, stage, step, task, metric, value] = record.right.cells.map(severalLines)
    const row = { stage: stage!, step: Number(step), task: task!, metric: metric!, value: Number(value) }
    return { run: run!, time: time!, row }
  }
})

const cellOf = (cell: string | number): string => quote(oneLine(String(cell)))

const oneLine = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r")

const severalLines = (cell: string): string =>
  cell.replaceAll(/\\([\\nr])/g, (_, sign: string) => (sign === "n" ? "\n" : sign === "r" ? "\r" : "\\"))

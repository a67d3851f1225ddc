/** A measured number as a line of JSON, with the time when it was written. */
import { Schema } from "effect"
import { jsonText } from "../../core/service/decoding.ts"
import type { EventRow } from "../../core/service/run_store.ts"

/** The row as one line, without its end: `run` names the run, `now` is in milliseconds since 1970. */
export const lineOf = (row: EventRow, { run, now }: { readonly run: string; readonly now: number }): string =>
  JSON.stringify({ time: new Date(now).toISOString(), run, ...told(row) })

const Row = Schema.Struct({
  time: Schema.optionalKey(Schema.String),
  run: Schema.optionalKey(Schema.String),
  stage: Schema.String,
  step: Schema.Number,
  task: Schema.String,
  metric: Schema.String,
  value: Schema.NullOr(Schema.Number),
  is: Schema.optionalKey(Schema.String)
})
type Row = typeof Row.Type

/** What a line says; nothing where it is no whole line. */
export const rowOf = Schema.decodeUnknownOption(jsonText(Row))

/** What a row says of the run's numbers, as a text: without time and the run's name. */
export const sameOf = ({ stage, step, task, metric, ...rest }: EventRow | Row): string => {
  const value = "is" in rest && rest.is !== undefined ? Number(rest.is) : rest.value
  return JSON.stringify({ stage, step, task, metric, ...(value === null ? { value } : told({ value })) })
}

/** JSON has no NaN and no infinities: the value is null then, and `is` says which it was. */
const told = <R extends { readonly value: number }>(row: R): R | (Omit<R, "value"> & { value: null; is: string }) =>
  Number.isFinite(row.value) ? row : { ...row, value: null, is: String(row.value) }

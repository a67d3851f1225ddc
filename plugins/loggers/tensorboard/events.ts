/**
 * TensorBoard's events: a row as a scalar of a step.
 *
 * A scalar's tag is `STAGE/METRIC/TASK`, or `STAGE/METRIC` of a row of no task; its value is a float32, as the format has it.
 *
 * - Source: tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto (field numbers).
 */
import * as E from "fp-ts/lib/Either.js"
import type { EventRow } from "../../../core/service/run_store.ts"
import { shown } from "../../../core/text/shown.ts"
import { double, joined, message, single, text, whole } from "../../io/protobuf.ts"
import { bytesOf, fieldsOf, textOf, type WireField } from "../../io/protobuf_fields.ts"
import type { FileRow, RowFormat } from "../row_file.ts"
import { recordOf, recordsIn } from "./records.ts"

/** Fields of an Event. */
const WALL_TIME = 1
const STEP = 2
const FILE_VERSION = 3
const SUMMARY = 5
const SESSION_LOG = 7
/** Of a SessionLog: its status, and the one that makes readers forget all steps from the event's on. */
const STATUS = 1
const START = 1
/** Of a Summary: its values, with a tag and a float32. */
const VALUE = 1
const TAG = 1
const SIMPLE_VALUE = 2

const VERSION = "brain.Event:2"

/** The name that a row's curve has in TensorBoard. */
export const tagOf = ({ stage, metric, task }: EventRow): string =>
  task === "" ? `${stage}/${metric}` : `${stage}/${metric}/${task}`

const sameScalar = (tag: string, step: number, value: number): string =>
  JSON.stringify([tag, step, String(Math.fround(value))])

/** Event files as a form of rows. */
export const eventFile: RowFormat = {
  head: ({ now }, again) => {
    const at = double(WALL_TIME, now / 1000)
    const version = recordOf(joined([at, text(FILE_VERSION, VERSION)]))
    if (!again) return version
    // Whoever reads on has points already that come once more.
    return joined([version, recordOf(joined([at, whole(STEP, 0), message(SESSION_LOG, [whole(STATUS, START)])]))])
  },
  encode: (row, { now }) => {
    const value = message(VALUE, [text(TAG, tagOf(row)), single(SIMPLE_VALUE, row.value)])
    return recordOf(joined([double(WALL_TIME, now / 1000), whole(STEP, row.step), message(SUMMARY, [value])]))
  },
  same: (row) => sameScalar(tagOf(row), row.step, row.value),
  decode: (bytes) => {
    const all = recordsIn(bytes)
    const rows: FileRow[] = []
    for (const [i, record] of all.entries()) {
      const event = right(fieldsOf(record.bytes))
      if (i === 0 && textOf(event, FILE_VERSION) !== VERSION) return E.left("another file")
      const scalar = scalarIn(event)
      if (scalar === undefined) continue
      const { at, tag, step, value } = scalar
      const { from, to } = record
      rows.push({ from, to, at, same: sameScalar(tag, step, value), isOf: (stage) => tag.startsWith(`${stage}/`) })
    }
    return all.length === 0 && bytes.length > 0
      ? E.left(shown(new TextDecoder().decode(bytes.subarray(0, 20))))
      : E.right(rows)
  }
}

const scalarIn = (event: readonly WireField[]) => {
  const [summary] = bytesOf(event, SUMMARY)
  if (summary === undefined) return undefined
  const [value] = bytesOf(right(fieldsOf(summary)), VALUE)
  if (value === undefined) return undefined
  const fields = right(fieldsOf(value))
  const [single] = bytesOf(fields, SIMPLE_VALUE)
  const step = event.find((f) => f.number === STEP)?.value
  if (single === undefined) return undefined
  const number = viewOf(single).getFloat32(0, true)
  const [seconds] = bytesOf(event, WALL_TIME)
  const at = seconds?.length === 8 ? Math.round(viewOf(seconds).getFloat64(0, true) * 1000) : 0
  return { at, tag: textOf(fields, TAG), step: typeof step === "number" ? step : 0, value: number }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

/** Check sums hold: what cannot be read as fields has none. */
const right = (fields: E.Either<string, readonly WireField[]>): readonly WireField[] =>
  E.isRight(fields) ? fields.right : []

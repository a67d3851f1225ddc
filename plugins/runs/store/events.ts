/** `events.jsonl`: a run's measured numbers, a row a line, each with the time when it was written. */
import { Clock, Effect, Option } from "effect"
import { type EventRow, isOfStage, type Logged, type RunStoreError } from "../../../core/service/run_store.ts"
import { digest } from "../../io/digest.ts"
import { lineOf, rowOf, sameOf } from "../../io/event_line.ts"
import type { Files } from "./files.ts"

/** Its name in the run's directory. */
const eventsFile = "events.jsonl"

/** Adds rows at the end. */
export const appendEvents = Effect.fnUntraced(function* (files: Files, run: string, rows: readonly EventRow[]) {
  const toLine = yield* linesOf(run)
  yield* files.append(eventsFile, rows.map((row) => `${toLine(row)}\n`).join(""))
})

/**
 * Makes `rows` the rows of the stage and of all below it (`stage/…`), in this order, behind those of all others: a run that goes on
 * does so stage by stage, and ends with the order of one that never stopped. Lines that say the same stay, with their times; what is
 * missing is written again, what is too much goes, and what is no whole line. Gives how many were missing.
 */
export const setEvents = Effect.fnUntraced(function* (
  files: Files,
  run: string,
  stage: string,
  rows: readonly EventRow[]
) {
  const text = yield* textOf(files)
  const lines = text.split("\n").flatMap((line) => {
    const row = Option.getOrUndefined(rowOf(line))
    return row === undefined ? [] : [{ line, isOwn: isOfStage(row, stage), same: sameOf(row) }]
  })
  const there = new Map(lines.flatMap(({ line, isOwn, same }) => (isOwn ? [[same, line] as const] : [])))
  const wanted = rows.map((row) => ({ row, same: sameOf(row) }))
  const missing = wanted.filter(({ same }) => !there.has(same)).length
  const toLine = yield* linesOf(run)
  const others = lines.filter((l) => !l.isOwn).map((l) => l.line)
  const whole = wanted.map(({ row, same }) => there.get(same) ?? toLine(row))
  const now = [...others, ...whole].map((line) => `${line}\n`).join("")
  if (now !== text) yield* files.write(eventsFile, new TextEncoder().encode(now))
  return missing
})

/** How many rows there are, and the digest of what they say but for times and the run's name. */
export const loggedIn = Effect.fnUntraced(function* (files: Files): Effect.fn.Return<Logged, RunStoreError> {
  const rows = (yield* textOf(files)).split("\n").flatMap((line) => Option.toArray(rowOf(line)))
  return { rows: rows.length, sha256: digest(new TextEncoder().encode(rows.map((row) => `${sameOf(row)}\n`).join(""))) }
})

const textOf = (files: Files): Effect.Effect<string, RunStoreError> =>
  files.read(eventsFile).pipe(
    Effect.map((bytes) => new TextDecoder().decode(bytes)),
    Effect.catchTag("RunStoreError", (e) => (e.reason === "missing" ? Effect.succeed("") : Effect.fail(e)))
  )

const linesOf = (run: string) =>
  Effect.map(
    Clock.currentTimeMillis,
    (now) =>
      (row: EventRow): string =>
        lineOf(row, { run, now })
  )

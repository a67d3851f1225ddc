/**
 * `progress.jsonl`: how far a run is, for whoever watches it from elsewhere. It grows for as long as the run's directory is there; it
 * has times, belongs to no digest, and nothing is computed from it.
 */
import { appendFile, stat } from "node:fs/promises"
import { hostname } from "node:os"
import { join } from "node:path"
import { Clock, Effect, Schema } from "effect"
import { jsonText } from "../../core/service/decoding.ts"
import type { ProgressService, StageProgress } from "../../core/service/progress.ts"
import { leavesBy } from "../io/confined.ts"

/** Its name in the run's directory. */
export const trailFile = "progress.jsonl"

/** How a run ended, and in which words: its headline, or why it failed. */
export interface TrailEnd {
  readonly end: "finished" | "failed" | "stopped"
  readonly words: string
}

/** What a run's sessions have done since its process began, those of its worker threads included as their items end. */
const SessionUse = Schema.Struct({
  /** Of the one that computes now. */
  kind: Schema.String,
  /** Spent in calls, over all threads. */
  seconds: Schema.Number,
  flops: Schema.Number
})
export type SessionUse = typeof SessionUse.Type

const TrailLine = Schema.Struct({
  /** In ISO 8601. */
  time: Schema.String,
  /** A process begins to write the run, or goes on with it. */
  begin: Schema.optionalKey(Schema.Struct({ process: Schema.Int, machine: Schema.String })),
  stage: Schema.optionalKey(Schema.String),
  done: Schema.optionalKey(Schema.Number),
  total: Schema.optionalKey(Schema.Number),
  unit: Schema.optionalKey(Schema.String),
  steps: Schema.optionalKey(Schema.Number),
  note: Schema.optionalKey(Schema.String),
  use: Schema.optionalKey(SessionUse),
  say: Schema.optionalKey(Schema.String),
  end: Schema.optionalKey(Schema.Literals(["finished", "failed", "stopped"])),
  words: Schema.optionalKey(Schema.String)
})
export type TrailLine = typeof TrailLine.Type

/** What a line says; nothing where it is none. */
export const trailLine = Schema.decodeUnknownOption(jsonText(TrailLine))

/** A stage is told at its beginning, at its end, and after so many milliseconds. */
const EVERY = 1000

/** Whether there is a place for it: a link that somebody put there is not followed out, and who opens a pipe waits for its other end. */
const mayGrow = async (directory: string): Promise<boolean> => {
  if ((await leavesBy(directory, trailFile)) !== undefined) return false
  const there = await stat(join(directory, trailFile)).catch(() => undefined)
  return there === undefined || there.isFile()
}

/** Progress that leaves a trail in the directory too, where there is one. What cannot be written is not: it never stops a run. */
export const leavingTrail = Effect.fnUntraced(function* (directory: string, progress: ProgressService) {
  if (directory === "" || !(yield* Effect.promise(() => mayGrow(directory))))
    return { progress, ended: () => Effect.void, using: () => {} }
  const write = (line: object): Effect.Effect<void> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const text = `${JSON.stringify({ time: new Date(now).toISOString(), ...line })}\n`
      return Effect.ignore(Effect.tryPromise(() => appendFile(join(directory, trailFile), text)))
    })
  const told = new Map<string, number>()
  let use: Effect.Effect<SessionUse | undefined> = Effect.undefined
  const report = Effect.fnUntraced(function* (p: StageProgress) {
    const now = yield* Clock.currentTimeMillis
    const before = told.get(p.stage)
    if (before !== undefined && now - before < EVERY && p.done < p.total) return
    told.set(p.stage, now)
    yield* write({ ...p, use: yield* use })
  })
  yield* write({ begin: { process: process.pid, machine: hostname() } })
  return {
    progress: {
      report: (p) => Effect.andThen(progress.report(p), report(p)),
      say: (sentence) => Effect.andThen(progress.say(sentence), write({ say: sentence }))
    } satisfies ProgressService,
    ended: (end: TrailEnd) => write(end),
    /** From now on stages are told with what the sessions have done. */
    using: (now: Effect.Effect<SessionUse>) => {
      use = now
    }
  }
})

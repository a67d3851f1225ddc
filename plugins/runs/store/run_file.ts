/** `run.json`: what a run was made from and with. */

import { basename, dirname, join, relative } from "node:path"
import { Effect, Option, Schema } from "effect"
import { jsonText, misfit } from "../../../core/service/decoding.ts"
import { type RunStoreError, runStoreError } from "../../../core/service/run_store.ts"
import { choices } from "../../../core/text/choices.ts"
import { pathWord } from "../../../core/text/command.ts"
import { stableJson } from "../../io/content.ts"
import { RecordedPlugin } from "../../loading/mod.ts"
import { version } from "../machine.ts"
import { diskFiles, type Files } from "./files.ts"
import { LARGEST_JSON } from "./sized_read.ts"

/** Rises when a reader of older runs would misread newer ones. */
export const formatVersion = 1

export const RunFile = Schema.Struct({
  format: Schema.Int,
  policygradex: Schema.String,
  startedAt: Schema.String,
  /** As a person would type it. */
  command: Schema.String,
  config: Schema.Unknown,
  seed: Schema.Finite,
  versions: Schema.Record(Schema.String, Schema.String),
  machine: Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite])),
  /** Plugins in use; their files may be code of anybody's, and are loaded again only for who asks for that. */
  plugins: Schema.optionalKey(Schema.Array(RecordedPlugin)),
  /** While an earlier run's files are being removed: nothing beside this file is of this run yet. */
  replaces: Schema.optionalKey(Schema.Boolean)
})
export type RunFile = typeof RunFile.Type

/** What the caller says of a new run; the rest is added here. */
export type RunInfo = Omit<RunFile, "format" | "startedAt" | "policygradex" | "replaces">

/** Its name in the run's directory. */
export const runFile = "run.json"

/** Writes it. */
export const writeRunFile = (files: Files, run: RunFile): Effect.Effect<void, RunStoreError> =>
  files.write(runFile, new TextEncoder().encode(stableJson(run)))

const Format = Schema.Struct({ format: Schema.Int, policygradex: Schema.String })

/** Errors: `RunStoreError` not-a-run, not-readable, other-version, damaged. */
export const readRunFile = Effect.fn("store.readRunFile")(function* (files: Files, path: string) {
  const bytes = yield* files
    .read(runFile, LARGEST_JSON)
    .pipe(
      Effect.catchTag("RunStoreError", (e) =>
        e.reason === "missing" ? Effect.flatMap(notARun(path), Effect.fail) : Effect.fail(e)
      )
    )
  const text = new TextDecoder().decode(bytes)
  const damaged = (want: string, got: string) => {
    const fix = "run again, with --force and what to run, to replace it"
    return runStoreError({ reason: "damaged", path: join(path, runFile), want, got, fix })
  }
  const found = yield* Schema.decodeUnknownEffect(jsonText(Format))(text).pipe(
    Effect.mapError(() => damaged("what a run was made from", `${bytes.length} bytes of something else`))
  )
  if (found.format !== formatVersion) {
    return yield* Effect.fail(
      runStoreError({
        reason: "other-version",
        path,
        want: `run format ${formatVersion} of policygradex ${version}`,
        got: `run format ${found.format} of policygradex ${found.policygradex}`,
        fix: "read it with the version that wrote it, or run again"
      })
    )
  }
  return yield* Schema.decodeUnknownEffect(jsonText(RunFile))(text).pipe(
    Effect.mapError((e) => damaged("a run file", misfit(e)))
  )
})

/** All that there is where a run was killed before it had begun. */
export const notBegun = /^(run\.lock|run\.lock-journal|run\.json\.\d+\.[0-9a-f]+\.tmp)$/

/** That a folder is no run's, with the runs that are near: in the same folder, and in `runs`. */
export const notARun = Effect.fnUntraced(function* (path: string) {
  const refusal = { reason: "not-a-run", path, want: "a run directory" } as const
  const entries = yield* Effect.option(diskFiles(path).list(""))
  const begun = Option.getOrElse(entries, () => []).some(({ name }) => !notBegun.test(name))
  const there = yield* Effect.result(diskFiles(dirname(path)).list(""))
  const isThere = there._tag === "Success" && there.success.some(({ name }) => name === basename(path))
  if (isThere && !begun) {
    const fix = `pgex run PRESET --out ${pathWord(path)} begins one`
    return runStoreError({ ...refusal, got: "one in which no run has begun", fix })
  }
  const got = isThere ? "a folder without a readable run.json" : "no such folder"
  const runs = (yield* runsNear(path)).toSorted()
  const fix = runs.length > 0 ? `there is ${choices(runs, asTyped(path))}` : "pgex run makes one"
  return runStoreError({ ...refusal, got, fix })
})

/** As a person would type them. */
const runsNear = Effect.fnUntraced(function* (path: string) {
  const roots = [...new Set([dirname(path), join(process.cwd(), "runs")])]
  const found = yield* Effect.forEach(roots, (root) =>
    diskFiles(root)
      .list("")
      .pipe(
        Effect.map((entries) => entries.filter((e) => e.folder).map((e) => join(root, e.name))),
        Effect.orElseSucceed(() => [])
      )
  )
  return yield* Effect.filter(found.flat(), (run) =>
    Effect.map(
      Effect.orElseSucceed(diskFiles(run).list(""), () => []),
      (entries) => entries.some(({ name }) => name === runFile)
    )
  ).pipe(Effect.map((runs) => runs.map(asTyped)))
})

const asTyped = (path: string): string => {
  const short = relative(process.cwd(), path)
  return short === "" || short.startsWith("..") ? path : short
}

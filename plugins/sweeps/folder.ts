/** The folder of an experiment: taking it, and what it says of the experiment. */
import { existsSync } from "node:fs"
import { access, constants } from "node:fs/promises"
import { hostname } from "node:os"
import { join } from "node:path"
import { Clock, Effect, Option, Schema } from "effect"
import { partsOf } from "../../core/failure/mod.ts"
import { jsonText, misfit } from "../../core/service/decoding.ts"
import { reasonOf } from "../../core/service/file_error.ts"
import { type RunStoreError, runStoreError, storeFailure } from "../../core/service/run_store.ts"
import { pathWord } from "../../core/text/command.ts"
import { stableJson } from "../io/content.ts"
import { makeFolder, unfinished } from "../io/disk.ts"
import { version } from "../runs/machine.ts"
import { diskFiles, type Files, LARGEST_JSON, lockDirectory } from "../runs/store/internal.ts"
import { SweepData } from "./sweep.ts"

/** Rises when a reader of older experiments would misread newer ones. */
const formatVersion = 1

/** `sweep.json`: what an experiment is. */
const ExperimentFile = Schema.Struct({
  format: Schema.Int,
  policygradex: Schema.String,
  startedAt: Schema.String,
  command: Schema.String,
  sweep: SweepData
})
export type ExperimentFile = typeof ExperimentFile.Type

/** Its name in the folder; the folders of runs and of unfinished work; what tells who is at work; what came of the runs. */
export const names = {
  experiment: "sweep.json",
  runs: "runs",
  work: "work",
  lock: "sweep.lock",
  holder: "holder.json",
  summary: "summary.json"
} as const

/** Who is at work on an experiment. */
const Holder = Schema.Struct({
  process: Schema.Int,
  machine: Schema.String,
  since: Schema.String,
  command: Schema.String
})

/** A run's end, as the experiment remembers it. */
export const RunEnd = Schema.Struct({
  name: Schema.String,
  varied: Schema.Record(Schema.String, Schema.Unknown),
  state: Schema.Literals(["finished", "failed"]),
  headline: Schema.optionalKey(Schema.String),
  /** Why it failed: one sentence. */
  error: Schema.optionalKey(Schema.String),
  tag: Schema.optionalKey(Schema.String)
})
export type RunEnd = typeof RunEnd.Type
const Ends = Schema.Struct({ runs: Schema.Array(RunEnd) })

/** What an experiment begins with, if it has not begun yet. */
export interface Beginning {
  readonly sweep: SweepData
  readonly command: string
}

/** A folder that this process may write. */
export interface ExperimentFolder {
  readonly path: string
  readonly files: Files
  /** Of its `sweep.json`, before this time; nothing where it begins now. */
  readonly before: ExperimentFile | undefined
}

/**
 * Takes the folder for an experiment, and holds it until the scope closes.
 *
 * - Errors: `RunStoreError` exists (something else is there), not-writable, other-version, damaged; locked, naming the
 *   process that is at work on it, its machine and since when.
 */
export const takeFolder = Effect.fn("sweeps.takeFolder")(function* (path: string, command: string) {
  const files = diskFiles(path)
  // Before anything is made: what is refused leaves no trace.
  yield* admitted(files, path)
  const refused = (cause: unknown): RunStoreError => {
    const fix = "choose another folder with --out"
    const want = "a folder that can be written"
    return runStoreError({ reason: "not-writable", path, want, got: reasonOf(cause), fix })
  }
  yield* Effect.uninterruptible(Effect.tryPromise({ try: () => makeFolder(path), catch: refused }))
  yield* Effect.tryPromise({ try: () => access(path, constants.W_OK), catch: refused })
  yield* lockDirectory(path, names.lock).pipe(
    Effect.catch((e) => (e.reason === "locked" ? Effect.flatMap(held(files, path, e), Effect.fail) : Effect.fail(e)))
  )
  const before = yield* admitted(files, path)
  // Who holds the folder knows that nobody writes them any more.
  for (const { name } of yield* files.list("")) if (unfinished.test(name)) yield* files.remove(name)
  yield* writeJson(files, names.holder, {
    process: process.pid,
    machine: hostname(),
    since: new Date(yield* Clock.currentTimeMillis).toISOString(),
    command
  })
  yield* Effect.addFinalizer(() => Effect.ignore(files.remove(names.holder)))
  return { path, files, before } satisfies ExperimentFolder
})

/** Says what the experiment is, where that is new. */
export const writeExperiment = Effect.fnUntraced(function* (
  { files, before }: ExperimentFolder,
  { sweep, command }: Beginning
) {
  const startedAt = before?.startedAt ?? new Date(yield* Clock.currentTimeMillis).toISOString()
  const now = { format: formatVersion, policygradex: version, startedAt, command: before?.command ?? command, sweep }
  if (before !== undefined && JSON.stringify(before.sweep) === JSON.stringify(sweep)) return
  // As it was written: the order of the settings decides that of the runs.
  yield* files.write(names.experiment, new TextEncoder().encode(`${JSON.stringify(now, null, 2)}\n`))
})

/** The experiment in a folder. Errors: `RunStoreError` not-a-run, not-readable, other-version, damaged. */
export const readExperiment = Effect.fn("sweeps.readExperiment")(function* (path: string) {
  const read = diskFiles(path).read(names.experiment, LARGEST_JSON)
  const bytes = yield* Effect.mapError(read, (e) => (e.reason === "missing" ? noExperiment(path) : e))
  const text = new TextDecoder().decode(bytes)
  const found = yield* Schema.decodeUnknownEffect(jsonText(ExperimentFile))(text).pipe(
    Effect.mapError((e) => {
      const fix = "choose another folder with --out"
      return runStoreError({
        reason: "damaged",
        path: join(path, names.experiment),
        want: "an experiment",
        got: misfit(e),
        fix
      })
    })
  )
  if (found.format !== formatVersion || found.policygradex !== version) {
    const want = `an experiment of policygradex ${version}`
    const got = `one of policygradex ${found.policygradex}`
    const fix = "go on with that version, or choose another folder with --out"
    return yield* Effect.fail(runStoreError({ reason: "other-version", path, want, got, fix }))
  }
  return found
})

const noExperiment = (path: string): RunStoreError => {
  const other = existsSync(join(path, "run.json")) ? "a single run" : "a folder without sweep.json"
  const got = existsSync(path) ? other : "no such folder"
  const fix = "pgex sweep FILE --out DIR begins one"
  return runStoreError({ reason: "not-a-run", path, want: "an experiment of many runs", got, fix })
}

/** How its runs ended so far; none where nothing is known. */
export const readEnds = (files: Files): Effect.Effect<readonly RunEnd[]> =>
  files.read(names.summary, LARGEST_JSON).pipe(
    Effect.flatMap((bytes) => Schema.decodeUnknownEffect(jsonText(Ends))(new TextDecoder().decode(bytes))),
    Effect.match({ onFailure: () => [], onSuccess: ({ runs }) => runs })
  )

export const writeEnds = (files: Files, runs: readonly RunEnd[]): Effect.Effect<void, RunStoreError> =>
  writeJson(files, names.summary, { runs })

const writeJson = (files: Files, name: string, value: unknown): Effect.Effect<void, RunStoreError> =>
  files.write(name, new TextEncoder().encode(stableJson(value)))

/** Whether there is an experiment; errors say what else there is. */
const admitted = Effect.fnUntraced(function* (files: Files, path: string) {
  const fix = "choose another folder with --out"
  const entries = yield* Effect.mapError(
    files.list(""),
    (e): RunStoreError =>
      storeFailure({ ...partsOf(e), want: "a folder that can be used", fix, reason: "not-writable" })
  )
  if (entries.some(({ name }) => name === names.experiment)) return yield* readExperiment(path)
  const foreign = entries.filter(({ name }) => !isBegun(name))
  if (foreign.length === 0) return undefined
  const got = foreign.some(({ name }) => name === "run.json") ? "the folder of a single run" : "one with other files"
  return yield* Effect.fail(
    runStoreError({ reason: "exists", path, want: "an unused folder, or an experiment's", got, fix })
  )
})

/** What is there where an experiment was stopped before it had begun. */
const isBegun = (name: string): boolean =>
  name === names.lock || name === `${names.lock}-journal` || name === names.holder || unfinished.test(name)

const held = Effect.fnUntraced(function* (files: Files, path: string, refusal: RunStoreError) {
  const holder = yield* Effect.option(
    Effect.flatMap(files.read(names.holder, LARGEST_JSON), (bytes) =>
      Schema.decodeUnknownEffect(jsonText(Holder))(new TextDecoder().decode(bytes))
    )
  )
  const got = Option.match(holder, {
    onNone: () => "one that another process is at work on",
    onSome: ({ process: id, machine, since, command }) =>
      `one that process ${id} on ${machine} is at work on since ${since} (${command})`
  })
  const fix = `wait for it, or choose another folder with --out; pgex runs list ${pathWord(path)} tells how far it is`
  return storeFailure({
    ...partsOf(refusal),
    want: "an experiment that no process is at work on",
    got,
    fix,
    reason: "locked"
  })
})

/** Run directories: making one, continuing one, reading one. */
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import { Clock, Effect, Layer, Option, Schema } from "effect"
import { RunStore, RunStoreError, type RunStoreService } from "../../core/pipeline/run_store.ts"
import { version } from "../version.ts"
import { stableJson } from "./content.ts"
import { digestOf } from "./digest.ts"
import { diskFiles, memoryFiles, refused } from "./files.ts"
import { keptFolder } from "./kept.ts"
import { lockDirectory } from "./lock.ts"
import { RecordedPlugin } from "./recorded_plugin.ts"
import { resumable } from "./resumable.ts"
import { formatVersion, makeStore, readManifest } from "./store.ts"

/** What a run was made from and with: `run.json`. */
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
  plugins: Schema.optionalKey(Schema.Array(RecordedPlugin))
})
export type RunFile = typeof RunFile.Type

/** What the caller says of a new run; the rest is added here. */
export type RunInfo = Omit<RunFile, "format" | "startedAt" | "policygradex">

/** `new` wants an unused name, `force` replaces an earlier run, `resume` continues one. */
export type Mode = "new" | "force" | "resume"

/** What a run leaves at its top level; `force` removes nothing else. */
const ownNames = /^(run\.json|run\.lock|events\.jsonl|summary\.json|report\.html|artefacts\.json|.*\.tmp)$/
/** All that there is where a run was killed before it had begun. */
const notBegun = /^(run\.lock|run\.json\..*\.tmp)$/

/**
 * The store of a run directory, locked against other writers for as long as the layer lives.
 *
 * - Errors: `RunStoreError`: exists, not-a-run, not-writable, other-version, other-config, locked.
 */
export const directoryStore = (directory: string, mode: Mode, info: RunInfo): Layer.Layer<RunStore, RunStoreError> =>
  Layer.effect(RunStore)(openDirectory(resolve(directory), mode, info))

/** A store in memory, with the map that it fills. */
export const memoryStore = (
  name = "memory"
): { readonly files: Map<string, Uint8Array>; readonly layer: Layer.Layer<RunStore> } => {
  const files = new Map<string, Uint8Array>()
  return { files, layer: Layer.effect(RunStore)(openMemory(name, files)) }
}

/** With what is in the files already: a run that goes on. */
const openMemory = Effect.fnUntraced(function* (name: string, files: Map<string, Uint8Array>) {
  const all = memoryFiles(files)
  return makeStore(name, "", all, yield* Effect.orElseSucceed(readManifest(all), () => []))
})

/**
 * An existing run, for reading.
 *
 * - Errors: `RunStoreError`: missing, not-a-run, other-version, damaged.
 */
export const readRun = Effect.fn("store.readRun")(function* (directory: string) {
  const path = resolve(directory)
  const run = yield* readRunFile(path)
  const files = diskFiles(path)
  const store: RunStoreService = makeStore(basename(path), path, files, yield* readManifest(files))
  return { run, store }
})

/**
 * What a finished run's `summary.json` says; nothing where the run did not come to its end, or what it left has changed
 * since.
 */
export const readFinished = Effect.fn("store.readFinished")(function* (directory: string) {
  const { store } = yield* readRun(directory)
  const bytes = yield* diskFiles(store.directory).read("summary.json")
  const summary = yield* decodeFinished(new TextDecoder().decode(bytes))
  const artefacts = yield* store.artefacts
  yield* Effect.forEach(artefacts, store.bytes)
  return summary.receipts.digest === digestOf(artefacts) ? Option.some(summary) : Option.none()
}, Effect.orElseSucceed(Option.none))

const decodeFinished = Schema.decodeUnknownEffect(
  Schema.fromJsonString(
    Schema.StructWithRest(
      Schema.Struct({ headline: Schema.String, receipts: Schema.Struct({ digest: Schema.String }) }),
      [Schema.Record(Schema.String, Schema.Unknown)]
    )
  )
)

/** A name below `root` that no run has yet: `quick-0`, then `quick-0-2`, `quick-0-3`, … */
export const freeName = (root: string, stem: string): string => {
  let path = join(root, stem)
  for (let i = 2; existsSync(path); i++) path = join(root, `${stem}-${i}`)
  return path
}

const openDirectory = Effect.fn("store.open")(function* (path: string, mode: Mode, info: RunInfo) {
  const entries = yield* Effect.try({
    try: () => (existsSync(path) ? readdirSync(path).filter((name) => !notBegun.test(name)) : []),
    catch: (e) => refused(path, e)
  })
  if (entries.length > 0) {
    if (mode === "new") {
      const fix = "choose another --out, or give --force to replace it or --resume to continue it"
      return yield* new RunStoreError({ reason: "exists", path, want: "an unused folder", got: "one with files", fix })
    }
    if (mode === "resume") yield* resumable(path, yield* readRunFile(path), info)
    else if (!entries.includes("run.json")) yield* notARun(path)
  }
  yield* Effect.try({ try: () => mkdirSync(path, { recursive: true }), catch: (e) => refused(path, e) })
  yield* Effect.try({ try: () => accessSync(path, constants.W_OK), catch: (e) => refused(path, e) })
  yield* lockDirectory(path)
  const files = diskFiles(path)
  if (mode === "force") {
    const stages = new Set((yield* readManifest(files)).map((a) => dirname(a.path)))
    for (const name of entries) {
      if (name !== "run.lock" && (name === keptFolder || ownNames.test(name) || stages.has(name)))
        rmSync(join(path, name), { recursive: true })
    }
  }
  if (mode !== "resume" || entries.length === 0) {
    const startedAt = new Date(yield* Clock.currentTimeMillis).toISOString()
    const run = { format: formatVersion, policygradex: version, startedAt, ...info }
    yield* files.write("run.json", new TextEncoder().encode(stableJson(run)))
  }
  if (mode === "resume") removeUnfinished(path)
  return makeStore(basename(path), path, files, yield* readManifest(files), stableJson(info.machine))
})

/** Files whose writing was cut short. */
const removeUnfinished = (path: string): void => {
  for (const name of readdirSync(path, { recursive: true, encoding: "utf8" }))
    if (name.endsWith(".tmp")) rmSync(join(path, name), { force: true })
}

const Format = Schema.Struct({ format: Schema.Int, policygradex: Schema.String })

const readRunFile = Effect.fn("store.readRunFile")(function* (path: string) {
  const bytes = yield* diskFiles(path)
    .read("run.json")
    .pipe(Effect.catchTag("RunStoreError", (e) => (e.reason === "missing" ? notARun(path) : Effect.fail(e))))
  const text = new TextDecoder().decode(bytes)
  const found = yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Format))(text).pipe(
    Effect.catch(() => notARun(path))
  )
  if (found.format !== formatVersion) {
    return yield* new RunStoreError({
      reason: "other-version",
      path,
      want: `run format ${formatVersion} of policygradex ${version}`,
      got: `run format ${found.format} of policygradex ${found.policygradex}`,
      fix: "read it with the version that wrote it, or run again"
    })
  }
  return yield* Schema.decodeUnknownEffect(Schema.fromJsonString(RunFile))(text).pipe(
    Effect.catch((e) =>
      Effect.fail(
        new RunStoreError({
          reason: "damaged",
          path: join(path, "run.json"),
          want: "a run file",
          got: e.message,
          fix: "run again"
        })
      )
    )
  )
})

const notARun = (path: string) =>
  Effect.fail(
    new RunStoreError({
      reason: "not-a-run",
      path,
      want: "a run directory",
      got: existsSync(path) ? "a folder without a readable run.json" : "no such folder",
      fix: existsSync("runs") ? `there is ${readdirSync("runs").join(", ")} in runs/` : "pgex run makes one"
    })
  )

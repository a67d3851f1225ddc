/** Run directories: making one, continuing one, reading one. */
import { existsSync } from "node:fs"
import { basename, join, resolve } from "node:path"
import { Effect, Layer, Option, Schema } from "effect"
import { jsonText } from "../../../core/service/decoding.ts"
import { Logged, RunStore, type RunStoreError, type RunStoreService } from "../../../core/service/run_store.ts"
import { digestOf } from "../../io/digest.ts"
import { type Disk, disk } from "../../io/disk.ts"
import { diskFiles, memoryFiles } from "./files.ts"
import { mendedManifest, readManifest } from "./manifest.ts"
import { type Mode, openDirectory } from "./open_directory.ts"
import { type RunFile, type RunInfo, readRunFile } from "./run_file.ts"
import { LARGEST_JSON } from "./sized_read.ts"
import { makeStore } from "./store.ts"

/**
 * The store of a run directory, locked against other writers for as long as the layer lives; `on` is the disk that it is
 * written to.
 *
 * - Errors: `RunStoreError`: exists, not-a-run, not-writable, other-version, other-config, locked.
 */
export const directoryStore = (
  directory: string,
  mode: Mode,
  info: RunInfo,
  on: Disk = disk
): Layer.Layer<RunStore, RunStoreError> => Layer.effect(RunStore)(openDirectory(resolve(directory), mode, info, on))

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
  return makeStore(name, "", all, { known: yield* Effect.orElseSucceed(readManifest(all, name), () => []) })
})

/**
 * An existing run, for reading.
 *
 * - Errors: `RunStoreError`: missing, not-a-run, not-readable, other-version, damaged.
 */
export const readRun = Effect.fn("store.readRun")(function* (directory: string) {
  const path = resolve(directory)
  const files = diskFiles(path)
  const run = yield* readRunFile(files, path)
  const known = run.replaces === true ? [] : yield* readManifest(files, path)
  const store: RunStoreService = makeStore(basename(path), path, files, { known })
  return { run, store }
})

/** What a run was begun with, whatever became of the rest of its directory. Errors: as `readRun`. */
export const readBegun = (directory: string): Effect.Effect<RunFile, RunStoreError> =>
  readRunFile(diskFiles(resolve(directory)), resolve(directory))

/** A finished run, read again. */
export interface Finished {
  /** What its `summary.json` says. */
  readonly summary: typeof Summary.Type
  /** What has changed since and cannot be made again. */
  readonly notes: readonly string[]
}

/** Nothing where the run did not come to its end, or its artefacts have changed since. */
export const readFinished = Effect.fn("store.readFinished")(
  function* (directory: string) {
    const path = resolve(directory)
    const files = diskFiles(path)
    const run = yield* readRunFile(files, path)
    if (run.replaces === true) return Option.none<Finished>()
    const summary = yield* decodeSummary(new TextDecoder().decode(yield* files.read("summary.json", LARGEST_JSON)))
    const { artefacts } = yield* mendedManifest(files, path)
    const store = makeStore(basename(path), path, files, { known: artefacts })
    yield* Effect.forEach(artefacts, store.bytes)
    const { digest, events } = summary.receipts
    if (digest !== digestOf(yield* store.artefacts)) return Option.none<Finished>()
    const logged = yield* store.logged
    const good = events === undefined || logged.sha256 === events.sha256
    const changed = `events.jsonl is not what the run left: it has ${logged.rows} rows, of ${events?.rows}; --force runs it anew`
    return Option.some<Finished>({ summary, notes: good ? [] : [changed] })
  },
  Effect.orElseSucceed(Option.none<Finished>)
)

const rest = [Schema.Record(Schema.String, Schema.Unknown)] as const
const Receipts = Schema.StructWithRest(
  Schema.Struct({ digest: Schema.String, events: Schema.optionalKey(Logged) }),
  rest
)
const Summary = Schema.StructWithRest(Schema.Struct({ headline: Schema.String, receipts: Receipts }), rest)
const decodeSummary = Schema.decodeUnknownEffect(jsonText(Summary))

/** A name below `root` that no run has yet: `quick-0`, then `quick-0-2`, `quick-0-3`, … */
export const freeName = (root: string, stem: string): string => {
  let path = join(root, stem)
  for (let i = 2; existsSync(path); i++) path = join(root, `${stem}-${i}`)
  return path
}

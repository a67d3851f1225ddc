/** Taking a directory for a run: to begin one, to replace one, to go on with one. */
import { access, constants } from "node:fs/promises"
import { basename } from "node:path"
import { Clock, Effect } from "effect"
import { partsOf } from "../../../core/failure/mod.ts"
import { type RunStoreError, runStoreError, storeFailure } from "../../../core/service/run_store.ts"
import { stableJson } from "../../io/content.ts"
import { type Disk, makeFolder, unfinished } from "../../io/disk.ts"
import { version } from "../machine.ts"
import { diskFiles, type Files, refused } from "./files.ts"
import { keptFolder } from "./kept.ts"
import { isLeftByRuns, removeLeftovers } from "./leftovers.ts"
import { lockDirectory, lockFile } from "./lock.ts"
import { mendedManifest, removeSuperseded, writeManifest } from "./manifest.ts"
import { resumable } from "./resumable.ts"
import {
  formatVersion,
  notARun,
  notBegun,
  type RunFile,
  type RunInfo,
  readRunFile,
  runFile,
  writeRunFile
} from "./run_file.ts"
import { makeStore } from "./store.ts"

/** `new` wants an unused name, `force` replaces an earlier run, `resume` continues one. */
export type Mode = "new" | "force" | "resume"

/**
 * The store of the directory at an absolute path, locked for the scope.
 *
 * A run begins with its `run.json`, which is replaced in one step. Where it replaces an earlier run it says so first, for
 * as long as files of that are left; whoever finds it so has nothing but those to remove. So whatever stops the process,
 * and wherever: the directory has the earlier run, or the new one, or is as good as empty.
 */
export const openDirectory = Effect.fn("store.open")(function* (path: string, mode: Mode, info: RunInfo, on: Disk) {
  const files = diskFiles(path, on)
  // Before anything is made: what is refused leaves no trace.
  yield* admitted(files, path, mode, info)
  const making = { try: () => makeFolder(path, on), catch: (e: unknown) => refused("write", path, e) }
  yield* Effect.uninterruptible(Effect.tryPromise(making))
  yield* Effect.tryPromise({ try: () => access(path, constants.W_OK), catch: (e) => refused("write", path, e) })
  yield* lockDirectory(path)
  // And again: another process may have had it meanwhile.
  const { used, run } = yield* admitted(files, path, mode, info)
  const startedAt = run?.startedAt ?? new Date(yield* Clock.currentTimeMillis).toISOString()
  if (run === undefined) {
    yield* begin(files, { format: formatVersion, policygradex: version, startedAt, ...info }, used)
  } else if (run.replaces === true) {
    const { replaces: _, ...begun } = run
    yield* begin(files, begun, true)
  }
  yield* removeUnfinished(files)
  const { artefacts, again, notes } = yield* mendedManifest(files, path)
  if (again) yield* writeManifest(files, artefacts)
  else yield* removeSuperseded(files, artefacts)
  const beginning = { known: artefacts, machine: stableJson(info.machine), startedAt: Date.parse(startedAt), notes }
  return makeStore(basename(path), path, files, beginning)
})

/** Whether there is a run, and which one goes on. Errors: why this mode cannot have the directory. */
const admitted = Effect.fnUntraced(function* (files: Files, path: string, mode: Mode, info: RunInfo) {
  const entries = (yield* Effect.mapError(files.list(""), unusable)).filter(({ name }) => !notBegun.test(name))
  if (entries.length === 0) return { used: false }
  if (mode === "new") {
    const fix = "choose another --out, or give --force to replace it or --resume to continue it"
    return yield* Effect.fail(
      runStoreError({ reason: "exists", path, want: "an unused folder", got: "one with files", fix })
    )
  }
  if (mode === "resume") {
    const run = yield* readRunFile(files, path)
    yield* resumable(path, run, info)
    return { used: true, run }
  }
  const isRun = entries.some(({ name }) => name === runFile) || (yield* isLeftByRuns(files))
  return isRun ? { used: true } : yield* Effect.flatMap(notARun(path), Effect.fail)
})

/** A folder that cannot even be read is no place for a run. */
const unusable = (e: RunStoreError): RunStoreError =>
  e.reason === "not-readable"
    ? storeFailure({
        ...partsOf(e),
        want: "a folder that can be used",
        fix: "choose another --out",
        reason: "not-writable"
      })
    : e

const begin = Effect.fnUntraced(function* (files: Files, run: RunFile, used: boolean) {
  if (used) yield* writeRunFile(files, { ...run, replaces: true })
  yield* removeLeftovers(files)
  yield* writeRunFile(files, run)
})

/** Files whose writing was cut short, and what earlier versions' locks left: who holds the lock knows that nobody writes them any more. */
const removeUnfinished = Effect.fnUntraced(function* (files: Files) {
  for (const folder of yield* foldersOf(files))
    for (const { name } of yield* files.list(folder))
      if (unfinished.test(name) || name === `${lockFile}-journal`)
        yield* files.remove(folder === "" ? name : `${folder}/${name}`)
})

/** The folders that a run writes to: its own, the stages', and those of what it keeps. */
const foldersOf = Effect.fnUntraced(function* (files: Files) {
  const below = (yield* files.list("")).filter((e) => e.folder).map((e) => e.name)
  const kept = (yield* files.list(keptFolder)).filter((e) => e.folder).map((e) => `${keptFolder}/${e.name}`)
  return ["", ...below, ...kept]
})

/** What runs leave in a directory, by its names: that, and nothing else, may be removed for a new one. */
import { Effect } from "effect"
import type { RunStoreError } from "../../../core/service/run_store.ts"
import { unfinished } from "../../io/disk.ts"
import { isOwnLog, LOGS, TENSORBOARD } from "../../loggers/internal.ts"
import type { Files } from "./files.ts"
import { isKeptPath, keptFolder } from "./kept.ts"
import { lockFile } from "./lock.ts"
import { isContentNamed } from "./manifest.ts"
import { runFile } from "./run_file.ts"

/** At its top level. */
const ownNames =
  /^(run\.json|run\.lock|run\.lock-journal|events\.jsonl|progress\.jsonl|summary\.json|report\.html|artefacts\.json)$/

/** No other program's: without one of them, names that a run gives may as well be somebody else's. */
const evidence = /^(run\.json|run\.lock|artefacts\.json)$/

/** Whether a run left the file at this path below the directory; or did not come to the end of writing it. */
const isOwn = (path: string): boolean => {
  const whole = path.replace(unfinished, "")
  if (!whole.includes("/")) return ownNames.test(whole)
  if (isKeptPath(whole) || isOwnLog(whole)) return true
  const [, name = "", ...deeper] = whole.split("/")
  return deeper.length === 0 && isContentNamed(name)
}

/** Whether runs write into a folder: into a stage's, at the top level, and into few below. */
const isOfRuns = (path: string): boolean =>
  !path.includes("/") || path.startsWith(`${keptFolder}/`) || path === `${LOGS}/${TENSORBOARD}`

const below = (folder: string, name: string): string => (folder === "" ? name : `${folder}/${name}`)

/** Whether a run was there, and runs left all of it. */
export const isLeftByRuns = Effect.fnUntraced(function* (files: Files) {
  const isRun = (yield* files.list("")).some(({ name, folder }) => !folder && evidence.test(name))
  return isRun && (yield* isOnlyOwn(files, ""))
})

const isOnlyOwn = Effect.fnUntraced(function* (files: Files, at: string): Effect.fn.Return<boolean, RunStoreError> {
  for (const { name, folder } of yield* files.list(at)) {
    const path = below(at, name)
    if (folder ? !(isOfRuns(path) && (yield* isOnlyOwn(files, path))) : !isOwn(path)) return false
  }
  return true
})

/** Removes all that a run left, but `run.json` and the lock; whatever else is there stays. */
export const removeLeftovers = Effect.fnUntraced(function* (
  files: Files,
  at = ""
): Effect.fn.Return<void, RunStoreError> {
  for (const { name, folder } of yield* files.list(at)) {
    const path = below(at, name)
    if (path === runFile || path === lockFile) continue
    if (!folder) {
      if (isOwn(path)) yield* files.remove(path)
    } else if (isOfRuns(path)) {
      yield* removeLeftovers(files, path)
      if ((yield* files.list(path)).length === 0) yield* files.remove(path)
    }
  }
})

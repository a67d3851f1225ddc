/** Removing runs and experiments for good. */
import { existsSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import { Effect } from "effect"
import { runStoreError } from "../../core/service/run_store.ts"
import { diskFiles, lockDirectory } from "../runs/store/internal.ts"
import { names } from "./folder.ts"

/** What a folder is, of what can be removed. */
export type Removable = "run" | "experiment"

/**
 * What there is to remove at a path.
 *
 * - Errors: `RunStoreError` not-a-run for a folder that is neither.
 */
export const removableAt = Effect.fn("sweeps.removableAt")(function* (path: string) {
  const own = (name: string): boolean => existsSync(join(path, name))
  if (own("run.json")) return "run" satisfies Removable
  if (own(names.experiment)) return "experiment" satisfies Removable
  const got = existsSync(path) ? "a folder of something else" : "nothing there"
  return yield* Effect.fail(
    runStoreError({ reason: "not-a-run", path, want: "the folder of a run or an experiment", got })
  )
})

/**
 * Removes the folder with all that is in it; links are removed, not followed.
 *
 * - Errors: `RunStoreError` not-a-run; locked where a process is at work on it; not-writable.
 */
export const removeRuns = Effect.fn("sweeps.remove")(function* (path: string) {
  const at = resolve(path)
  const kind = yield* removableAt(at)
  yield* lockDirectory(at, kind === "run" ? "run.lock" : names.lock)
  yield* diskFiles(dirname(at)).remove(basename(at))
  return kind
}, Effect.scoped)

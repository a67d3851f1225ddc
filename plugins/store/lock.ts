/** One writer a run directory: held until the scope closes or the process dies, kill -9 included. */
import { unlinkSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { RunStoreError } from "../../core/pipeline/run_store.ts"

/**
 * Holds the directory's lock for the scope.
 *
 * The lock is SQLite's on an empty database: the operating system frees it with the process, so none is ever stale.
 * - Errors: `RunStoreError` with reason `locked`.
 */
export const lockDirectory = Effect.fn("store.lock")(function* (directory: string) {
  const file = join(directory, "run.lock")
  const { DatabaseSync } = yield* Effect.promise(() => import("node:sqlite"))
  return yield* Effect.acquireRelease(
    Effect.try({
      try: () => {
        const db = new DatabaseSync(file)
        try {
          db.exec("PRAGMA busy_timeout = 0")
          db.exec("BEGIN EXCLUSIVE")
          return db
        } catch (cause) {
          db.close()
          throw cause
        }
      },
      catch: () =>
        new RunStoreError({
          reason: "locked",
          path: directory,
          want: "a run that no process writes",
          got: "one that another process is writing",
          fix: "wait for it, or choose another folder with --out"
        })
    }),
    (db) =>
      Effect.sync(() => {
        unlinkSync(file)
        db.close()
      })
  )
})

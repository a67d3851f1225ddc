/** One writer a run directory: held until the scope closes or the process dies, kill -9 included. */
import { join } from "node:path"
import { Effect } from "effect"
import { type RunStoreError, runStoreError } from "../../../core/service/run_store.ts"
import { leavesBy } from "../../io/confined.ts"
import { outside, refused } from "./files.ts"

/** The empty file that is locked. */
export const lockFile = "run.lock"

/**
 * Holds the directory's lock for the scope.
 *
 * The lock is SQLite's on an empty database: the operating system frees it with the process, so none is ever stale. The
 * file stays for good: were it removed with the lock, one process could get the lock of a file that has no name any more
 * while another makes and locks a new one.
 * - Errors: `RunStoreError` with reason `locked`, `damaged` where the file is a link out of the directory, or
 *   `not-writable` where no lock can be had at all.
 */
export const lockDirectory = Effect.fn("store.lock")(function* (directory: string, name = lockFile) {
  const file = join(directory, name)
  const to = yield* Effect.promise(() => leavesBy(directory, name))
  if (to !== undefined) return yield* outside(directory, name, to)
  const { DatabaseSync } = yield* Effect.promise(() => import("node:sqlite"))
  return yield* Effect.acquireRelease(
    Effect.try({
      try: () => {
        const db = new DatabaseSync(file)
        try {
          // Nothing is ever written to it, and nothing lies beside it.
          db.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE")
          return db
        } catch (cause) {
          db.close()
          throw cause
        }
      },
      catch: (cause) => (isHeld(cause) ? held(directory) : refused("write", file, cause))
    }),
    (db) => Effect.sync(() => db.close())
  )
})

/** By its text: SQLITE_BUSY has a number under Bun only. */
const isHeld = (cause: unknown): boolean => cause instanceof Error && /database is locked/.test(cause.message)

const held = (path: string): RunStoreError =>
  runStoreError({
    reason: "locked",
    path,
    want: "a run that no process writes",
    got: "one that another process is writing",
    fix: "wait for it, or choose another folder with --out"
  })

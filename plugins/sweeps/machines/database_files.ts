/** Named bytes in the database's own table. */
import { Effect } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import { reasonOf } from "../../../core/service/file_error.ts"
import { type RunStoreError, runStoreError } from "../../../core/service/run_store.ts"
import type { KeptFiles } from "../../runs/store/internal.ts"
import { patiently } from "./database.ts"

/** Bytes of a value, at most: what goes through a message of the database, with room to spare. */
const LARGEST = 2 ** 26

/** Files in `pgex_content`. Errors name the path; one that is too large says where it has room. */
export const databaseFiles = (sql: SqlClient.SqlClient): KeptFiles => ({
  write: (path, bytes) => {
    if (bytes.length > LARGEST) {
      const want = `at most ${LARGEST / 2 ** 20} MiB in the database`
      const got = `${(bytes.length / 2 ** 20).toFixed(0)} MiB`
      const fix = "give workers and sweep a --store"
      return Effect.fail(runStoreError({ reason: "not-writable", path, want, got, fix }))
    }
    return told(
      "not-writable",
      path,
      sql`INSERT INTO pgex_content (path, bytes) VALUES (${path}, ${bytes})
        ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes`
    )
  },
  read: (path) =>
    Effect.flatMap(told("not-readable", path, sql`SELECT bytes FROM pgex_content WHERE path = ${path}`), ([row]) => {
      const bytes = row?.bytes
      return bytes instanceof Uint8Array
        ? Effect.succeed(bytes)
        : Effect.fail(runStoreError({ reason: "missing", path, want: "a value in the database", got: "none" }))
    }),
  remove: (path) =>
    told("not-writable", path, sql`DELETE FROM pgex_content WHERE path = ${path} OR starts_with(path, ${`${path}/`})`)
})

const told = <A>(
  reason: "not-writable" | "not-readable",
  path: string,
  query: Effect.Effect<A, SqlError.SqlError>
): Effect.Effect<A, RunStoreError> =>
  Effect.mapError(patiently(query), (e) =>
    runStoreError({ reason, path, want: "a database that answers", got: reasonOf(e.reason), fix: "go on when it does" })
  )

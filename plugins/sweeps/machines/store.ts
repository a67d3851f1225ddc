/** Where machines share what items need and what came of them: the database itself, a folder that all see, or a bucket. */
import { randomUUID } from "node:crypto"
import { resolve } from "node:path"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { type ArgumentError, argumentError } from "../../../core/failure/mod.ts"
import { reasonOf } from "../../../core/service/file_error.ts"
import type { RunStoreError } from "../../../core/service/run_store.ts"
import { makeFolder } from "../../io/disk.ts"
import { diskFiles, type KeptFiles } from "../../runs/store/internal.ts"
import { databaseFiles } from "./database_files.ts"
import { s3Files } from "./s3_files.ts"

/** A store that is open. */
export interface Store {
  /** Of the store, wherever it is seen from: members must have the same. */
  readonly id: string
  /** As a person named it, without secrets. */
  readonly shown: string
  readonly files: KeptFiles
}

/** The file that tells a store from others. */
const MARK = "store.json"

/**
 * Opens `--store`; without one it is the database.
 *
 * - Errors: `ArgumentError` for a text that names none, or for a folder that cannot be made; `RunStoreError` of the store.
 */
export const openStore = Effect.fn("machines.openStore")(function* (given: string | undefined) {
  if (given === undefined) {
    const files = databaseFiles(yield* SqlClient.SqlClient)
    return { id: "database", shown: "the database", files } satisfies Store
  }
  const files = given.startsWith("s3:") ? yield* s3Files(given, process.env) : yield* folderStore(given)
  return { id: yield* idOf(files), shown: given, files } satisfies Store
})

const folderStore = (given: string): Effect.Effect<KeptFiles, ArgumentError> => {
  const want = "a folder that all machines see, or s3://BUCKET/PREFIX"
  if (given === "" || /^[a-z][a-z0-9+.-]+:\/\//i.test(given))
    return Effect.fail(argumentError({ doing: "use --store", want, got: given === "" ? "an empty text" : given }))
  const path = resolve(given)
  return Effect.as(
    Effect.tryPromise({
      try: () => makeFolder(path),
      catch: (cause) => argumentError({ doing: `use --store ${given}`, want, got: reasonOf(cause) })
    }),
    diskFiles(path)
  )
}

/** Its mark; of several that begin it at the same time one is left. */
const idOf = Effect.fnUntraced(function* (files: KeptFiles) {
  const read = Effect.map(files.read(MARK, 1024), (bytes) => new TextDecoder().decode(bytes))
  const there: string | undefined = yield* orMissing(read)
  if (there !== undefined) return there
  yield* files.write(MARK, new TextEncoder().encode(JSON.stringify({ policygradex: "store", id: randomUUID() })))
  return yield* read
})

const orMissing = <A>(read: Effect.Effect<A, RunStoreError>): Effect.Effect<A | undefined, RunStoreError> =>
  Effect.catch(read, (e) => (e.reason === "missing" ? Effect.succeed(undefined) : Effect.fail(e)))

/** Effect's SQL client over `node:sqlite`, which Bun and Deno have alike. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite"
import { Context, Effect, Layer, Semaphore, Stream } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient, type SqlConnection, SqlError, Statement } from "effect/sql"

/** Prepared statements that are kept: the engine has a few dozen texts. */
const PREPARED = 500

/** Milliseconds that a statement waits for another connection. */
const BUSY = 5000

/**
 * The client of a database file, closed with the scope.
 *
 * Its log is written ahead and flushed at checkpoints: what a power cut takes away of the last moments is done again. Fails,
 * as SQL does, where the file cannot be opened or is no database. `lost` is told where it cannot be written any more: an engine
 * would try again for ever.
 */
export const sqliteLayer = (file: string, lost: Lost): Layer.Layer<SqlClient.SqlClient, SqlError.SqlError> =>
  Layer.effect(SqlClient.SqlClient)(client(file, lost)).pipe(Layer.provide(Reactivity.layer))

/** Is told the cause. */
export type Lost = (cause: unknown) => void

/** By its text: Bun and Deno number errors in different ways. */
const isLost = (cause: unknown): boolean =>
  cause instanceof Error &&
  /disk is full|readonly database|disk I\/O error|unable to open|malformed/.test(cause.message)

const client = Effect.fnUntraced(function* (file: string, lost: Lost) {
  const db = yield* Effect.acquireRelease(
    Effect.try({
      try: () => {
        const opened = new DatabaseSync(file)
        try {
          opened.exec(`PRAGMA busy_timeout = ${BUSY}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL`)
          return opened
        } catch (cause) {
          opened.close()
          throw cause
        }
      },
      catch: (cause) => failed(cause, "connect")
    }),
    (opened) => Effect.sync(() => opened.close())
  )
  const connection = connectionOf(db, lost)
  const acquirers = SqlClient.makeSqliteAcquirers({
    connection: Effect.succeed(connection),
    semaphore: yield* Semaphore.make(1),
    isTransaction: () => db.isTransaction
  })
  return yield* SqlClient.make({
    ...acquirers,
    compiler: Statement.makeCompilerSqlite(),
    driver: "node-sqlite",
    beginTransaction: "BEGIN IMMEDIATE",
    spanAttributes: [["db.system.name", "sqlite"]]
  })
})

const connectionOf = (db: DatabaseSync, lost: Lost): SqlConnection.Connection => {
  const prepared = new Map<string, StatementSync>()
  const prepare = (sql: string, keep: boolean): StatementSync => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const statement = db.prepare(sql)
    if (keep && prepared.size < PREPARED) prepared.set(sql, statement)
    return statement
  }
  const rows = (sql: string, params: readonly unknown[], keep: boolean) =>
    Effect.withFiber<readonly Readonly<Record<string, unknown>>[], SqlError.SqlError>((fiber) =>
      Effect.try({
        try: () => {
          const statement = prepare(sql, keep)
          // Identifiers are of 64 bits.
          statement.setReadBigInts(Context.get(fiber.context, SqlClient.SafeIntegers))
          return statement.all(...params.map(bound))
        },
        catch: (cause) => {
          if (isLost(cause)) lost(cause)
          return failed(cause, "execute")
        }
      })
    )
  const values = (sql: string, params: readonly unknown[], keep: boolean) =>
    Effect.map(rows(sql, params, keep), (all) => all.map((row) => Object.values(row)))
  const execute =
    (keep: boolean): SqlConnection.Connection["execute"] =>
    (sql, params, transform) =>
      transform === undefined ? rows(sql, params, keep) : Effect.map(rows(sql, params, keep), transform)
  return {
    execute: execute(true),
    executeUnprepared: execute(false),
    executeRaw: (sql, params) => rows(sql, params, true),
    executeValues: (sql, params) => values(sql, params, true),
    executeValuesUnprepared: (sql, params) => values(sql, params, false),
    executeStream: (sql, params, transform) => Stream.fromIterableEffect(execute(true)(sql, params, transform))
  }
}

const failed = (cause: unknown, operation: string): SqlError.SqlError =>
  new SqlError.SqlError({
    reason: SqlError.classifySqliteError(cause, { message: `SQLite failed to ${operation}`, operation })
  })

/** What SQLite has a type for; a date as its text. */
const bound = (value: unknown): SQLInputValue => {
  if (typeof value === "boolean") return value ? 1 : 0
  if (value instanceof Date) return value.toISOString()
  if (value === undefined || value === null) return null
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value
  if (value instanceof Uint8Array) return value
  return String(value)
}

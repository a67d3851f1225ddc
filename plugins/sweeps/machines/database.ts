/** The Postgres database that machines meet in: its address, its client, and its failures in words. */
import type { PgClient } from "@effect/sql-pg"
import { Cause, Effect, Layer, Predicate, Redacted, Schedule } from "effect"
import type { SqlClient } from "effect/sql"
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, argumentError, isFailure } from "../../../core/failure/mod.ts"
import { reasonOf } from "../../../core/service/file_error.ts"
import { withoutPasswords } from "../../../core/text/secret.ts"
import { packageFolder } from "../../io/installed.ts"

/** The environment variable that may name it: what stands on a command line everybody on the machine can read. */
export const DATABASE_VARIABLE = "PGEX_DATABASE"

/** An address that has been looked at, and how it is shown. */
export interface DatabaseAddress {
  readonly url: Redacted.Redacted
  /** Without its password. */
  readonly shown: string
}

/** Looks at an address. Errors: `ArgumentError`, in which no password stands. */
export const databaseAddress = (given: string): E.Either<ArgumentError, DatabaseAddress> => {
  const shown = withoutPasswords(given)
  const parsed = URL.parse(given)
  const fix = `give --database, or set ${DATABASE_VARIABLE}`
  if (parsed !== null && /^postgres(ql)?:$/.test(parsed.protocol) && parsed.hostname !== "")
    return E.right({ url: Redacted.make(given), shown })
  const want = "the address of a Postgres database, postgres://USER:PASSWORD@HOST:PORT/NAME"
  // What is no address may be a password that was pasted to the wrong place.
  const got = parsed === null ? "a text that is none" : `one of ${parsed.protocol}`
  return E.left(argumentError({ doing: "use --database", want, got, fix }))
}

/** Connections of one process: one holds its locks, others carry what is asked at the same time. */
const CONNECTIONS = 6

/** Bytes of a message from the database, at most. */
const LARGEST_MESSAGE = 2 ** 28

/**
 * A client of the database. Errors: `ArgumentError` where its package is missing, and where the database does not answer.
 */
export const databaseLayer = (
  address: DatabaseAddress
): Layer.Layer<PgClient.PgClient | SqlClient.SqlClient, ArgumentError> =>
  Layer.unwrap(
    Effect.gen(function* () {
      if (packageFolder("@effect/sql-pg", import.meta.dirname) === undefined) {
        const fix = "npm install @effect/sql-pg"
        const said = { doing: "use --database", want: "the package @effect/sql-pg", got: "none", fix }
        return yield* Effect.fail(argumentError(said))
      }
      const { PgClient: Client } = yield* Effect.promise(() => import("@effect/sql-pg"))
      return Client.layer({
        url: address.url,
        applicationName: "policygradex",
        maxConnections: CONNECTIONS,
        maxMessageSize: LARGEST_MESSAGE,
        connectTimeout: "10 seconds"
      })
    })
  ).pipe(Layer.catchCause((cause) => Layer.effectContext(Effect.fail(noDatabase(address, Cause.squash(cause))))))

/** The failure that a database does not answer; one that is said already stays what it is. */
export const noDatabase = ({ shown }: DatabaseAddress, cause: unknown): ArgumentError =>
  isFailure(cause, "ArgumentError")
    ? cause
    : argumentError({
        doing: `use the database ${shown}`,
        want: "a Postgres that answers",
        got: withoutPasswords(reasonOf(innermost(cause))),
        fix: "see that it runs, and that this address, user and password are its own"
      })

/** What lies behind an error that others wrap: SQL's say only that they failed. */
const innermost = (cause: unknown): unknown => {
  if (!Predicate.isObject(cause)) return cause
  const inner = cause.cause ?? cause.reason
  return inner === undefined || inner === null ? cause : innermost(inner)
}

/** What a database says of a question, and not of itself. */
const answers = new Set([
  "AuthenticationError",
  "AuthorizationError",
  "SqlSyntaxError",
  "UniqueViolation",
  "ConstraintError"
])

const outages = new Set(["PersistenceError", "PersistedQueueError", "SqlError", "TimeoutError"])

/** Whether a failure or defect says that the database did not answer, and not that work failed. */
const isOutage = (x: unknown): boolean =>
  Predicate.isObject(x) &&
  typeof x._tag === "string" &&
  outages.has(x._tag) &&
  !(Predicate.isObject(x.reason) && typeof x.reason._tag === "string" && answers.has(x.reason._tag))

/** Seconds for which a database may not answer; one that is restarted is away for less. */
export const PATIENCE = 600

/** Does it again while the database does not answer: for what may be done twice. */
export const patiently = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  effect.pipe(
    Effect.sandbox,
    Effect.retry({
      while: ({ reasons }) =>
        reasons.some((r) => isOutage(Cause.isFailReason(r) ? r.error : Cause.isDieReason(r) ? r.defect : r)),
      schedule: Schedule.spaced("500 millis").pipe(Schedule.upTo({ duration: `${PATIENCE} seconds` }))
    }),
    Effect.catch((cause) => Effect.failCause(cause))
  )

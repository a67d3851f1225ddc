/** Who is at work through a database: joining, being refused, staying known, and being missed. */
import { hostname } from "node:os"
import { Deferred, Effect, Exit, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { type ArgumentError, argumentError } from "../../../core/failure/mod.ts"
import { jsonText } from "../../../core/service/decoding.ts"
import { monotonicSeconds } from "../../../core/service/monotonic.ts"
import { type RunStoreError, runStoreError } from "../../../core/service/run_store.ts"
import { type DatabaseAddress, PATIENCE } from "./database.ts"

/** A process that takes part. */
export interface Member {
  /** Of this process alone. */
  readonly id: string
  readonly role: "worker" | "sweep"
  /** Versions of what computes: of this package, and by digest of the plugins. */
  readonly code: Readonly<Record<string, string>>
  readonly store: { readonly id: string; readonly shown: string }
  readonly threads: number
}

/** Who is there beside a member. */
export interface Present {
  readonly workers: number
  readonly threads: number
}

/** Seconds between two signs of life, and after which who gives none is taken for lost. */
const BEAT = 2
const SILENCE = 15

/** Seconds after which who gives no sign is forgotten. */
const FORGOTTEN = 60

/** What an outage is told to, and what is told where it lasts. */
export interface Watch {
  readonly say: (sentence: string) => Effect.Effect<void>
  readonly changed: (present: Present) => Effect.Effect<void>
  readonly lost: Deferred.Deferred<never, RunStoreError>
}

const Row = Schema.Struct({
  id: Schema.String,
  role: Schema.String,
  code: jsonText(Schema.Record(Schema.String, Schema.String)),
  store: Schema.String,
  store_name: Schema.String,
  machine: Schema.String,
  process: Schema.Int
})
type Row = typeof Row.Type

/** Anybody's number, as long as all members have the same one. */
const LOCK = 7_268_401

/**
 * Joins, and stays known until the scope closes.
 *
 * - Errors: `ArgumentError` naming both sides where another member has another version, other plugins or another store.
 */
export const join = Effect.fn("machines.join")(function* (address: DatabaseAddress, member: Member, watch: Watch) {
  const sql = yield* SqlClient.SqlClient
  yield* sql.withTransaction(
    Effect.gen(function* () {
      yield* sql`SELECT pg_advisory_xact_lock(${LOCK})`
      yield* makeTables(sql)
      yield* sql`DELETE FROM pgex_members WHERE seen < now() - make_interval(secs => ${FORGOTTEN})`
      const rows = yield* sql`SELECT * FROM pgex_members WHERE seen > now() - make_interval(secs => ${SILENCE})`
      const others = yield* Effect.orDie(Schema.decodeUnknownEffect(Schema.Array(Row))(rows))
      for (const other of others) {
        const refusal = refusalOf(address, member, other)
        if (refusal !== undefined) return yield* Effect.fail(refusal)
      }
      yield* enter(sql, member)
    })
  )
  yield* Effect.addFinalizer(() =>
    sql`DELETE FROM pgex_members WHERE id = ${member.id}`.pipe(Effect.timeout("200 millis"), Effect.ignore)
  )
  yield* Effect.forkScoped(beats(sql, address, member, watch))
})

const makeTables = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  // Asked before it is made: a user that may only read and write can join too.
  const there = yield* sql`SELECT to_regclass('pgex_finished') IS NOT NULL AS made`
  if (there[0]?.made === true) return
  yield* sql`CREATE TABLE IF NOT EXISTS pgex_members (
    id text PRIMARY KEY, role text NOT NULL, code text NOT NULL, store text NOT NULL, store_name text NOT NULL,
    threads integer NOT NULL, machine text NOT NULL, process integer NOT NULL,
    since timestamptz NOT NULL DEFAULT now(), seen timestamptz NOT NULL DEFAULT now())`
  yield* sql`CREATE TABLE IF NOT EXISTS pgex_content (path text PRIMARY KEY, bytes bytea NOT NULL)`
  yield* sql`CREATE TABLE IF NOT EXISTS pgex_finished (
    activity text NOT NULL, job text NOT NULL, seconds double precision NOT NULL, member text NOT NULL,
    machine text NOT NULL, process integer NOT NULL, finished timestamptz NOT NULL DEFAULT now())`
})

const enter = (sql: SqlClient.SqlClient, { id, role, code, store, threads }: Member) =>
  sql`INSERT INTO pgex_members (id, role, code, store, store_name, threads, machine, process)
    VALUES (${id}, ${role}, ${JSON.stringify(code)}, ${store.id}, ${store.shown}, ${threads}, ${hostname()}, ${process.pid})
    ON CONFLICT (id) DO UPDATE SET seen = now()`

/** Gives signs of life, and looks who is there. */
const beats = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  address: DatabaseAddress,
  member: Member,
  { say, changed, lost }: Watch
) {
  let answered = yield* monotonicSeconds
  let away = false
  while (true) {
    const present = yield* Effect.exit(Effect.timeout(Effect.andThen(enter(sql, member), presentIn(sql)), "10 seconds"))
    const now = yield* monotonicSeconds
    if (Exit.isSuccess(present)) {
      if (away) yield* say(`the database ${address.shown} answers again`)
      away = false
      answered = now
      yield* changed(present.value)
    } else if (now - answered > PATIENCE) {
      const got = `none for ${PATIENCE / 60} minutes`
      const fix = "see that it runs, then go on with the same command"
      const path = `the database ${address.shown}`
      return yield* Deferred.fail(lost, runStoreError({ reason: "not-readable", path, want: "an answer", got, fix }))
    } else if (!away && now - answered > BEAT) {
      away = true
      yield* say(`the database ${address.shown} does not answer; going on when it does`)
    }
    yield* Effect.sleep(`${BEAT} seconds`)
  }
})

/** The workers that are there. */
const presentIn = (sql: SqlClient.SqlClient): Effect.Effect<Present, SqlError.SqlError> =>
  Effect.map(
    sql`SELECT count(*)::int AS workers, coalesce(sum(threads), 0)::int AS threads FROM pgex_members
      WHERE role = 'worker' AND seen > now() - make_interval(secs => ${SILENCE})`,
    ([row]) => ({ workers: Number(row?.workers ?? 0), threads: Number(row?.threads ?? 0) })
  )

/** Whether a member gave a sign of life lately; of a database that does not answer nothing is known. */
export const isPresent = (sql: SqlClient.SqlClient, id: string): Effect.Effect<boolean> =>
  sql`SELECT 1 FROM pgex_members WHERE id = ${id} AND seen > now() - make_interval(secs => ${SILENCE})`.pipe(
    Effect.map((rows) => rows.length > 0),
    Effect.orElseSucceed(() => true)
  )

/** Why two members cannot work together. */
const refusalOf = (address: DatabaseAddress, own: Member, other: Row): ArgumentError | undefined => {
  const who = `the ${other.role} of process ${other.process} on ${other.machine}`
  const said = { doing: `join ${who} at ${address.shown}` }
  const [mine, theirs] = [own.code.policygradex, other.code.policygradex]
  if (mine !== theirs) {
    const fix = "use one version on all machines, or another database"
    return argumentError({ ...said, want: `policygradex ${theirs}, as it has`, got: `policygradex ${mine}`, fix })
  }
  if (own.store.id !== other.store) {
    const want = `the store that it has, ${other.store_name}`
    return argumentError({ ...said, want, got: own.store.shown, fix: "give the same --store everywhere" })
  }
  if (own.role === other.role) return undefined
  const [sweep, worker] = own.role === "sweep" ? [own.code, other.code] : [other.code, own.code]
  for (const [name, digest] of Object.entries(sweep)) {
    if (worker[name] === digest) continue
    const has = worker[name] === undefined ? "none" : `one with ${worker[name].slice(0, 12)}`
    const want = `a worker with the ${name} of the experiment, SHA-256 ${digest.slice(0, 12)}`
    return argumentError({ ...said, want, got: has, fix: "start workers with --plugin FILE" })
  }
  return undefined
}

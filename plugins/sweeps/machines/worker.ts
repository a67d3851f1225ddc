/** A worker's side: it takes items that sweeps ask for, wherever they run, and computes them on its threads. */
import { hostname } from "node:os"
import { Deferred, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { argumentError } from "../../../core/failure/mod.ts"
import { Progress } from "../../../core/service/progress.ts"
import type { RunStoreError } from "../../../core/service/run_store.ts"
import { counted, show } from "../../../core/text/numbers.ts"
import { type Loaded, versionsOf } from "../../loading/mod.ts"
import { version } from "../../runs/machine.ts"
import { keptIn } from "../../runs/store/internal.ts"
import { threadPool } from "../../workers/internal.ts"
import { computeOn } from "../compute.ts"
import { contentIn } from "../content.ts"
import { type Compute, doItem, type ItemPayload } from "../item.ts"
import type { FinishedActivity, Journal } from "../journal.ts"
import { databaseLayer, noDatabase, patiently } from "./database.ts"
import { clusterEngine } from "./engine.ts"
import { join } from "./members.ts"
import { queuedItemsLayer, takeItems } from "./queued_items.ts"
import { rememberingFiles } from "./remembering_files.ts"
import { openStore } from "./store.ts"
import { type Meeting, memberId } from "./sweeping.ts"

/** Bytes of content that a worker remembers. */
const ROOM = 2 ** 28

/** A worker as a person starts it. */
export interface WorkerOfMachine extends Meeting {
  /** Items at the same time, each on a thread. */
  readonly threads: number
  /** Its plugins: all that items may use. What a sweep names is never loaded for it. */
  readonly loaded: Loaded
}

/**
 * Works until it is interrupted, or the database is gone for good.
 *
 * - Errors: `ArgumentError` where the database or the store cannot be used, or others there are of another version, store or
 *   plugins; `RunStoreError` where the database does not answer any more.
 */
export const work = Effect.fn("machines.work")(function* ({ address, store: named, threads, loaded }: WorkerOfMachine) {
  const { say } = yield* Progress
  const code = { policygradex: version, ...versionsOf(loaded) }
  const lost = yield* Deferred.make<never, RunStoreError>()
  const working = Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const store = yield* openStore(named)
    const id = memberId()
    yield* join(address, { id, role: "worker", code, store, threads }, { say, lost, changed: () => Effect.void })
    const pool = yield* threadPool(threads, yield* Effect.scope)
    const files = loaded.plugins.map((p) => p.file)
    const compute = guarded(code, files, yield* computeOn(pool, threads, say))
    const journal = journalIn(sql, id, say)
    const content = contentIn(keptIn(rememberingFiles(store.files, ROOM), "any"))
    const doing = doItem({ content, compute, journal })
    const items = Layer.merge(queuedItemsLayer, Layer.effectDiscard(Effect.forkScoped(takeItems(threads, doing))))
    yield* Layer.build(Layer.provide(items, clusterEngine(id)))
    yield* say(`joined ${address.shown} with ${counted(threads, "thread")}; the store is ${store.shown}`)
    return yield* Deferred.await(lost)
  })
  return yield* working.pipe(
    Effect.provide(databaseLayer(address)),
    Effect.catchTag("SqlError", (e) => Effect.fail(noDatabase(address, e)))
  )
}, Effect.scoped)

/** Computes with this worker's own plugins, and only what was asked for with the same. */
const guarded =
  (code: Readonly<Record<string, string>>, plugins: readonly string[], compute: Compute): Compute =>
  (payload, setting, item) => {
    const other = Object.entries(payload.work.code).find(([name, digest]) => code[name] !== digest)
    return other === undefined
      ? compute({ ...payload, plugins }, setting, item)
      : Effect.die(misses(payload, other, code))
  }

const misses = (
  { work: { job } }: ItemPayload,
  [name, digest]: readonly [string, string],
  code: Readonly<Record<string, string>>
) => {
  const got = `${code[name] ?? "none"} on the worker of process ${process.pid} on ${hostname()}`
  const fix = "start workers with --plugin FILE, then go on"
  return argumentError({ doing: `do ${job}`, want: `${name} ${digest}`, got, fix })
}

/** A row in the database for each activity that was finished here, and a line. */
const journalIn = (sql: SqlClient.SqlClient, member: string, say: (line: string) => Effect.Effect<void>): Journal => {
  let finished = 0
  return ({ activity, job, seconds }: FinishedActivity) =>
    patiently(
      sql`INSERT INTO pgex_finished (activity, job, seconds, member, machine, process)
        VALUES (${activity}, ${job}, ${seconds}, ${member}, ${hostname()}, ${process.pid})`
    ).pipe(Effect.orDie, Effect.andThen(Effect.suspend(() => say(`${++finished}. ${job}, ${show(seconds)} s`))))
}

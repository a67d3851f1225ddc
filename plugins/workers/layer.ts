/** Jobs on worker threads. */

import { availableParallelism } from "node:os"
import { URL } from "node:url"
import { Context, Effect, Layer, type Scope, Semaphore } from "effect"
import { workerLost } from "../../algorithms/internal.ts"
import { Session, type SessionService, type Work } from "../../core/service/session.ts"
import { openHere, Workers, type WorkersService } from "../../pipeline/jobs/mod.ts"
import type { Catalog, RunConfig } from "../../pipeline/mod.ts"
import { catalog as standard } from "../loading/catalog/mod.ts"
import { noWork, sumOfWork } from "../sessions/internal.ts"
import type { Kind } from "../sessions/mod.ts"
import { checked } from "./jobs.ts"
import type { Pool } from "./pool.ts"
import type { OpenJob } from "./thread.ts"

export interface WorkerOptions {
  /** Threads, or one a core. */
  readonly workers: RunConfig["workers"]
  /** What computes on every worker, in a session of its own: read when an item begins, the kind may change. */
  readonly sessionKind: () => Kind
  /** Where ids are looked up in this thread; the worker's module says where in the workers. */
  readonly catalog?: Catalog
  /** Files of plugins, which the standard worker loads too. */
  readonly plugins?: readonly string[]
  /** The worker's module: one that ends in `serve(catalog)`. */
  readonly entry?: URL
  /** Threads to share with others, instead of own ones. */
  readonly pool?: Pool
  /** Where the only item of a job is done: in this thread by default, or by a thread, as this one has others to serve. */
  readonly single?: "thread"
  /** Is told in a sentence where not all is as it was wanted: no threads, or one that was lost. */
  readonly note?: (sentence: string) => Effect.Effect<void>
  /** Is told what a thread's session did for an item. */
  readonly did?: (work: Work) => void
}

/**
 * `Workers` on threads. They start at the first job of more than one item; where none can be started, items are done one
 * after another in this thread, as with one worker. An item whose thread is lost is begun again on another one, once.
 *
 * The `Session` it provides is the one it is given, and counts what the threads do too.
 */
export const workersLayer = (options: WorkerOptions): Layer.Layer<Workers | Session, never, Session> => {
  const catalog = options.catalog ?? standard
  const cores = availableParallelism()
  const size = options.workers === "auto" ? cores : options.workers
  if (size > 1 || options.single === "thread") return Layer.effectContext(onThreads(size, catalog, options))
  const said = options.workers === "auto" ? options.note?.(inTurn("a second core", "one")) : undefined
  const session = Layer.effect(Session)(Effect.map(Session, (s) => s))
  return Layer.unwrap(Effect.as(said ?? Effect.void, Layer.merge(Workers.here(catalog), session)))
}

const inTurn = (want: string, got: string): string => `All is done one after another: want ${want}, got ${got}`

const standardEntry = new URL("./worker.ts", import.meta.url)

/** At most `size` threads for whoever shares them, until the scope closes. */
export const threadPool = (size: number, scope: Scope.Scope, entry = standardEntry): Effect.Effect<Pool> =>
  Effect.flatMap(
    Effect.promise(() => import("./pool.ts")),
    ({ makePool }) => makePool(size, entry, scope)
  )

/** By which threads, which may be shared, tell jobs apart. */
let jobs = 0

const onThreads = Effect.fnUntraced(function* (size: number, catalog: Catalog, options: WorkerOptions) {
  const { sessionKind, entry = standardEntry, note = () => Effect.void, did = () => {}, plugins = [] } = options
  const session = yield* Session
  const scope = yield* Effect.scope
  // Loaded at the first use: who needs no threads starts faster.
  const pool = yield* (options.pool === undefined ? threadPool(size, scope, entry) : Effect.succeed(options.pool)).pipe(
    Effect.uninterruptible,
    Effect.cached
  )
  let available = true
  const unavailable = Effect.fnUntraced(function* (got: string) {
    const first = available
    available = false
    if (first) yield* note(inTurn("a worker thread", got))
  })
  let elsewhere: Work = noWork

  const open: WorkersService["open"] = Effect.fnUntraced(function* (job, setting) {
    const opened: OpenJob = { id: jobs++, name: job.name, setting, open: true }
    yield* Effect.addFinalizer(() => Effect.sync(() => (opened.open = false)))
    const here = yield* openHere(job, setting, catalog, session)
    const onThread = (item: unknown) =>
      Effect.gen(function* () {
        const { result, done } = yield* (yield* pool).run(opened, item, { sessionKind: sessionKind(), plugins })
        elsewhere = sumOfWork([elsewhere, done])
        did(done)
        return yield* checked("result", job.result, result)
      })
    const again = (item: unknown) => (first: { readonly got: string }) =>
      note(`A worker thread was lost, its work is begun again: want it to finish, got ${first.got}`).pipe(
        Effect.andThen(onThread(item)),
        Effect.catchTag("ThreadEnded", ({ got }) => Effect.fail(workerLost(got)))
      )
    return Effect.fnUntraced(function* (items, done = () => Effect.void) {
      const telling = yield* Semaphore.make(1)
      const sizeOf = job.size ?? (() => 0)
      const order = [...items.entries()].toSorted(([i, a], [j, b]) => sizeOf(b) - sizeOf(a) || i - j)
      const results = yield* Effect.forEach(
        order,
        ([index, item]) =>
          Effect.suspend(() =>
            available && (items.length > 1 || options.single === "thread") ? onThread(item) : here(item)
          ).pipe(
            Effect.catchTag("ThreadEnded", again(item)),
            Effect.catchTag("NotStarted", ({ got }) => Effect.andThen(unavailable(got), here(item))),
            Effect.mapError((reason) => ({ index, reason })),
            Effect.tap((r) => telling.withPermit(done(index, r))),
            Effect.map((r) => [index, r] as const)
          ),
        { concurrency: size }
      )
      return results.toSorted(([i], [j]) => i - j).map(([, r]) => r)
    })
  })
  return Context.make(Workers, { size, catalog, open }).pipe(
    Context.add(
      Session,
      counting(session, () => elsewhere)
    )
  )
})

/** The session, which also counts work that was done on others for it. */
const counting = (session: SessionService, elsewhere: () => Work): SessionService => ({
  get kind() {
    return session.kind
  },
  get capabilities() {
    return session.capabilities
  },
  compile: (program) => session.compile(program),
  buffer: (shape, values) => session.buffer(shape, values),
  write: (buffer, values) => session.write(buffer, values),
  read: (buffer) => session.read(buffer),
  work: Effect.map(session.work, (own) => sumOfWork([own, elsewhere()])),
  memory: Effect.suspend(() => session.memory)
})

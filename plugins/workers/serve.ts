/** The inside of a worker thread. */
import { parentPort, workerData } from "node:worker_threads"
import * as NodeWorkerRunner from "@effect/platform-node/NodeWorkerRunner"
import { Context, Effect, Exit, Layer, Schema, Scope } from "effect"
import { RpcServer } from "effect/rpc"
import type { LearnerError } from "../../algorithms/mod.ts"
import { Session, type Work } from "../../core/service/session.ts"
import type { Catalog } from "../../pipeline/mod.ts"
import { calling } from "../loading/mod.ts"
import { type Kinds, SessionKinds, sessionLayer, kinds as standard } from "../sessions/mod.ts"
import { collectGarbage } from "./garbage.ts"
import { findJob } from "./jobs.ts"
import { Requests, WorkerData } from "./messages.ts"

/** A job that this thread is ready for. */
interface Ready {
  readonly run: (data: unknown) => Effect.Effect<unknown, LearnerError>
  readonly close: Effect.Effect<void>
}

/** Where ids are looked up, or how that is made of what the thread was started with. */
export type CatalogOf = Catalog | ((data: WorkerData) => Effect.Effect<Catalog>)

/**
 * Makes this thread a worker, ids being looked up in `catalog`; the last thing a worker's module does. Its session, of
 * `kinds`, is made at the first job and stays.
 */
export const serve = (catalog: CatalogOf, kinds: Kinds = standard): void => {
  const handlers = Requests.toLayer(
    Effect.gen(function* () {
      const data = yield* Effect.orDie(Schema.decodeUnknownEffect(WorkerData)(workerData))
      const { sessionKind } = data
      const lookUp = yield* Effect.cached(typeof catalog === "function" ? catalog(data) : Effect.succeed(catalog))
      const scope = yield* Effect.scope
      yield* collectGarbage
      const session = yield* Effect.cached(
        Effect.map(Layer.buildWithScope(sessionLayer(sessionKind, { threads: 1 }), scope), (c) =>
          Context.get(c, Session)
        )
      )
      const ready = new Map<number, Ready>()
      return {
        Hello: () => Effect.void,
        Open: Effect.fnUntraced(function* ({ id, job, setting }) {
          const found = yield* findJob(job)
          const own = yield* Scope.fork(scope)
          const run = yield* calling(found.open(setting, yield* lookUp)).pipe(
            Effect.provideService(Session, yield* session),
            Effect.provideService(Scope.Scope, own),
            Effect.onError((cause) => Scope.close(own, Exit.failCause(cause)))
          )
          ready.set(id, { run, close: Scope.close(own, Exit.void) })
        }),
        Do: Effect.fnUntraced(function* ({ id, item }) {
          const job = ready.get(id)
          if (job === undefined) return yield* Effect.die(`job ${id} is not open in this thread`)
          const { work: done } = yield* session
          const before = yield* done
          const result = yield* calling(job.run(item))
          return { result, done: difference(before, yield* done) }
        }),
        Close: ({ id }) => {
          const job = ready.get(id)
          ready.delete(id)
          return job?.close ?? Effect.void
        }
      }
    })
  )
  // Deno's port cannot be closed as Node's can; its thread ends by `terminate` alone.
  if (parentPort !== null && typeof parentPort.close !== "function") Object.assign(parentPort, { close: () => {} })
  const server = RpcServer.layer(Requests).pipe(
    Layer.provide(handlers),
    Layer.provide(RpcServer.layerProtocolWorkerRunner),
    Layer.provide(NodeWorkerRunner.layer)
  )
  Effect.runFork(Effect.provideService(Layer.launch(server), SessionKinds, kinds))
}

const difference = (before: Work, now: Work): Work => ({
  plans: now.plans - before.plans,
  calls: now.calls - before.calls,
  flops: now.flops - before.flops,
  bytes: now.bytes - before.bytes,
  seconds: now.seconds - before.seconds
})

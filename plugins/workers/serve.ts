/** The inside of a worker thread. */
import { parentPort, workerData } from "node:worker_threads"
import * as NodeWorkerRunner from "@effect/platform-node/NodeWorkerRunner"
import { Context, Effect, Layer, Schema } from "effect"
import { RpcServer } from "effect/rpc"
import { train } from "../../algorithms/policygradex/training.ts"
import { type Known, settingOf } from "../../algorithms/policygradex/trainings.ts"
import { Session } from "../../core/pipeline/session.ts"
import { type Kinds, SessionKinds, sessionLayer, kinds as standard } from "../sessions/mod.ts"
import { Requests, WorkerData } from "./messages.ts"

/**
 * Makes this thread a worker that does trainings, ids being looked up in `known`; the last thing a worker's module does.
 * Its session, of `kinds`, is made at the first training and stays.
 */
export const serve = (known: Known, kinds: Kinds = standard): void => {
  const handlers = Requests.toLayer(
    Effect.gen(function* () {
      const { sessionKind } = yield* Effect.orDie(Schema.decodeUnknownEffect(WorkerData)(workerData))
      const scope = yield* Effect.scope
      const session = yield* Effect.cached(
        Effect.map(Layer.buildWithScope(sessionLayer(sessionKind, { threads: 1 }), scope), (c) =>
          Context.get(c, Session)
        )
      )
      return {
        Hello: () => Effect.void,
        Train: ({ spec, work }) =>
          Effect.gen(function* () {
            const setting = yield* settingOf(spec, known)
            return yield* Effect.provideService(train(setting, work), Session, yield* session)
          })
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

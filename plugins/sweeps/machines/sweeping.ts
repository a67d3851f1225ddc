/** A sweep's side of the work on many machines: it asks for items, and computes none. */
import { randomUUID } from "node:crypto"
import { hostname } from "node:os"
import { Context, type Deferred, Effect, Layer, Schedule, type Scope } from "effect"
import { WorkflowEngine } from "effect/workflow"
import type { ArgumentError } from "../../../core/failure/mod.ts"
import { Progress } from "../../../core/service/progress.ts"
import type { RunStoreError } from "../../../core/service/run_store.ts"
import { counted } from "../../../core/text/numbers.ts"
import { keptIn } from "../../runs/store/internal.ts"
import { type Content, contentIn } from "../content.ts"
import { type ItemEngine, itemEngine } from "../item_engine.ts"
import { type DatabaseAddress, databaseLayer, noDatabase, patiently } from "./database.ts"
import { clusterEngine } from "./engine.ts"
import { join, type Present } from "./members.ts"
import { openStore } from "./store.ts"

/** Where machines meet. */
export interface Meeting {
  readonly address: DatabaseAddress
  /** The shared store as a person names it; the database, without one. */
  readonly store?: string
}

/** What a sweep has its items done with. */
export interface ClusterWork {
  readonly content: Content
  readonly engine: ItemEngine
}

/** Names a process among all that ever join. */
export const memberId = (): string => `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`

/** How long whoever waits for an item waits until it looks again: a tenth of how long it has waited, and no more than 5 s. */
const again = Schedule.min([Schedule.exponential("250 millis", 1.1), Schedule.spaced("5 seconds")])

/**
 * Joins as a sweep, until the scope closes.
 *
 * - Errors: `ArgumentError` where the database or the store cannot be used, or workers there cannot do this sweep's items.
 */
export const clusterWork = Effect.fn("machines.clusterWork")(function* (
  { address, store: named }: Meeting,
  code: Readonly<Record<string, string>>,
  lost: Deferred.Deferred<never, RunStoreError>
): Effect.fn.Return<ClusterWork, ArgumentError | RunStoreError, Scope.Scope | Progress> {
  const { say } = yield* Progress
  const context = yield* Layer.build(databaseLayer(address))
  const opened = Effect.gen(function* () {
    const store = yield* openStore(named)
    const member = { id: memberId(), role: "sweep", code, store, threads: 0 } as const
    yield* join(address, member, { say, lost, changed: tellingWorkers(address, say) })
    const engine = Context.get(yield* Layer.build(clusterEngine(undefined)), WorkflowEngine.WorkflowEngine)
    return { store, engine }
  })
  const { store, engine } = yield* opened.pipe(
    Effect.provideContext(context),
    Effect.catchTag("SqlError", (e) => Effect.fail(noDatabase(address, e)))
  )
  const { execute, poll } = itemEngine(engine, again)
  return {
    content: contentIn(keptIn(store.files, "any")),
    engine: { execute: (payload) => patiently(execute(payload)), poll: (payload) => patiently(poll(payload)) }
  }
})

/** Says how many workers there are whenever that changes, above all that there is none. */
const tellingWorkers = (address: DatabaseAddress, say: (sentence: string) => Effect.Effect<void>) => {
  let before: number | undefined
  return ({ workers, threads }: Present): Effect.Effect<void> => {
    if (workers === before) return Effect.void
    before = workers
    return say(
      workers === 0
        ? `no worker has joined ${address.shown}: start some with pgex worker --database URL; waiting`
        : `${counted(workers, "worker")} with ${counted(threads, "thread")} at ${address.shown}`
    )
  }
}

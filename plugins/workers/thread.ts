/** One worker thread as seen from the job's thread. */
import type { URL } from "node:url"
import { Worker } from "node:worker_threads"
import { Deferred, Effect, Exit, Layer, Scope } from "effect"
import { RpcClient, type RpcClientError } from "effect/rpc"
import type { LearnerError } from "../../algorithms/mod.ts"
import { type Failure, failureOf } from "../../core/failure/mod.ts"
import type { Work } from "../../core/service/session.ts"
import { Requests, type WorkerData } from "./messages.ts"
import { platformOf } from "./platform.ts"

/** A thread that ended, and what is known of why. */
export type ThreadEnded = Failure<"ThreadEnded">

const failed = failureOf("ThreadEnded")

const ended = (got: string): ThreadEnded => failed({ doing: "use a worker thread", want: "it to live", got })

/** A job that threads may be given items of. */
export interface OpenJob {
  readonly id: number
  /** Of the job. */
  readonly name: string
  readonly setting: unknown
  /** Whether more items may come; threads let go of what is closed before they begin something else. */
  open: boolean
}

/** What a thread made of an item, and what that took it. */
export interface Answer {
  readonly result: unknown
  readonly done: Work
}

/** A worker that answers. */
export interface Thread {
  /** Does one item; nothing else may be asked meanwhile. */
  readonly run: (job: OpenJob, item: unknown) => Effect.Effect<Answer, LearnerError | ThreadEnded>
  readonly alive: () => boolean
  /** What it was started with. */
  readonly data: WorkerData
  /** Ends it at once, whatever it is doing. */
  readonly close: Effect.Effect<void>
}

/** How long a worker may take to load its modules; a busy machine is slow. */
const STARTING_SECONDS = 30

/**
 * Starts a worker; it lives until `close`, or until `scope` closes.
 *
 * - Errors: `ThreadEnded` where no thread can be made, or its module does not load.
 */
export const startThread = (entry: URL, data: WorkerData, scope: Scope.Scope): Effect.Effect<Thread, ThreadEnded> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const own = yield* Scope.fork(scope)
      const connected = yield* restore(connect(entry, data).pipe(Scope.provide(own))).pipe(
        Effect.onError((cause) => Scope.close(own, Exit.failCause(cause)))
      )
      return { ...connected, data, close: Scope.close(own, Exit.void) }
    })
  )

const connect = Effect.fnUntraced(function* (entry: URL, data: WorkerData) {
  const worker = yield* Effect.try({
    try: () => new Worker(entry, { workerData: data }),
    catch: (e) => ended(String(e))
  })
  const end = yield* Deferred.make<never, ThreadEnded>()
  let alive = true
  const over = (got: string): void => {
    alive = false
    Deferred.doneUnsafe(end, Exit.fail(ended(got)))
  }
  worker.on("error", (e) => over(e instanceof Error ? e.message : String(e)))
  worker.on("exit", (code) => over(`its end with exit code ${code}`))

  const protocol = RpcClient.layerProtocolWorker({ size: 1, concurrency: 1 }).pipe(Layer.provide(platformOf(worker)))
  const context = yield* Layer.build(protocol).pipe(Effect.mapError((e) => ended(e.message)))
  const client = yield* RpcClient.make(Requests).pipe(Effect.provide(context))
  const orEnded = <A, E>(answer: Effect.Effect<A, E>) => Effect.raceFirst(answer, Deferred.await(end))
  yield* orEnded(client.Hello().pipe(Effect.catchTag("RpcClientError", lost))).pipe(
    Effect.timeoutOrElse({
      duration: `${STARTING_SECONDS} seconds`,
      orElse: () => Effect.fail(ended(`no answer within ${STARTING_SECONDS} s`))
    })
  )
  const ready = new Set<OpenJob>()
  const run = Effect.fnUntraced(
    function* (job: OpenJob, item: unknown) {
      for (const old of ready) {
        if (old.open) continue
        yield* client.Close({ id: old.id })
        ready.delete(old)
      }
      if (!ready.has(job)) {
        yield* client.Open({ id: job.id, job: job.name, setting: job.setting })
        ready.add(job)
      }
      return yield* client.Do({ id: job.id, item })
    },
    Effect.catchTag("RpcClientError", lost),
    // As where contributed code throws in this thread.
    Effect.catchTag("PluginError", Effect.die)
  )
  return { run: (job: OpenJob, item: unknown) => orEnded(run(job, item)), alive: () => alive }
})

const lost = (e: RpcClientError.RpcClientError): Effect.Effect<never, ThreadEnded> => Effect.fail(ended(e.message))

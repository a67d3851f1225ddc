/** How the library's worker protocol meets a thread that may be ended at any time. */
import type { Worker as NodeThread } from "node:worker_threads"
import { Deferred, Effect, Layer, Scope } from "effect"
import { Worker, WorkerError } from "effect/workers"

/** A worker has nothing to tidy up, its memory goes with it; so nobody waits longer for its end than this. */
const ENDING_SECONDS = 0.5

/**
 * A platform for this one thread. When its scope closes the thread is terminated, in the middle of a loop too; the
 * library's own platform asks first, and waits five seconds for a busy thread's answer.
 */
export const platformOf = (thread: NodeThread): Layer.Layer<Worker.WorkerPlatform | Worker.Spawner> => {
  const platform = Worker.makePlatform<NodeThread>()({
    setup: ({ worker, scope }) =>
      Effect.as(
        Scope.addFinalizer(
          scope,
          Effect.promise(() => worker.terminate()).pipe(Effect.timeout(`${ENDING_SECONDS} seconds`), Effect.ignore)
        ),
        worker
      ),
    listen: ({ port, emit, deferred }) =>
      Effect.sync(() => {
        const fail = (message: string, cause?: unknown): void => {
          const reason = new WorkerError.WorkerReceiveError({ message, cause })
          Deferred.doneUnsafe(deferred, Effect.fail(new WorkerError.WorkerError({ reason })))
        }
        port.on("message", emit)
        port.on("messageerror", (cause) => fail("a message that cannot be read", cause))
        port.on("error", (cause) => fail("an error in the thread", cause))
        port.on("exit", (code) => fail(`its end with exit code ${code}`))
      })
  })
  return Layer.merge(
    Layer.succeed(Worker.WorkerPlatform)(platform),
    Worker.layerSpawner(() => thread)
  )
}

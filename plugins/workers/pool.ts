/** Worker threads, started when they are needed and kept for the next use. */
import type { URL } from "node:url"
import { Cause, Effect, Exit, type Scope, Semaphore } from "effect"
import { type Failure, failureOf } from "../../core/failure/mod.ts"
import type { WorkerData } from "./messages.ts"
import { type OpenJob, startThread, type Thread } from "./thread.ts"

/** A worker that could not be started; what it was to do can be done elsewhere. */
export type NotStarted = Failure<"NotStarted">

const notStarted = failureOf("NotStarted")

/** At most `size` threads, which live no longer than `scope`; `dataNow` is what a thread is to be started with now. */
export const makePool = Effect.fnUntraced(function* (
  size: number,
  entry: URL,
  dataNow: () => WorkerData,
  scope: Scope.Scope
) {
  const turns = yield* Semaphore.make(size)
  const idle: Thread[] = []
  /** A thread that waits; those on another kind of session than now are ended. */
  const take: Effect.Effect<Thread | undefined> = Effect.suspend(() => {
    const thread = idle.pop()
    if (thread === undefined || !thread.alive()) return thread === undefined ? Effect.succeed(thread) : take
    return thread.data.sessionKind === dataNow().sessionKind
      ? Effect.succeed(thread)
      : Effect.andThen(thread.close, take)
  })
  const start = Effect.suspend(() => startThread(entry, dataNow(), scope)).pipe(
    Effect.mapError(({ got }): NotStarted => notStarted({ doing: "start a worker thread", want: "it to answer", got }))
  )

  return {
    /**
     * Does an item on a thread that does nothing else meanwhile. A thread that is interrupted, breaks, or loses its
     * session is ended at once; others are kept.
     *
     * - Errors: those of the job; `ThreadEnded` where the thread ended under it; `NotStarted` where there is none.
     */
    run: (job: OpenJob, item: unknown) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const thread = (yield* take) ?? (yield* restore(start))
          return yield* restore(thread.run(job, item)).pipe(
            Effect.onExit((exit) => (isWell(exit) ? Effect.sync(() => idle.push(thread)) : thread.close))
          )
        })
      ).pipe(turns.withPermit)
  }
})

/** Whether the thread answered, be it with an error of the job, and can go on. */
const isWell = (exit: Exit.Exit<unknown, { readonly _tag: string }>): boolean =>
  Exit.isSuccess(exit) ||
  exit.cause.reasons.every((r) => Cause.isFailReason(r) && !["ThreadEnded", "SessionLost"].includes(r.error._tag))

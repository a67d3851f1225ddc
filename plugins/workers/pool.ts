/** Worker threads, started when they are needed and kept for the next use. */
import type { URL } from "node:url"
import { isDeepStrictEqual } from "node:util"
import { Cause, Effect, Exit, type Scope, Semaphore } from "effect"
import type { LearnerError } from "../../algorithms/mod.ts"
import { type Failure, failureOf } from "../../core/failure/mod.ts"
import type { WorkerData } from "./messages.ts"
import { type Answer, type OpenJob, startThread, type Thread, type ThreadEnded } from "./thread.ts"

/** A worker that could not be started; what it was to do can be done elsewhere. */
export type NotStarted = Failure<"NotStarted">

const notStarted = failureOf("NotStarted")

/** Threads that jobs share. */
export interface Pool {
  /**
   * Does an item on a thread that does nothing else meanwhile, and was started with `data`. A thread that is interrupted,
   * breaks, or loses its session is ended at once; others are kept.
   *
   * - Errors: those of the job; `ThreadEnded` where the thread ended under it; `NotStarted` where there is none.
   */
  readonly run: (
    job: OpenJob,
    item: unknown,
    data: WorkerData
  ) => Effect.Effect<Answer, LearnerError | ThreadEnded | NotStarted>
}

/** At most `size` threads, which live no longer than `scope`. */
export const makePool = Effect.fnUntraced(function* (size: number, entry: URL, scope: Scope.Scope) {
  const turns = yield* Semaphore.make(size)
  const idle: Thread[] = []
  /** A thread that waits and was started so; where none was, one of the others is ended, to make room. */
  const take = (data: WorkerData): Effect.Effect<Thread | undefined> =>
    Effect.suspend(() => {
      const alive = idle.filter((thread) => thread.alive())
      const thread = alive.findLast((one) => isDeepStrictEqual(one.data, data)) ?? alive[0]
      idle.splice(0, idle.length, ...alive.filter((one) => one !== thread))
      if (thread === undefined || isDeepStrictEqual(thread.data, data)) return Effect.succeed(thread)
      return Effect.as(thread.close, undefined)
    })
  const start = (data: WorkerData) =>
    Effect.suspend(() => startThread(entry, data, scope)).pipe(
      Effect.mapError(
        ({ got }): NotStarted => notStarted({ doing: "start a worker thread", want: "it to answer", got })
      )
    )
  const pool: Pool = {
    run: (job, item, data) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const thread = (yield* take(data)) ?? (yield* restore(start(data)))
          return yield* restore(thread.run(job, item)).pipe(
            Effect.onExit((exit) => (isWell(exit) ? Effect.sync(() => idle.push(thread)) : thread.close))
          )
        })
      ).pipe(turns.withPermit)
  }
  return pool
})

/** Whether the thread answered, be it with an error of the job, and can go on. */
const isWell = (exit: Exit.Exit<unknown, { readonly _tag: string }>): boolean =>
  Exit.isSuccess(exit) ||
  exit.cause.reasons.every((r) => Cause.isFailReason(r) && !["ThreadEnded", "SessionLost"].includes(r.error._tag))

/** Sessions shared by several tasks at once: at most so many, each used by one task at a time, in the order of asking. */
import { Cause, Effect, Exit, Pool, type Scope } from "effect"
import { lossIn } from "../../core/service/recovery.ts"
import { Session, type SessionError, type SessionService } from "../../core/service/session.ts"
import type { SessionKind } from "../../pipeline/internal.ts"
import { chooseSession } from "./choose.ts"
import type { OpenOptions } from "./open.ts"

/** Sessions that many share, one user at a time each. */
export interface SessionPool {
  /**
   * Does `work` on a session that nobody else uses meanwhile. Who asks first is served first; who comes back queues
   * behind those who wait. What was interrupted, in the queue or at work, gives its place back. A session that was lost
   * is replaced by a new one for the next.
   *
   * - Errors: those of the work; `SessionError` where a session cannot be made (the next to ask tries again).
   */
  readonly use: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E | SessionError, Exclude<R, Session>>
  /** Sessions that wait for work, those at work, and tasks that wait for one. */
  readonly stats: Effect.Effect<{ readonly idle: number; readonly used: number; readonly waiting: number }>
}

/** A pool of at most `size` sessions; they are opened when first needed, and kept until the scope closes. */
export const sessionPool = Effect.fn("sessions.pool")(function* (
  asked: SessionKind,
  size: number,
  options: OpenOptions = {}
) {
  const acquire: Effect.Effect<SessionService, SessionError, Scope.Scope> = Effect.map(
    chooseSession(asked, options),
    (c) => c.session
  )
  const pool = yield* Pool.makeWithStrategy({ acquire, min: 0, max: size, strategy: keep })
  return {
    use: <A, E, R>(work: Effect.Effect<A, E, R>) =>
      Pool.use(pool, (session) =>
        Effect.provideService(work, Session, session).pipe(
          Effect.onExit((exit) => (wasLost(exit) ? Pool.invalidate(pool, session) : Effect.void))
        )
      ),
    stats: Effect.map(Pool.stats(pool), ({ idle, used, pending }) => ({ idle, used, waiting: pending }))
  } satisfies SessionPool
})

/** Sessions stay: opening one may have cost a second. */
const keep: Pool.Strategy<SessionService, SessionError> = {
  run: () => Effect.void,
  onAcquire: () => Effect.void,
  reclaim: () => Effect.succeed(undefined)
}

const wasLost = (exit: Exit.Exit<unknown, unknown>): boolean =>
  Exit.isFailure(exit) && exit.cause.reasons.some((r) => Cause.isFailReason(r) && lossIn(r.error) !== undefined)

/** Opening one session: within a time limit, on trial if asked, and closed again whenever it does not come to be used. */

import { Cause, Context, Effect, Exit, Fiber, Layer, Option, Scope } from "effect"
import { failureOf, isFailure, partsOf } from "../../core/failure/mod.ts"
import {
  Session,
  type SessionError,
  type SessionFailure,
  type SessionService,
  sessionError
} from "../../core/service/session.ts"
import { type Kind, SessionKinds, type SessionOptions } from "./kinds.ts"
import { published } from "./metrics.ts"
import { trial } from "./trial.ts"

/** How a session is opened. */
export interface OpenOptions extends SessionOptions {
  /** Seconds that opening may take, the trial included; 60 by default: a compiler may have to be waited for. */
  readonly seconds?: number
  /** Whether it must first compute something small rightly. Default false. */
  readonly onTrial?: boolean
}

/** A driver that hangs is given this long to let go before it is left behind. */
const LETTING_GO = "2 seconds"

/**
 * Opens a session of `kind`; it lives as long as the scope. One that fails, comes too late or is interrupted is closed
 * at once.
 *
 * - Errors: `SessionError` of the kind itself, for wrong numbers on trial, and for the time limit.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { sessions } from "policygradex"
 *
 * const kind = Effect.map(sessions.openSession("wasm", { onTrial: true }), (session) => session.kind)
 * await Effect.runPromise(Effect.scoped(kind)) // => "wasm"
 * ```
 */
export const openSession = Effect.fn("sessions.open")(function* (kind: Kind, options: OpenOptions = {}) {
  const { seconds = 60, onTrial = false } = options
  const entry = (yield* SessionKinds)[kind]
  const parent = yield* Effect.scope
  const opening: Effect.Effect<SessionService, SessionError> = Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const own = yield* Scope.fork(parent)
      // A memo map of its own: two sessions of one kind are two sessions.
      const made = Layer.buildWithMemoMap(entry.layer(options), Layer.makeMemoMapUnsafe(), own)
      const work = Effect.gen(function* () {
        const session = Context.get(yield* made, Session)
        if (onTrial) yield* Effect.mapError(trial(session), refused)
        yield* Scope.provide(published(session), own)
        return session
      })
      return yield* restore(work).pipe(
        Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : Scope.close(own, exit)))
      )
    })
  )
  return yield* bounded(opening, seconds, tooSlow(kind, seconds))
})

/** `work` for at most so many seconds. It is let go in the background: what hangs may be deaf to interruption too. */
const bounded = <A, E>(work: Effect.Effect<A, E>, seconds: number, late: E): Effect.Effect<A, E> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkDetach(Effect.interruptible(work))
      const letGo = Effect.interruptible(Effect.timeoutOption(Fiber.interrupt(fiber), LETTING_GO))
      const found = yield* restore(Effect.timeoutOption(Fiber.join(fiber), `${seconds} seconds`)).pipe(
        Effect.onInterrupt(() => letGo)
      )
      if (Option.isSome(found)) return found.value
      yield* Effect.forkDetach(Fiber.interrupt(fiber))
      return yield* Effect.fail(late)
    })
  )

const tooSlow = (kind: Kind, seconds: number): SessionError =>
  sessionError(kind, {
    operation: "start",
    want: `a session within ${seconds} s`,
    got: "none yet",
    fix: "look whether its compiler or driver hangs, or use --session wasm"
  })

/** A device that is lost on trial is no session to start with. */
const refused = (e: SessionFailure): SessionError =>
  e._tag === "SessionError" ? e : failureOf("SessionError")({ ...partsOf(e), fix: "use another session" })

/** Why a session did not open, in a few words; nothing where the opening was interrupted. */
export const refusalOf = (cause: Cause.Cause<SessionError>): string | undefined => {
  if (Cause.hasInterruptsOnly(cause)) return undefined
  const e = Cause.squash(cause)
  if (isFailure(e, "SessionError")) return `want ${e.want}, got ${e.got}`
  return e instanceof Error ? e.message : String(e)
}

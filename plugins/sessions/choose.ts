/** Which session computes, and why that one. */
import { Effect, Exit, Layer, type Scope } from "effect"
import { Session, type SessionError, type SessionService, sessionError } from "../../core/service/session.ts"
import type { SessionKind } from "../../pipeline/internal.ts"
import { automatic, type Kind } from "./kinds.ts"
import { type OpenOptions, openSession, refusalOf } from "./open.ts"

/** An open session, and why it is this one. */
export interface Chosen {
  readonly kind: Kind
  /** For people: what was asked, and why those before it do not work. */
  readonly reason: string
  readonly session: SessionService
}

/**
 * Opens the session that was asked for; `auto` takes the first kind that works of {@link automatic}, which it finds out
 * by letting each compute something.
 *
 * - Errors: `SessionError` where the kind that was asked for cannot be made, or none of them works.
 */
export const chooseSession = (
  asked: SessionKind,
  options: OpenOptions = {}
): Effect.Effect<Chosen, SessionError, Scope.Scope> =>
  asked === "auto"
    ? firstThatWorks(automatic, options)
    : Effect.map(openSession(asked, options), (session) => ({ kind: asked, reason: "as asked", session }))

/**
 * The session of a kind, or of `auto`, as a layer.
 *
 * - Errors: `SessionError` where the machine or the runtime lacks what the kind needs.
 */
export const sessionLayer = (asked: SessionKind, options: OpenOptions = {}): Layer.Layer<Session, SessionError> =>
  Layer.effect(Session)(Effect.map(chooseSession(asked, options), (c) => c.session))

/**
 * The first of `candidates` that passes its trial; the reason tells of those that do not.
 *
 * - Errors: `SessionError` where none does, with the reason of each.
 */
export const firstThatWorks = Effect.fn("sessions.auto")(function* (
  candidates: readonly Kind[],
  options: OpenOptions = {}
) {
  const refused: string[] = []
  for (const kind of candidates) {
    const exit = yield* Effect.exit(openSession(kind, { ...options, onTrial: true }))
    if (Exit.isSuccess(exit)) {
      const why = [`auto: the fastest that works here`, ...refused.map((r) => `not ${r}`)].join("; ")
      return { kind, reason: why, session: exit.value } satisfies Chosen
    }
    const why = refusalOf(exit.cause)
    if (why === undefined) return yield* Effect.interrupt
    refused.push(`${kind}: ${why}`)
  }
  return yield* Effect.fail(
    sessionError("auto", {
      operation: "start",
      want: `one of ${candidates.join(", ") || "no more kinds"} to work`,
      got: refused.join("; ") || "none left",
      fix: "ask for one by --session, pgex doctor tells what each needs"
    })
  )
})

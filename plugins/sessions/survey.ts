/** Which kinds of session work here, found out by trying. */
import { Effect, Exit } from "effect"
import type { SessionKind } from "../../pipeline/internal.ts"
import { chooseSession } from "./choose.ts"
import { type Kind, type Kinds, SessionKinds } from "./kinds.ts"
import { openSession, refusalOf } from "./open.ts"

/** One kind as it is here. */
export interface Surveyed {
  readonly kind: SessionKind
  readonly works: boolean
  /** What it is, or why it does not work. */
  readonly detail: string
}

const isKind = (name: string, kinds: Kinds): name is Kind => Object.hasOwn(kinds, name)

/**
 * Tries every kind for at most so many seconds: each computes something small. Those on TensorFlow.js are looked for
 * without being loaded: that would take seconds and memory. The first row is what `auto` takes, and why.
 */
export const survey = Effect.fn("sessions.survey")(function* (seconds = 20) {
  const kinds = yield* SessionKinds
  const tried = yield* Effect.forEach(
    Object.keys(kinds).filter((k): k is Kind => isKind(k, kinds) && !k.startsWith("tfjs")),
    (kind) => Effect.map(attempt(kind, seconds), (why) => row(kind, why === undefined, why ?? kinds[kind].summary))
  )
  return [yield* automaticRow(seconds), ...tried, ...(yield* tensorflow)]
})

const row = (kind: SessionKind, works: boolean, detail: string): Surveyed => ({ kind, works, detail })

const attempt = (kind: Kind, seconds: number) =>
  Effect.map(Effect.exit(Effect.scoped(openSession(kind, { seconds, onTrial: true }))), (exit) =>
    Exit.isSuccess(exit) ? undefined : (refusalOf(exit.cause) ?? "interrupted")
  )

const automaticRow = (seconds: number) =>
  Effect.scoped(chooseSession("auto", { seconds })).pipe(
    Effect.match({
      onSuccess: ({ kind, reason }) => row("auto", true, `takes ${kind}${reason.replace(/^auto: [^;]*/, "")}`),
      onFailure: (e) => row("auto", false, e.message)
    })
  )

const tensorflow: Effect.Effect<readonly Surveyed[]> = Effect.promise(() => import("./tfjs/mod.ts")).pipe(
  Effect.flatMap(({ available }) => available()),
  Effect.map((all) =>
    all.map((a) => row(`tfjs:${a.backend}`, a.works, a.reason.replace(/^Cannot start on session tfjs:\S*: /, "")))
  )
)

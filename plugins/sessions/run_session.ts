/** The session of a run: one at a time, and another one in its place where it is lost. */
import { Effect, Exit, Fiber, Scope } from "effect"
import { lossIn, type RecoveryService, type SessionRecord } from "../../core/service/recovery.ts"
import type { SessionLost, SessionService, Work } from "../../core/service/session.ts"
import type { SessionKind } from "../../pipeline/internal.ts"
import { type Chosen, chooseSession, firstThatWorks } from "./choose.ts"
import { automatic, type Kind } from "./kinds.ts"
import { counterElsewhere, noWork, sumOfWork } from "./metrics.ts"
import type { OpenOptions } from "./open.ts"

/** The session of a whole run, which survives the loss of a device. */
export interface RunSession {
  /** Stands for whichever session computes at the moment; calls cost nothing more. */
  readonly session: SessionService
  readonly recovery: RecoveryService
  /** What computes at the moment: what workers are to use. */
  readonly kind: () => Kind
  /** Counts what a worker did on a session of that kind among what the run's did. */
  readonly did: (work: Work) => void
  /** All sessions so far, with the stages whose numbers are theirs. */
  readonly records: Effect.Effect<readonly SessionRecord[]>
}

/** A session in use: what is known of it, and the scope that ends it. */
interface Current extends Chosen {
  readonly scope: Scope.Closeable
  readonly stages: Set<string>
  /** What workers did, on sessions of their own. */
  elsewhere: Work
}

const COMPILING = "Programs are compiled for this machine, about a second each; the next run finds them ready"
const LONG = "500 millis"

/**
 * Opens the session that was asked for. Where it is lost within a stage, `note` is told, the fastest of the others that
 * works takes its place, and the stage is done anew.
 *
 * - Errors: `SessionError` where the first session cannot be made.
 */
export const runSession = Effect.fn("sessions.run")(function* (
  asked: SessionKind,
  note: (sentence: string) => Effect.Effect<void>,
  given: OpenOptions = {}
) {
  const options = { warn: note, ...given }
  const parent = yield* Effect.scope
  const countElsewhere = yield* counterElsewhere
  const enter = <E>(choosing: Effect.Effect<Chosen, E, Scope.Scope>): Effect.Effect<Current, E> =>
    Effect.gen(function* () {
      const scope = yield* Scope.fork(parent)
      const chosen = yield* Scope.provide(choosing, scope)
      return { ...chosen, scope, stages: new Set<string>(), elsewhere: noWork }
    })
  let now = yield* enter(chooseSession(asked, options))
  const past: SessionRecord[] = []
  /** By lost sessions, in this thread. */
  let spent = noWork

  const replace = Effect.fnUntraced(function* (stage: string, lost: SessionLost) {
    const last = now
    const ended = { stage, got: lost.got }
    past.push({ ...(yield* recordOf(last)), lost: ended })
    spent = sumOfWork([spent, yield* last.session.work])
    const gone = new Set<string>(past.map((p) => p.kind))
    const others = automatic.filter((k) => !gone.has(k))
    now = yield* enter(firstThatWorks(others, options)).pipe(Effect.mapError(() => lost))
    yield* Effect.forkDetach(Scope.close(last.scope, Exit.fail(lost))) // a lost device may hang at its end
    yield* note(lossSentence(last.kind, ended, now.kind))
  })

  const stage: RecoveryService["stage"] = <A, E, R>(name: string, work: Effect.Effect<A, E, R>) => {
    const attempt: Effect.Effect<A, E | SessionLost, R> = Effect.suspend(() => work).pipe(
      Effect.tap(() => Effect.sync(() => now.stages.add(name))),
      Effect.catch((e): Effect.Effect<A, E | SessionLost, R> => {
        const lost = lossIn(e)
        return lost === undefined ? Effect.fail(e) : Effect.andThen(replace(name, lost), attempt)
      })
    )
    return attempt
  }

  let told = false
  const tell = Effect.suspend(() => {
    const first = !told
    told = true
    return first ? note(COMPILING) : Effect.void
  })
  /** Says so where compiling natively takes long: a person sees nothing move meanwhile. */
  const announced = <A, E, R>(compiling: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    told || now.kind !== "native"
      ? compiling
      : Effect.flatMap(Effect.forkChild(Effect.delay(tell, LONG)), (waiting) =>
          Effect.ensuring(compiling, Fiber.interrupt(waiting))
        )

  const session: SessionService = {
    get kind() {
      return now.session.kind
    },
    get capabilities() {
      return now.session.capabilities
    },
    compile: (program) => Effect.suspend(() => announced(now.session.compile(program))),
    buffer: (shape, values) => now.session.buffer(shape, values),
    write: (buffer, values) => now.session.write(buffer, values),
    read: (buffer) => now.session.read(buffer),
    work: Effect.suspend(() => Effect.map(now.session.work, (w) => sumOfWork([spent, w]))),
    memory: Effect.suspend(() => now.session.memory)
  }
  return {
    session,
    recovery: { stage },
    kind: () => now.kind,
    did: (work) => {
      countElsewhere(now.session.kind, work)
      now.elsewhere = sumOfWork([now.elsewhere, work])
    },
    records: Effect.suspend(() => Effect.map(recordOf(now), (r) => [...past, r]))
  } satisfies RunSession
})

const recordOf = ({ kind, reason, session, stages, elsewhere }: Current): Effect.Effect<SessionRecord> =>
  Effect.map(session.work, (work) => ({
    kind,
    reason,
    bitEqual: session.capabilities.bitEqual,
    threads: session.capabilities.threads,
    stages: [...stages],
    work: sumOfWork([work, elsewhere])
  }))

/** What a person must know of a loss. */
export const lossSentence = (kind: string, lost: { readonly stage: string; readonly got: string }, next: string) =>
  `Session ${kind} was lost in ${lost.stage} (${lost.got}): this stage, from its start, and those after it ran on ${next}`

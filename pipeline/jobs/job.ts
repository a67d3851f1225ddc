/** Work in parts that any thread can do, and who does it: this thread or workers, with the same results. */
import { Context, Data, Effect, Layer, Schema, Scope, Semaphore } from "effect"
import { ProblemError, TrainingDiverged, WorkerLost } from "../../algorithms/internal.ts"
import type { LearnerError } from "../../algorithms/mod.ts"
import { Session, SessionError, SessionLost, type SessionService } from "../../core/service/session.ts"
import type { Catalog } from "../catalog.ts"

/** `LearnerError` as a schema: what a part can fail with. */
export const ItemFailure = Schema.Union([ProblemError, TrainingDiverged, SessionError, SessionLost, WorkerLost])

/** A part that was not done. */
export class ItemError extends Data.TaggedError("PartError")<{
  /** Its place among the parts. */
  readonly index: number
  readonly reason: LearnerError
}> {}

/**
 * Work that falls into parts, none of which needs another's result: S is what all parts share, P one part, R its result.
 *
 * Law: a part's result depends on the setting and the part alone, to the last bit; not on the thread, nor on what the
 * thread did before.
 */
export interface Job<S, P, R> {
  /** By which a worker finds it. */
  readonly name: string
  /** Plain data only: what a structured clone carries. */
  readonly setting: Schema.Codec<S, unknown>
  readonly item: Schema.Codec<P, unknown>
  /** Its arrays are given away with it: whoever made it must not use them again. */
  readonly result: Schema.Codec<R, unknown>
  /** Makes a thread ready, for as long as the scope lives; then it does any number of parts, one at a time. */
  readonly open: (
    setting: S,
    catalog: Catalog
  ) => Effect.Effect<(part: P) => Effect.Effect<R, LearnerError>, LearnerError, Session | Scope.Scope>
  /** Whether a run keeps each finished part, so that it can go on without doing it again: for long ones. */
  readonly kept?: true
  /** Larger parts are begun first; all are alike by default. */
  readonly size?: (part: P) => number
}

/** The same job; its types are inferred from its schemas. */
export const job = <S, P, R>(j: Job<S, P, R>): Job<S, P, R> => j

/**
 * Does all parts; results in their order. `done` is told of each as it finishes, one at a time. The first failure stops
 * the others.
 */
export type DoAll<P, R> = (
  parts: readonly P[],
  done?: (index: number, result: R) => Effect.Effect<void>
) => Effect.Effect<readonly R[], ItemError>

/** Who does the items of jobs. */
export interface WorkersService {
  /** Parts at the same time, at most. */
  readonly size: number
  readonly catalog: Catalog
  /** Opens work for as long as the scope lives; threads are made ready when they get their first part. */
  readonly open: <S, P, R>(work: Job<S, P, R>, setting: S) => Effect.Effect<DoAll<P, R>, never, Scope.Scope>
}

/** Who does the items of jobs: threads, or this one ({@link Workers.here}). The bits are the same. */
export class Workers extends Context.Service<Workers, WorkersService>()("policygradex/Workers") {
  /** One part after another in this thread, on the session of the context. */
  static readonly here = (catalog: Catalog): Layer.Layer<Workers, never, Session> =>
    Layer.effect(Workers)(workersHere(catalog))
}

/** What {@link Workers.here} provides. */
export const workersHere = (catalog: Catalog): Effect.Effect<WorkersService, never, Session> =>
  Effect.map(Session, (session) => {
    const open: WorkersService["open"] = (work, setting) =>
      Effect.map(openHere(work, setting, catalog, session), inTurn)
    return { size: 1, catalog, open }
  })

const inTurn =
  <P, R>(one: (part: P) => Effect.Effect<R, LearnerError>): DoAll<P, R> =>
  (parts, done = () => Effect.void) =>
    Effect.forEach(parts, (part, index) =>
      one(part).pipe(
        Effect.mapError((reason) => new ItemError({ index, reason })),
        Effect.tap((r) => done(index, r))
      )
    )

/** Parts in this thread, one at a time; it is made ready at the first. */
export const openHere = Effect.fnUntraced(function* <S, P, R>(
  work: Job<S, P, R>,
  setting: S,
  catalog: Catalog,
  session: SessionService
) {
  const scope = yield* Effect.scope
  const turn = yield* Semaphore.make(1)
  let ready: ((part: P) => Effect.Effect<R, LearnerError>) | undefined
  return Effect.fnUntraced(function* (part: P) {
    ready ??= yield* work
      .open(setting, catalog)
      .pipe(Effect.provideService(Session, session), Effect.provideService(Scope.Scope, scope))
    return yield* ready(part)
  }, turn.withPermit)
})

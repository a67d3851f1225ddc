/** Jobs: work of many items that any thread can do, and who does it: this thread or workers, with the same results. */
import { Context, Effect, Layer, Schema, Scope, Semaphore } from "effect"
import type { LearnerError } from "../../algorithms/mod.ts"
import { failureParts, failureSchema } from "../../core/service/failure_schema.ts"
import { Session, type SessionService } from "../../core/service/session.ts"
import type { Catalog } from "../catalog.ts"

const kind = <const Tag extends LearnerError["_tag"]>(...tags: readonly Tag[]) =>
  failureSchema(Schema.Struct({ _tag: Schema.Literals(tags), ...failureParts }))

/** `LearnerError` as a schema: what an item can fail with. */
export const ItemFailure: Schema.Codec<LearnerError, unknown> = Schema.Union([
  kind(
    "ArgumentError",
    "UnknownName",
    "ParameterError",
    "ActionError",
    "EnvironmentError",
    "TaskSetError",
    "ProcessError"
  ),
  kind("SessionError"),
  kind("SessionLost"),
  kind("WorkerLost"),
  failureSchema(
    Schema.Struct({
      _tag: Schema.Literal("TrainingDiverged"),
      ...failureParts,
      iteration: Schema.Int,
      tasks: Schema.Array(Schema.String),
      quantity: Schema.String,
      lastFinite: Schema.Record(Schema.String, Schema.Finite)
    })
  )
])

/** An item that was not done. */
export interface ItemError {
  /** Its place among the items. */
  readonly index: number
  readonly reason: LearnerError
}

/**
 * Work of many items, none of which needs another's result: S is what all items share, I one item, R its result.
 *
 * Law: an item's result depends on the setting and the item alone, to the last bit; not on the thread, nor on what the
 * thread did before.
 */
export interface Job<S, I, R> {
  /** By which a worker finds it. */
  readonly name: string
  /** Plain data only: what a structured clone carries. */
  readonly setting: Schema.Codec<S, unknown>
  readonly item: Schema.Codec<I, unknown>
  /** Its arrays are given away with it: whoever made it must not use them again. */
  readonly result: Schema.Codec<R, unknown>
  /** Makes a thread ready, for as long as the scope lives; then it does any number of items, one at a time. */
  readonly open: (
    setting: S,
    catalog: Catalog
  ) => Effect.Effect<(item: I) => Effect.Effect<R, LearnerError>, LearnerError, Session | Scope.Scope>
  /** Whether a run keeps each finished item, so that it can go on without doing it again: for long ones. */
  readonly kept?: true
  /** Larger items are begun first; all are alike by default. */
  readonly size?: (item: I) => number
}

/** The same job; its types are inferred from its schemas. */
export const job = <S, I, R>(j: Job<S, I, R>): Job<S, I, R> => j

/**
 * Does all items; results in their order. `done` is told of each as it finishes, one at a time. The first failure stops
 * the others.
 */
export type DoAll<I, R> = (
  items: readonly I[],
  done?: (index: number, result: R) => Effect.Effect<void>
) => Effect.Effect<readonly R[], ItemError>

/** Who does the items of jobs. */
export interface WorkersService {
  /** Items at the same time, at most. */
  readonly size: number
  readonly catalog: Catalog
  /** Whether they keep finished items of jobs that ask for it, beyond the run: then the run need not. */
  readonly keeps?: true
  /** Opens a job for as long as the scope lives; threads are made ready when they get their first item. */
  readonly open: <S, I, R>(job: Job<S, I, R>, setting: S) => Effect.Effect<DoAll<I, R>, never, Scope.Scope>
}

/** Who does the items of jobs: threads, or this one ({@link Workers.here}). The bits are the same. */
export class Workers extends Context.Service<Workers, WorkersService>()("policygradex/Workers") {
  /** One item after another in this thread, on the session of the context. */
  static readonly here = (catalog: Catalog): Layer.Layer<Workers, never, Session> =>
    Layer.effect(Workers)(workersHere(catalog))
}

/** What {@link Workers.here} provides. */
export const workersHere = (catalog: Catalog): Effect.Effect<WorkersService, never, Session> =>
  Effect.map(Session, (session) => {
    const open: WorkersService["open"] = (job, setting) => Effect.map(openHere(job, setting, catalog, session), inTurn)
    return { size: 1, catalog, open }
  })

const inTurn =
  <I, R>(one: (item: I) => Effect.Effect<R, LearnerError>): DoAll<I, R> =>
  (items, done = () => Effect.void) =>
    Effect.forEach(items, (item, index) =>
      one(item).pipe(
        Effect.mapError((reason) => ({ index, reason })),
        Effect.tap((r) => done(index, r))
      )
    )

/** Items in this thread, one at a time; it is made ready at the first. */
export const openHere = Effect.fnUntraced(function* <S, I, R>(
  job: Job<S, I, R>,
  setting: S,
  catalog: Catalog,
  session: SessionService
) {
  const scope = yield* Effect.scope
  const turn = yield* Semaphore.make(1)
  let ready: ((item: I) => Effect.Effect<R, LearnerError>) | undefined
  return Effect.fnUntraced(function* (item: I) {
    ready ??= yield* job
      .open(setting, catalog)
      .pipe(Effect.provideService(Session, session), Effect.provideService(Scope.Scope, scope))
    return yield* ready(item)
  }, turn.withPermit)
})

/** Trainings on worker threads. */

import { availableParallelism } from "node:os"
import { URL } from "node:url"
import { Effect, Layer, Semaphore } from "effect"
import { type Assignment, type Setting, type Trained, train } from "../../algorithms/policygradex/training.ts"
import {
  AssignmentError,
  type Known,
  settingOf,
  type TrainingFailure,
  Trainings,
  type TrainingsService,
  WorkerLost
} from "../../algorithms/policygradex/trainings.ts"
import type { RunConfig } from "../../core/pipeline/config.ts"
import { Session } from "../../core/pipeline/session.ts"
import { known as standard } from "../known.ts"
import type { Kind } from "../sessions/mod.ts"

export interface WorkerOptions {
  /** Threads, or one a core. */
  readonly workers: RunConfig["workers"]
  /** What computes on every worker, in a session of its own: read when a training begins, the kind may change. */
  readonly sessionKind: () => Kind
  /** Where ids are looked up in this thread; the worker's module says where in the workers. */
  readonly known?: Known
  /** The worker's module: one that ends in `serve(known)`. */
  readonly entry?: URL
  /** Is told in a sentence, once, where trainings are not done on workers although more than one was wanted. */
  readonly note?: (sentence: string) => Effect.Effect<void>
}

/**
 * `Trainings` on worker threads. Threads start at the first call with more than one assignment; where none can be
 * started, trainings are done one after another in this thread, as with one worker.
 */
export const workerTrainings = (options: WorkerOptions): Layer.Layer<Trainings, never, Session> => {
  const known = options.known ?? standard
  const cores = availableParallelism()
  const workers = options.workers === "auto" ? cores : options.workers
  if (workers > 1) return Layer.effect(Trainings)(onWorkers(workers, known, options))
  const said = options.workers === "auto" ? options.note?.(inTurn("a second core", "one")) : undefined
  return Layer.unwrap(Effect.as(said ?? Effect.void, Trainings.here(known)))
}

const inTurn = (want: string, got: string): string => `Trainings are done one after another: want ${want}, got ${got}`

const onWorkers = Effect.fnUntraced(function* (workers: number, known: Known, options: WorkerOptions) {
  const { sessionKind, entry = new URL("./worker.ts", import.meta.url), note = () => Effect.void } = options
  const session = yield* Session
  const scope = yield* Effect.scope
  // Loaded at the first use: who trains nothing starts faster.
  const pool = yield* Effect.promise(() => import("./pool.ts")).pipe(
    Effect.flatMap(({ makePool }) => makePool(workers, entry, () => ({ sessionKind: sessionKind() }), scope)),
    Effect.uninterruptible,
    Effect.cached
  )
  const one = yield* Semaphore.make(1)
  const here = (setting: Setting<unknown>, a: Assignment) =>
    one.withPermit(Effect.provideService(train(setting, a), Session, session))
  let available = true
  const unavailable = Effect.fnUntraced(function* (got: string) {
    const first = available
    available = false
    if (first) yield* note(inTurn("a worker thread", got))
  })

  const all: TrainingsService["all"] = Effect.fnUntraced(function* (spec, assignments, done = () => Effect.void) {
    const setting = yield* settingOf(spec, known)
    const away = (a: Assignment): Effect.Effect<Trained, TrainingFailure> =>
      available && assignments.length > 1
        ? Effect.flatMap(pool, (p) => p.train(spec, a)).pipe(
            Effect.catchTags({
              NotStarted: ({ got }) => Effect.andThen(unavailable(got), here(setting, a)),
              Ended: ({ got }) => Effect.fail(new WorkerLost({ got }))
            })
          )
        : here(setting, a)
    const telling = yield* Semaphore.make(1)
    const results = yield* Effect.forEach(
      longestFirst(assignments),
      ([i, a]) =>
        away(a).pipe(
          Effect.mapError(AssignmentError.at(i, a)),
          Effect.tap((t) => telling.withPermit(done(i, t))),
          Effect.map((t) => [i, t] as const)
        ),
      { concurrency: workers }
    )
    return results.toSorted(([i], [j]) => i - j).map(([, t]) => t)
  })
  return { workers, all } satisfies TrainingsService
})

/** A long training that starts last keeps one worker busy when the others are done. */
const longestFirst = (assignments: readonly Assignment[]): readonly (readonly [number, Assignment])[] => {
  const work = (a: Assignment): number => a.tasks.length * a.iterations
  return [...assignments.entries()].toSorted(([i, a], [j, b]) => work(b) - work(a) || i - j)
}

/** Workers whose items are durable: each is an activity, done once, whoever asks for it and however often. */
import { Deferred, Effect, Option, Semaphore } from "effect"
import type { Workflow } from "effect/workflow"
import type { LearnerError } from "../../algorithms/mod.ts"
import { type RunStoreError, runStoreError } from "../../core/service/run_store.ts"
import type { DoAll, ItemError, WorkersService } from "../../pipeline/jobs/mod.ts"
import type { Kind } from "../sessions/mod.ts"
import { checked, type Failed } from "../workers/internal.ts"
import type { Content } from "./content.ts"
import { failureIn, type ItemPayload, type Outcome, resultPath, type Work, workName } from "./item.ts"
import type { ItemEngine } from "./item_engine.ts"

/** What all items of an experiment share. */
export interface Durable {
  readonly content: Content
  readonly engine: ItemEngine
  /** How many items are asked for at the same time. */
  readonly turns: Semaphore.Semaphore
  /** Ends where the engine can keep nothing any more. */
  readonly lost: Deferred.Deferred<never, RunStoreError>
  readonly code: Work["code"]
  /** Whether items that failed before are tried again. */
  readonly retry: boolean
  /** Attempts that this process has begun, by work: they are not tried again. */
  readonly begun: Map<string, number>
}

/** What computes a run's items. */
export interface Computing {
  readonly session: () => Kind
  /** As `Work.numerics`. */
  readonly numerics: () => string
  readonly plugins: readonly string[]
}

/** `local` does what is too small to be kept. */
export const durableWorkers = (local: WorkersService, durable: Durable, computing: Computing): WorkersService => ({
  size: local.size,
  catalog: local.catalog,
  keeps: true,
  open: (job, setting) =>
    job.kept !== true
      ? local.open(job, setting)
      : Effect.map(Effect.cached(Effect.orDie(durable.content.put(setting))), (named) => {
          const one = Effect.fnUntraced(function* (item: unknown) {
            const work: Work = {
              job: job.name,
              setting: yield* named,
              item: yield* Effect.orDie(durable.content.put(item)),
              numerics: computing.numerics(),
              code: durable.code
            }
            const payload = { work, session: computing.session(), plugins: computing.plugins }
            return yield* checked("result", job.result, yield* resultOf(durable, payload))
          }, durable.turns.withPermit)
          return doAll(one)
        })
})

/**
 * All of them at once: whoever does them takes them as there is room. One that fails does not stop the others; it is the
 * failure of them all when they have ended, the first by place.
 */
const doAll =
  <I, R>(one: (item: I) => Effect.Effect<R, LearnerError>): DoAll<I, R> =>
  (items, done = () => Effect.void) =>
    Effect.gen(function* () {
      const telling = yield* Semaphore.make(1)
      const ends = yield* Effect.forEach(
        items,
        (item, index) =>
          Effect.suspend(() => one(item)).pipe(
            Effect.tap((result) => telling.withPermit(done(index, result))),
            Effect.mapError((reason): ItemError => ({ index, reason })),
            Effect.result
          ),
        { concurrency: "unbounded" }
      )
      const results: R[] = []
      for (const end of ends) {
        if (end._tag === "Failure") return yield* Effect.fail(end.failure)
        results.push(end.success)
      }
      return results
    })

type Payload = Omit<ItemPayload, "attempt">

const resultOf = Effect.fnUntraced(function* (durable: Durable, payload: Payload) {
  const { content, engine, lost } = durable
  const name = workName(payload.work)
  const find = content.find(resultPath(name))
  // What cannot be read yet is asked for: whoever does it looks too.
  const there = yield* Effect.orElseSucceed(find, () => Option.none())
  if (Option.isSome(there)) return there.value
  const past = yield* pastOf(durable, payload, name)
  if (past.failure !== undefined) return yield* failing(past.failure)
  durable.begun.set(name, past.attempt)
  const outcome = yield* engine
    .execute({ ...payload, attempt: past.attempt })
    .pipe(Effect.raceFirst(Effect.orDie(Deferred.await(lost))))
  const failure = yield* failureIn(outcome)
  if (failure !== undefined) return yield* failing(failure)
  const found = yield* Effect.orDie(find)
  if (Option.isSome(found)) return found.value
  const [want, got, fix] = ["the result of its work", "none", "run the experiment again"]
  return yield* Effect.die(runStoreError({ reason: "missing", path: resultPath(name), want, got, fix }))
})

/** As where it failed: contributed code that throws is no failure of a learner. */
const failing = (failure: typeof Failed.Type): Effect.Effect<never, LearnerError> =>
  failure._tag === "PluginError" ? Effect.die(failure) : Effect.fail(failure)

/**
 * Which attempt is to be executed: the first that has not ended. Work that failed for a reason of its own is not tried
 * again but with `retry`; where it was the disk's, or the result is gone, it is.
 */
const pastOf = Effect.fnUntraced(function* ({ engine, retry, begun }: Durable, payload: Payload, name: string) {
  let failure: typeof Failed.Type | undefined
  for (let attempt = begun.get(name) ?? 0; ; attempt++) {
    const past = yield* engine.poll({ ...payload, attempt })
    const ended = Option.filter(past, (r): r is Ended => r._tag === "Complete")
    if (Option.isNone(ended)) {
      const again = Option.isSome(past) || failure === undefined || (retry && begun.get(name) !== attempt - 1)
      return again ? { attempt } : { attempt, failure }
    }
    const { exit } = ended.value
    failure = exit._tag === "Success" ? yield* failureIn(exit.value) : undefined
  }
})

type Ended = Workflow.Complete<Outcome, never>

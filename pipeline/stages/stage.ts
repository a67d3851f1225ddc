/** Stages of a job: pure steps from plain data to plain data, each result kept until the run is finished. */
import { Effect, Schema } from "effect"
import { Progress } from "../../core/service/progress.ts"
import type { RunStore, RunStoreError } from "../../core/service/run_store.ts"
import { Cost, type SessionLost } from "../../core/service/session.ts"
import type { WorkersService } from "../jobs/job.ts"
import type { Checkpoints } from "../jobs/training.ts"
import { keepingItems } from "../store/cached_items.ts"
import { checkpointsOf } from "../store/checkpoints.ts"
import { type Ledger, makeLedger } from "../store/ledger.ts"
import { makeResultCache, startWatch } from "../store/result_cache.ts"

/**
 * A step of the job.
 *
 * Law: the result depends on the input alone, to the last bit on one kind of session; so it can be kept, and read back
 * for an equal input in place of being computed again.
 */
export interface Stage<I, O, E, R> {
  readonly name: string
  readonly result: Schema.Codec<O, unknown>
  readonly run: (input: I, help: Help) => Effect.Effect<O, E, R>
  /** Puts what people shall find of the result into the run's store, whether it was computed now or kept from before. */
  readonly save?: (input: I, result: O) => Effect.Effect<void, RunStoreError, RunStore | Progress>
  /** What it cost, where the result tells: other threads and earlier attempts had their part in it. */
  readonly costOf?: (result: O) => Cost
}

/** The same stage; its types are inferred. */
export const stage = <I, O, E, R>(s: Stage<I, O, E, R>): Stage<I, O, E, R> => s

/** A stage that tells of its beginning and its end. */
export const single = <I, O, E, R>(s: Stage<I, O, E, R>): Stage<I, O, E, R | Progress> => ({
  ...s,
  run: Effect.fnUntraced(function* (input, help) {
    const { report } = yield* Progress
    yield* report({ stage: s.name, done: 0, total: 1, unit: "steps" })
    const out = yield* s.run(input, help)
    yield* report({ stage: s.name, done: 1, total: 1, unit: "steps" })
    return out
  })
})

/** What a long stage keeps before it is finished. */
export interface Help {
  /** Finished trainings are kept one by one. */
  readonly workers: WorkersService
  /** For a stage that is one long training. */
  readonly checkpoints: Checkpoints
}

export interface Stages {
  /** The stage's result for this input, kept from before, or computed and kept; then what it saves is saved. */
  readonly run: <I, O, E, R>(
    stage: Stage<I, O, E, R>,
    input: I
  ) => Effect.Effect<O, E | SessionLost | RunStoreError, R | Progress | RunStore>
  readonly ledger: Ledger
  /** What computed each stage. */
  readonly backends: ReadonlyMap<string, string>
}

/** Makes ready to run stages in the store of the context, with these workers; `code` as in `makeResultCache`. */
export const makeStages = Effect.fnUntraced(function* (
  workers: WorkersService,
  code: Readonly<Record<string, string>>
) {
  const ledger = yield* makeLedger
  const cache = yield* makeResultCache(code)
  const { report } = yield* Progress
  const backends = new Map<string, string>()

  const resultOf = <I, O, E, R>(s: Stage<I, O, E, R>, input: I) =>
    Effect.gen(function* () {
      const { name } = s
      const Kept = Schema.Struct({
        result: s.result,
        spent: Schema.Struct({ ...Cost.fields, seconds: Schema.Number }),
        backendId: Schema.String
      })
      const found = yield* cache.find(name, input, Kept)
      if (found !== undefined) {
        ledger.carry(name, found.spent)
        backends.set(name, found.backendId)
        yield* report({ stage: name, done: 1, total: 1, unit: "steps", note: "finished before" })
        return found.result
      }
      const watch = yield* startWatch
      const checkpoints = yield* checkpointsOf(name, input, cache, watch)
      const help = { workers: keepingItems(workers, name, cache, watch), checkpoints }
      const result = yield* ledger.stage(name, s.run(input, help), s.costOf)
      if (watch.carried() > 0) ledger.carry(name, { seconds: watch.carried(), flops: 0, bytes: 0 })
      const backendId = cache.backendId()
      backends.set(name, backendId)
      const { seconds, flops, bytes } = ledger.of(name)
      yield* cache.put(name, input, { result, spent: { seconds, flops, bytes }, backendId })
      yield* cache.drop(`${name}/`)
      return result
    })
  const run: Stages["run"] = (s, input) =>
    Effect.tap(cache.alone(s.name, input)(resultOf(s, input)), (result) => s.save?.(input, result) ?? Effect.void)
  return { run, ledger, backends } satisfies Stages
})

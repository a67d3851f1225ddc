/** Workers whose finished items are kept one by one. */
import { Effect, Schema } from "effect"
import type { DoAll, ItemError, Job, WorkersService } from "../jobs/job.ts"
import type { ResultCache, Watch } from "./result_cache.ts"

/**
 * The same workers, for one stage: items of jobs that say so are kept as they finish, and those that are there already
 * are not done again.
 */
export const keepingItems = (
  workers: WorkersService,
  stage: string,
  cache: ResultCache,
  watch: Watch
): WorkersService => {
  if (workers.keeps === true) return workers
  let opened = 0
  return {
    size: workers.size,
    catalog: workers.catalog,
    open: (job, setting) =>
      Effect.map(workers.open(job, setting), (all) => {
        if (job.kept !== true) return all
        // What a stage has done in several goes must not take each other's places.
        const place = opened++ === 0 ? stage : `${stage}/${opened}`
        return keptAll(all, job, setting, { place, cache, watch })
      })
  }
}

/** Where finished items are kept. */
interface ItemCache {
  /** The beginning of their names. */
  readonly place: string
  readonly cache: ResultCache
  readonly watch: Watch
}

const keptAll =
  <S, I, R>(all: DoAll<I, R>, job: Job<S, I, R>, setting: S, { place, cache, watch }: ItemCache): DoAll<I, R> =>
  (items, done = () => Effect.void) =>
    Effect.gen(function* () {
      const backendId = cache.backendId()
      const inputs = (index: number) => ({ job: job.name, setting, item: items[index], backendId })
      const name = (index: number) => `${place}/${index}`
      const Kept = Schema.Struct({ result: job.result, elapsed: Schema.Number })
      const results = new Map<number, R>()
      for (const index of items.keys()) {
        const found = yield* cache.find(name(index), inputs(index), Kept)
        if (found === undefined) continue
        watch.carry(found.elapsed)
        results.set(index, found.result)
        yield* done(index, found.result)
      }
      const left = [...items.keys()].filter((index) => !results.has(index))
      const indexOf = (k: number): number => left[k]!
      const keep = Effect.fnUntraced(function* (k: number, result: R) {
        yield* cache.put(name(indexOf(k)), inputs(indexOf(k)), { result, elapsed: yield* watch.elapsed })
        yield* done(indexOf(k), result)
      })
      const rest = yield* all(
        left.map((index) => items[index]!),
        keep
      ).pipe(Effect.mapError(({ index, reason }): ItemError => ({ index: indexOf(index), reason })))
      for (const [k, result] of rest.entries()) results.set(indexOf(k), result)
      return items.map((_, index) => results.get(index)!)
    })

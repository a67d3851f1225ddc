/** Workers whose finished parts are kept one by one. */
import { Effect, Schema } from "effect"
import { type DoAll, ItemError, type Job, type WorkersService } from "../jobs/job.ts"
import type { ResultCache, Watch } from "./result_cache.ts"

/**
 * The same workers, for one stage: parts of work that says so are kept as they finish, and those that are there already
 * are not done again.
 */
export const keepingParts = (
  workers: WorkersService,
  stage: string,
  keeper: ResultCache,
  watch: Watch
): WorkersService => ({
  size: workers.size,
  catalog: workers.catalog,
  open: (work, setting) =>
    Effect.map(workers.open(work, setting), (all) =>
      work.kept === true ? keptAll(all, work, setting, stage, keeper, watch) : all
    )
})

const keptAll =
  <S, P, R>(
    all: DoAll<P, R>,
    work: Job<S, P, R>,
    setting: S,
    stage: string,
    keeper: ResultCache,
    watch: Watch
  ): DoAll<P, R> =>
  (parts, done = () => Effect.void) =>
    Effect.gen(function* () {
      const computer = keeper.backendId()
      const inputs = (index: number) => ({ work: work.name, setting, part: parts[index], computer })
      const name = (index: number) => `${stage}/${index}`
      const Kept = Schema.Struct({ result: work.result, elapsed: Schema.Number })
      const results = new Map<number, R>()
      for (const index of parts.keys()) {
        const found = yield* keeper.find(name(index), inputs(index), Kept)
        if (found === undefined) continue
        watch.carry(found.elapsed)
        results.set(index, found.result)
        yield* done(index, found.result)
      }
      const left = [...parts.keys()].filter((index) => !results.has(index))
      const place = (k: number): number => left[k]!
      const keep = Effect.fnUntraced(function* (k: number, result: R) {
        yield* keeper.put(name(place(k)), inputs(place(k)), { result, elapsed: yield* watch.elapsed })
        yield* done(place(k), result)
      })
      const rest = yield* all(
        left.map((index) => parts[index]!),
        keep
      ).pipe(Effect.mapError(({ index, reason }) => new ItemError({ index: place(index), reason })))
      for (const [k, result] of rest.entries()) results.set(place(k), result)
      return parts.map((_, index) => results.get(index)!)
    })

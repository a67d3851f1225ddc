/** From an experiment's data to runs that can all begin. */
import { Effect } from "effect"
import { type ArgumentError, argumentError, isFailure, partsOf } from "../../core/failure/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { intend } from "../../pipeline/mod.ts"
import { named } from "../config/mod.ts"
import { catalogWith } from "../loading/catalog/mod.ts"
import type { Loaded } from "../loading/mod.ts"
import type { Ready } from "./run_sweep.ts"
import { type Over, type SweepData, sweepRuns } from "./sweep.ts"

/** Where an experiment comes from. */
export interface Origin {
  /** Names it in messages. */
  readonly source: string
  /** As a person would type it. */
  readonly command: string
  readonly loaded: Loaded
  readonly over?: Over
}

/**
 * Expands and checks it: nothing is made for an experiment of which a run would be refused.
 *
 * - Errors: `ArgumentError` naming the run where it is of one.
 */
export const readyOf = Effect.fn("sweeps.ready")(function* (sweep: SweepData, origin: Origin) {
  const { source, command, loaded, over } = origin
  const catalog = catalogWith(loaded)
  const runs = yield* fromEither(sweepRuns(sweep, source, over))
  const complete = yield* Effect.forEach(runs, (run) =>
    Effect.gen(function* () {
      const config = yield* fromEither(named(run.config, catalog))
      yield* intend(config, catalog)
      return { ...run, config }
    }).pipe(
      // An id that is not there may be of a plugin that was left out.
      Effect.mapError((e) => (isFailure(e, "UnknownName") && loaded.problems[0]) || ofRun(run.name, e))
    )
  )
  return { sweep, source, runs: complete, catalog, loaded, command } satisfies Ready
})

const ofRun = (name: string, e: Parameters<typeof partsOf>[0]): ArgumentError =>
  argumentError({ ...partsOf(e), doing: `${e.doing}, in run ${name}` })

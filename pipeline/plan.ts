/** What a configuration means, before anything is computed: the tasks, and what trains them. */
import { Effect } from "effect"
import { mergeSettings } from "../algorithms/internal.ts"
import { key as keyOf } from "../core/random/mod.ts"
import { fromEither } from "../core/service/from_either.ts"
import { Session } from "../core/service/session.ts"
import { findFamily } from "../envs/mod.ts"
import type { Catalog } from "./catalog.ts"
import type { RunConfig } from "./config.ts"
import { foresee } from "./foresee.ts"
import { Workers, workersHere } from "./jobs/job.ts"
import { settingOf, type TrainingSpec } from "./jobs/spec.ts"
import type { StageContext } from "./stages/context.ts"

/**
 * All of it that needs nothing to compute with; a job that gets past this has stages that can all begin.
 *
 * Errors: `ArgumentError` naming what `catalog` has none of, or what a family, an algorithm or a later stage refuses.
 */
export const intend = Effect.fn("policygradex.intend")(function* (config: RunConfig, catalog: Catalog) {
  const key = yield* fromEither(keyOf(config.seed))
  const family = yield* fromEither(findFamily(catalog.registry, config.family.id))
  const { tasks, planted } = yield* fromEither(family.tasks({ ...config.family.options, n: config.family.n }))
  const { id: algorithm } = config.algorithm
  const defaults = catalog.algorithms.find((a) => a.id === algorithm)?.defaults
  const { observation, reward } = config.normalise
  const spec: TrainingSpec = {
    environment: family.environment.id,
    algorithm,
    algorithmConfig: mergeSettings(defaults, config.algorithm[algorithm] ?? {}),
    // Left out where there is none, so that policies without it are as they were before there was any.
    network: observation || reward ? { ...config.network, normalise: config.normalise } : config.network,
    taskIds: tasks.map((t) => t.id),
    environmentsPerTask: config.meta.vector,
    stepsPerTask: config.meta.stepsPerTask,
    ...config.evaluation
  }
  const setting = yield* settingOf(spec, catalog)
  yield* fromEither(foresee(config, setting, tasks, catalog))
  return { key, tasks, planted, spec, setting }
})

/** The same with whoever computes. Errors: those of {@link intend}. */
export const plan = Effect.fn("policygradex.plan")(function* (config: RunConfig, catalog: Catalog) {
  const { setting, ...intended } = yield* intend(config, catalog)
  // Environments of another process stay in this thread: that process is what plays them beside it.
  const remote = setting.environment.open !== undefined
  const workers = remote ? yield* workersHere(catalog) : yield* Workers
  const { highCallOverhead } = (yield* Session).capabilities
  const context: StageContext = {
    setting,
    onWorkers: !highCallOverhead && !remote,
    groupings: catalog.groupings ?? []
  }
  const code = {
    [`algorithm ${setting.algorithm.id}`]: setting.algorithm.version,
    [`environment ${setting.environment.id}`]: setting.environment.version
  }
  return { ...intended, context, workers, code }
})

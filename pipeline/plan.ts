/** What a configuration means, before anything is computed: the tasks, and what trains them. */
import { Effect } from "effect"
import { mergeSettings, NO_AGGREGATOR } from "../algorithms/internal.ts"
import { argumentError } from "../core/failure/mod.ts"
import { child, type Key, key as keyOf } from "../core/random/mod.ts"
import { fromEither } from "../core/service/from_either.ts"
import { Session } from "../core/service/session.ts"
import { findFamily, type Task } from "../envs/mod.ts"
import type { Catalog } from "./catalog.ts"
import type { RunConfig } from "./config.ts"
import { foresee } from "./foresee.ts"
import { Workers, workersHere } from "./jobs/job.ts"
import { settingOf, type TrainingSpec } from "./jobs/spec.ts"
import type { StageContext } from "./stages/context.ts"
import { toldSpecBy } from "./stages/told.ts"
import { unseenTasks } from "./stages/unseen_tasks.ts"

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
  const { observation, reward } = config.normalise
  const spec: TrainingSpec = {
    environment: family.environment.id,
    algorithm,
    algorithmConfig: settingsFor(algorithm, config, catalog),
    // Left out where there is none, so that policies without it are as they were before there was any.
    network: observation || reward ? { ...config.network, normalise: config.normalise } : config.network,
    ...(config.aggregator.id === NO_AGGREGATOR ? {} : { aggregator: config.aggregator }),
    taskIds: tasks.map((t) => t.id),
    environmentsPerTask: config.meta.vector,
    stepsPerTask: config.meta.stepsPerTask,
    ...config.evaluation
  }
  const setting = yield* settingOf(spec, catalog)
  const selecting =
    config.use === "select" ? yield* intendSelection(config, catalog, spec, tasks, child(key, "unseen")) : undefined
  const learning = selecting && [selecting.setting, ...selecting.architectures.map((a) => a.setting)]
  yield* fromEither(foresee(config, setting, tasks, catalog, learning))
  return { key, tasks, planted, spec, setting, selecting }
})

/** A learner's settings over its defaults. */
const settingsFor = (id: string, { algorithm }: RunConfig, { algorithms }: Catalog): unknown =>
  mergeSettings(algorithms.find((a) => a.id === id)?.defaults, algorithm[id] ?? {})

/** What learns from the selected tasks, of other architectures from all, and the tasks that it will adapt to. */
const intendSelection = Effect.fnUntraced(function* (
  config: RunConfig,
  catalog: Catalog,
  run: TrainingSpec,
  tasks: readonly Task[],
  key: Key
) {
  const { learner, vector, stepsPerTask, unseen: count, architectures: ids = [] } = config.selection
  if (config.network.taskOneHot) {
    const want = "a policy that is not told its task"
    const fix = "set network.taskOneHot=false"
    return yield* Effect.fail(argumentError({ doing: "select tasks for meta-learning", want, got: "one that is", fix }))
  }
  const normalise = { observation: config.normalise.observation, reward: false }
  const spec: TrainingSpec = {
    ...run,
    algorithm: learner,
    algorithmConfig: settingsFor(learner, config, catalog),
    // A meta-learner fits its baseline to each rollout, and takes rewards as they are.
    network: normalise.observation ? { ...config.network, normalise } : config.network,
    environmentsPerTask: vector,
    stepsPerTask,
    // Its worth is that on unseen tasks; of those it learns from one episode must do.
    episodes: 1
  }
  const setting = yield* settingOf(spec, catalog)
  const architectures = yield* Effect.forEach(
    ids,
    Effect.fnUntraced(function* (id) {
      const own = yield* fromEither(toldSpecBy(id, spec, setting, catalog.architectures))
      return { id, spec: own, setting: yield* settingOf(own, catalog) }
    })
  )
  const unseen = yield* unseenTasks(config, catalog, { count, seen: tasks, key, fix: "lower selection.unseen" })
  return { spec, setting, architectures, unseen }
})

/** The same with whoever computes. Errors: those of {@link intend}. */
export const plan = Effect.fn("policygradex.plan")(function* (config: RunConfig, catalog: Catalog) {
  const { setting, selecting, ...intended } = yield* intend(config, catalog)
  // Environments of another process stay in this thread: that process is what plays them beside it.
  const remote = setting.environment.open !== undefined
  const workers = remote ? yield* workersHere(catalog) : yield* Workers
  const { highCallOverhead } = (yield* Session).capabilities
  const context: StageContext = {
    setting,
    onWorkers: !highCallOverhead && !remote,
    groupings: catalog.groupings ?? [],
    logsAtEnd: workers.keeps === true
  }
  const meta = selecting?.setting.algorithm
  const { aggregator } = setting
  const code = {
    [`algorithm ${setting.algorithm.id}`]: setting.algorithm.version,
    ...(meta === undefined ? {} : { [`algorithm ${meta.id}`]: meta.version }),
    ...(aggregator?.version === undefined ? {} : { [`aggregator ${aggregator.id}`]: aggregator.version }),
    [`environment ${setting.environment.id}`]: setting.environment.version
  }
  return { ...intended, selecting, context, workers, code }
})

/** What a job knows before its first stage. */
export type Planned = Effect.Success<ReturnType<typeof plan>>

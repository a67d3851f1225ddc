/**
 * policygradex: which tasks should be trained together?
 *
 * @example Groups of ten cart-poles
 * ```ts
 * import { Effect } from "effect"
 * import { experiment, groupsOf } from "policygradex"
 *
 * const run = await Effect.runPromise(experiment({ preset: "quick", family: { id: "cartpole-mirrored", n: 10 } }))
 * console.log(groupsOf(run))
 * ```
 *
 * @module
 */

// Tasks and learners.
export * as algorithms from "./algorithms/mod.ts"
// Programs and what runs them.
export * as aggregate from "./core/aggregate/mod.ts"
// Bilevel meta-learning on processes that are known.
export * as bilevel from "./core/bilevel/mod.ts"
export * as curvature from "./core/curvature/mod.ts"
export * as dist from "./core/dist/mod.ts"
export * as estimate from "./core/estimate/mod.ts"
// The one shape of failures.
export * as failure from "./core/failure/mod.ts"
// Affinity to groups, and how groupings agree.
export * as grouping from "./core/grouping/mod.ts"
// Randomness and elementary functions that are the same everywhere.
export * as math from "./core/math/mod.ts"
export * as mdp from "./core/mdp/mod.ts"
export * as network from "./core/network/mod.ts"
export * as optim from "./core/optim/mod.ts"
export * as program from "./core/program/mod.ts"
export * as random from "./core/random/mod.ts"
// Where runs live and how they tell about themselves.
export { Progress, type ProgressService, type StageProgress } from "./core/service/progress.ts"
export { RunStore, type RunStoreError, type RunStoreService, runStoreError } from "./core/service/run_store.ts"
export {
  type Argument,
  type Buffer,
  type Cost,
  type Executable,
  Session,
  type SessionError,
  type SessionFailure,
  type SessionLost,
  type SessionService,
  sessionError,
  sessionLost,
  type Target
} from "./core/service/session.ts"
// What the configuration of a learner of one's own is made of.
export * as setting from "./core/service/setting.ts"
export * as stat from "./core/stat/mod.ts"
export * as surrogate from "./core/surrogate/mod.ts"
export * as envs from "./envs/mod.ts"
export type { JobResult, ReportData, RunConfig } from "./pipeline/mod.ts"
// The main job and its parts.
export * as policygradex from "./pipeline/mod.ts"
// Environments of one's Python.
export { type Gymnasium, type GymnasiumOptions, gymnasium } from "./plugins/gymnasium/mod.ts"
export { catalog } from "./plugins/loading/catalog/mod.ts"
// Plugins: environments, families, learners, groupings and loggers of one's own.
export { definePlugin, type LoggerPlugin, type Plugin, type PluginError } from "./plugins/loading/mod.ts"
export { experiment, groupsOf, type Place, type Settings } from "./plugins/runs/experiment.ts"
export { type GivenFiles, type GivenPlace, groupFrom } from "./plugins/runs/group_from.ts"
export * as sessions from "./plugins/sessions/mod.ts"
export * as wasm from "./plugins/sessions/wasm/mod.ts"
// Many runs as one experiment.
export {
  type RunEnd,
  type SettingPath,
  type SettingsByPath,
  type Sweep,
  type SweepOptions,
  type SweepPlace,
  type SweepResult,
  sweep
} from "./plugins/sweeps/mod.ts"

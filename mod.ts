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
// The main job and its parts.
export * as policygradex from "./algorithms/policygradex/mod.ts"
// Programs and what runs them.
export * as aggregate from "./core/aggregate/mod.ts"
export * as dist from "./core/dist/mod.ts"
export * as estimate from "./core/estimate/mod.ts"
// Affinity to groups, and how groupings agree.
export * as grouping from "./core/grouping/mod.ts"
// Randomness and elementary functions that are the same everywhere.
export * as math from "./core/math/mod.ts"
export * as network from "./core/network/mod.ts"
export * as optim from "./core/optim/mod.ts"
export type { RunConfig } from "./core/pipeline/config.ts"
// Where runs live and how they tell about themselves.
export { Progress, type ProgressService, type StageProgress } from "./core/pipeline/progress.ts"
export type { JobResult, ReportData } from "./core/pipeline/report_data.ts"
export { RunStore, RunStoreError, type RunStoreService } from "./core/pipeline/run_store.ts"
export {
  type Argument,
  type Buffer,
  type Cost,
  type Executable,
  Session,
  SessionError,
  type SessionFailure,
  SessionLost,
  type SessionService,
  type Target
} from "./core/pipeline/session.ts"
// What the configuration of a learner of one's own is made of.
export * as setting from "./core/pipeline/setting.ts"
export * as program from "./core/program/mod.ts"
export * as random from "./core/random/mod.ts"
export * as stat from "./core/stat/mod.ts"
export * as surrogate from "./core/surrogate/mod.ts"
export * as envs from "./envs/mod.ts"
export { experiment, groupsOf, type Place, type Settings } from "./plugins/experiment.ts"
// Environments of one's Python.
export { type Gymnasium, type GymnasiumOptions, gymnasium } from "./plugins/gymnasium/mod.ts"
export { known } from "./plugins/known.ts"
// Plugins: environments, families, learners, groupings and loggers of one's own.
export { definePlugin, type LoggerPlugin, type Plugin, PluginError } from "./plugins/load/mod.ts"
export * as wasm from "./plugins/session_wasm/mod.ts"
export * as sessions from "./plugins/sessions/mod.ts"

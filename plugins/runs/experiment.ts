/** The main job for scripts: a configuration in, the result out; in a directory or in memory. */
import { Console, Effect } from "effect"
import type { Maml, Ppo, Sac } from "../../algorithms/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import type { ReportData, RunConfig } from "../../pipeline/mod.ts"
import { mainJob } from "../../pipeline/mod.ts"
import { named, type PresetName, resolve, SESSION_VARIABLE } from "../config/mod.ts"
import { catalog, catalogWith } from "../loading/catalog/mod.ts"
import { type LoggerPlugin, loadPlugins, ofProject, versionsOf } from "../loading/mod.ts"
import { machine, versions } from "./machine.ts"
import { progressDisplay, silentProgress } from "./progress.ts"
import { runJob } from "./run_job.ts"
import { directoryStore, memoryStore, recordsOf } from "./store/mod.ts"

/** Any part of a configuration, typed; what is left out comes from the preset. */
export type Settings = {
  readonly preset?: PresetName
  readonly algorithm?: LearnerSettings
} & DeepPartial<Omit<RunConfig, "preset" | "algorithm">>

/** The learner that trains, and settings by learner; those of plugins are checked by them. */
export interface LearnerSettings {
  readonly id?: string
  readonly ppo?: Partial<Ppo>
  readonly sac?: Partial<Sac>
  readonly maml?: DeepPartial<Maml>
  readonly [learner: string]: unknown
}

type DeepPartial<T> = {
  readonly [K in keyof T]?: T[K] extends readonly unknown[] ? T[K] : T[K] extends object ? DeepPartial<T[K]> : T[K]
}

/** Where a script's run goes and what it shows. */
export interface Place {
  /** A run directory that is not there yet; without it the run stays in memory. */
  readonly out?: string
  /** Go on with the run in `out`, where one was begun with these settings; a finished one is computed anew. */
  readonly resume?: boolean
  /** Show no progress. */
  readonly quiet?: boolean
  /** Loggers beside those of plugins. */
  readonly loggers?: readonly LoggerPlugin[]
}

/**
 * Runs the main job.
 *
 * Plugins are those of `plugins` in the settings (paths count from the working folder), and the project's own where this
 * package is installed for it.
 *
 * - Errors: `ArgumentError` naming the setting; `RunStoreError` for the directory; the job's own.
 */
export const experiment = Effect.fn("experiment")(function* (settings: Settings, place: Place = {}) {
  const variable = process.env[SESSION_VARIABLE] || undefined
  const own = settings.session === undefined && variable !== undefined ? { session: variable } : {}
  const read = yield* fromEither(resolve({ ...settings, ...own }, `the script or ${SESSION_VARIABLE}`, {}))
  const command = process.argv.slice(1).join(" ")
  const project = ofProject(process.cwd(), read.plugins)
  for (const sentence of project.told) yield* Console.error(`policygradex: ${sentence}`)
  const loaded = yield* loadPlugins(catalog.registry, [...project.names, ...read.plugins])
  for (const { message } of loaded.problems) yield* Console.error(`policygradex: ${message}; going on without it`)
  if (!loaded.registry.families.some((f) => f.id === read.family.id) && loaded.problems[0] !== undefined)
    return yield* Effect.fail(loaded.problems[0])
  const all = catalogWith(loaded)
  const config = yield* fromEither(named(read, all))
  const info = {
    command,
    config,
    seed: config.seed,
    versions: { ...versions(), ...versionsOf(loaded) },
    machine: machine(),
    plugins: recordsOf(loaded.plugins, place.out ?? ".")
  }
  const mode = place.resume === true ? "resume" : "new"
  return yield* runJob(mainJob(all), { config, command, loaded, loggers: place.loggers ?? [] }).pipe(
    Effect.provide(place.quiet === true ? silentProgress : progressDisplay()),
    Effect.provide(place.out === undefined ? memoryStore().layer : directoryStore(place.out, mode, info))
  )
})

/** The tasks' names by group. */
export const groupsOf = (run: ReportData): readonly (readonly string[])[] =>
  Array.from({ length: run.grouping.k }, (_, g) =>
    run.tasks.filter((_, i) => run.grouping.labels[i] === g).map((task) => task.id)
  )

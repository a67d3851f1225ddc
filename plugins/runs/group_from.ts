/** Groups from what was collected elsewhere, for the command and for scripts. */
import { readdir, rm, rmdir } from "node:fs/promises"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { ArgumentError } from "../../core/failure/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { isRunStoreError } from "../../core/service/run_store.ts"
import { type Given, givenJob, type RowOptions, type RowSource, type RunConfig } from "../../pipeline/mod.ts"

import { GIVEN, merge, named, resolve, SESSION_VARIABLE } from "../config/mod.ts"
import { type ImportedPolicy, isMeans, openRows, type PolicyOptions, readMeans, readPolicy } from "../exchange/mod.ts"
import { catalog } from "../loading/catalog/mod.ts"
import type { Place, Settings } from "./experiment.ts"
import { machine, versions } from "./machine.ts"
import { progressDisplay, silentProgress } from "./progress.ts"
import { runJob } from "./run_job.ts"
import { directoryStore, memoryStore } from "./store/mod.ts"
import { trailFile } from "./trail.ts"

/** Transitions, the policy that acted, and what their files do not tell. */
export interface GivenFiles extends RowOptions, PolicyOptions {
  /** Files of transitions, or rows that a script gives itself. */
  readonly data: string | readonly string[] | RowSource
  /** The policy's file; without one the data are gradients: features by transition, or means by task. */
  readonly policy?: string | undefined
  /** What tells the task: `file`, or a column. */
  readonly taskFrom?: string | undefined
}

/** Where it stands afterwards. */
export interface GivenPlace extends Pick<Place, "out" | "quiet"> {
  /** A run that is in `out` goes. */
  readonly force?: boolean
}

/**
 * Groups tasks by transitions that were collected elsewhere, and trains nothing: matrices, groups, how many policies they are, what each
 * number of policies is predicted to be worth, the first-order check; with `out`, as a run directory with a report.
 *
 * Settings are those of `experiment`; what a policy's file tells of its training (step size, batch, discount) goes before the defaults.
 * The groups are those, bit for bit, of a run that saw the same transitions at its θ★, and predicted returns are with the environment's
 * `maxEpisodeSteps`.
 *
 * - Errors: `FileError`; `ArgumentError` naming what the files hold that cannot be used, and settings; `RunStoreError` for the
 *   directory; those of sessions.
 */
export const groupFrom = Effect.fn("groupFrom")(
  function* (
    { data, policy, taskFrom, moments, layers, activation, ...options }: GivenFiles,
    settings: Settings = {},
    place: GivenPlace = {}
  ) {
    const imported =
      policy === undefined ? undefined : yield* readPolicy(policy, { moments, layers, activation }, catalog.algorithms)
    const isSource = typeof data === "object" && "read" in data
    const rows = isSource ? data : yield* openRows(typeof data === "string" ? [data] : data, taskFrom)
    const given: Given =
      imported === undefined && isMeans(rows) ? { means: yield* readMeans(rows) } : { rows, policy: imported, options }
    const config = yield* fromEither(configOf(imported, settings))
    const command = process.argv.slice(1).join(" ")
    const info = { command, config, seed: config.seed, versions: versions(), machine: machine(), plugins: [] }
    const { out } = place
    return yield* runJob(givenJob(given, catalog), { config, command }).pipe(
      Effect.provide(place.quiet === true ? silentProgress : progressDisplay()),
      Effect.provide(
        out === undefined ? memoryStore().layer : directoryStore(out, place.force === true ? "force" : "new", info)
      ),
      // A folder that could not be had is somebody else's.
      Effect.tapError((e) => (out === undefined || isRunStoreError(e) ? Effect.void : withoutEmptyRun(out)))
    )
  },
  // Where a script runs there may be no other.
  Effect.provide(NodeFileSystem.layer)
)

/** What the configuration of a run without environments has in place of a family; how many tasks there are, the rows tell. */
const NO_FAMILY = { id: GIVEN, n: 1000, options: {} }

/** Takes a run away that nothing came of, so that the next may have its folder. */
const withoutEmptyRun = (out: string): Effect.Effect<void> =>
  Effect.promise(async () => {
    const left = await readdir(out).catch(() => [])
    if (left.length === 0 || left.some((name) => !["run.json", "run.lock", trailFile].includes(name))) return
    for (const name of left) await rm(join(out, name), { force: true })
    // It stays where something else came in meanwhile.
    await rmdir(out).catch(() => undefined)
  })

/** Settings over what the policy's file tells of its training, over the defaults. */
const configOf = (imported: ImportedPolicy | undefined, settings: Settings): E.Either<ArgumentError, RunConfig> => {
  const { algorithm = "ppo", settings: own = {}, steps, environments = 1 } = imported?.training ?? {}
  const told = {
    preset: "cartpole-length",
    algorithm: { id: imported?.algorithm.id ?? algorithm, [algorithm]: own },
    // An update of a group sees a rollout of each task, as long as the one that it was trained by.
    ...(steps === undefined ? {} : { meta: { stepsPerTask: steps * environments, vector: environments } })
  }
  const variable = process.env[SESSION_VARIABLE] || undefined
  const session = settings.session === undefined && variable !== undefined ? { session: variable } : {}
  return pipe(
    resolve(merge(merge(told, settings), { family: NO_FAMILY, ...session }), "settings of groupFrom", {}),
    E.chain((config) => named(config, catalog)),
    E.map((config): RunConfig => ({ ...config, preset: GIVEN, family: NO_FAMILY }))
  )
}

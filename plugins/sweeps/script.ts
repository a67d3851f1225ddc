/** Experiments of many runs for scripts. */
import { Console, Effect } from "effect"
import { fromEither } from "../../core/service/from_either.ts"
import { SESSION_VARIABLE } from "../config/mod.ts"
import { catalog } from "../loading/catalog/mod.ts"
import { loadPlugins, ofProject } from "../loading/mod.ts"
import { progressDisplay, silentProgress } from "../runs/progress.ts"
import { databaseAddress } from "./machines/mod.ts"
import { readyOf } from "./ready.ts"
import { doSweep, type SweepOptions } from "./run_sweep.ts"
import { decodeSweep, type Sweep } from "./sweep.ts"

/** Where a script's experiment goes, and how it is done. */
export interface SweepPlace extends Omit<SweepOptions, "meeting"> {
  /** Address of the Postgres database whose workers do it, instead of this machine; its password is never shown or kept. */
  readonly database?: string
  /** Where they share arrays and results: a folder, or `s3://BUCKET/PREFIX`; the database without it. */
  readonly store?: string
  /** Show no progress. */
  readonly quiet?: boolean
}

/**
 * Does an experiment: one run for every combination of the values in `over`, each in a directory of its own below
 * `out/runs`. Called again it goes on: nothing that is finished is done again, and what several runs have alike is done once.
 * A run that fails does not stop the others: it is among the results, with its error.
 *
 * - Errors: `ArgumentError` naming the setting; `RunStoreError` for the folder, above all one that another process holds.
 */
export const sweep = Effect.fn("sweep")(function* (what: Sweep, place: SweepPlace) {
  const { quiet = false, database, store, ...options } = place
  const named = store === undefined ? {} : { store }
  const at =
    database === undefined ? {} : { meeting: { address: yield* fromEither(databaseAddress(database)), ...named } }
  const data = yield* fromEither(decodeSweep(what, "the script"))
  const asked = data.plugins ?? []
  const project = ofProject(process.cwd(), asked)
  for (const sentence of project.told) yield* Console.error(`policygradex: ${sentence}`)
  const loaded = yield* loadPlugins(catalog.registry, [...project.names, ...asked])
  for (const { message } of loaded.problems) yield* Console.error(`policygradex: ${message}; going on without it`)
  const sessionVariable = process.env[SESSION_VARIABLE] || undefined
  const over = sessionVariable === undefined ? {} : { sessionVariable }
  const command = process.argv.slice(1).join(" ")
  const ready = yield* readyOf(data, { source: `the script or ${SESSION_VARIABLE}`, command, loaded, over })
  return yield* Effect.provide(doSweep(ready, { ...options, ...at }), quiet ? silentProgress : progressDisplay())
})

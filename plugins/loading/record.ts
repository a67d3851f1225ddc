/** Plugins that a run file names: code of whoever wrote it, which nobody has asked for by opening a run. */
import { existsSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import { Predicate } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { LoadedPlugin } from "./add.ts"
import { type PluginError, pluginError } from "./error.ts"
import { isPath, locate } from "./find.ts"
import { fingerprint } from "./fingerprint.ts"
import type { RecordedPlugin } from "./recorded_plugin.ts"

/** What a run file says of plugins, and where it is. */
export interface RunRecord {
  /** The file that names them. */
  readonly source: string
  readonly plugins: readonly NamedPlugin[]
}

/** A plugin that a run file names. */
export interface NamedPlugin {
  /** As the run was asked for it. */
  readonly from: string
  /** Its own name and its code's digest, where the run file has them. */
  readonly name?: string
  readonly sha256?: string
  /** Files that may be it now, the likeliest first; none where only the name of a package is known. */
  readonly places: readonly string[]
}

export const noRecord: RunRecord = { source: "", plugins: [] }

/**
 * Of a run in `directory`, or of an experiment, by its `file`. Run files of older versions hold only the names that were asked for, which count from here. Nothing
 * is looked for yet: a name may lead to another machine.
 */
export const recordOf = (
  directory: string,
  run: { readonly config: unknown; readonly plugins?: readonly RecordedPlugin[] },
  file = "run.json"
): RunRecord => {
  const source = join(directory, file)
  if (run.plugins !== undefined) {
    const plugins = run.plugins.map(({ file, path, version, ...p }) => ({
      ...p,
      places: [...new Set([resolve(directory, path), file])]
    }))
    return { source, plugins }
  }
  const names = Predicate.hasProperty(run.config, "plugins") ? run.config.plugins : undefined
  const strings = Array.isArray(names) ? names.filter((p) => typeof p === "string") : []
  return { source, plugins: strings.map((from) => ({ from, places: isPath(from) ? [resolve(from)] : [] })) }
}

/** Whether a plugin in use is the one that the run names, be it that it has changed or moved since. */
export const isAnsweredBy = (named: NamedPlugin, { name, from, file, sha256 }: LoadedPlugin): boolean =>
  named.name === name ||
  named.sha256 === sha256 ||
  named.places.includes(file) ||
  (!isPath(from) && named.from === from)

/** Where it is now: the place that holds what the run was made with, else the first that holds anything. */
export const whereNow = (
  { from, name = from, sha256, places }: NamedPlugin,
  source: string
): E.Either<PluginError, { readonly file: string; readonly changed: boolean }> => {
  if (places.length === 0) return E.map((file: string) => ({ file, changed: false }))(locate(from, "."))
  const there = places.filter((place) => existsSync(place) && statSync(place).isFile())
  const same = there.find((place) => fingerprint(place) === sha256)
  const file = same ?? there[0]
  if (file !== undefined) return E.right({ file, changed: same === undefined && sha256 !== undefined })
  const doing = `load plugin ${name}, which ${source} names`
  const want = `its module at ${places.join(" or at ")}`
  const fix = "name it where it is now by --plugin FILE"
  return E.left(pluginError({ doing, want, got: "nothing there", fix, plugin: from, field: "" }))
}

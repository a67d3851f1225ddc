/** A plugin as `run.json` records it: what it was, and where. */
import { relative, resolve, sep } from "node:path"
import { Schema } from "effect"

export const RecordedPlugin = Schema.Struct({
  name: Schema.String,
  version: Schema.String,
  /** As it was asked for. */
  from: Schema.String,
  /** Of the module and all that it imports by path. */
  sha256: Schema.String,
  /** The module, from the root of the machine that the run began on. */
  file: Schema.String,
  /** The same from the run directory: what moves together stays together. */
  path: Schema.String
})
export type RecordedPlugin = typeof RecordedPlugin.Type

/** What a run in `directory` records of the plugins that it uses. */
export const recordsOf = (
  plugins: readonly Omit<RecordedPlugin, "path">[],
  directory: string
): readonly RecordedPlugin[] =>
  plugins.map(({ name, version, from, sha256, file }) => {
    const path = relative(resolve(directory), file).split(sep).join("/")
    return { name, version, from, sha256, file, path }
  })

/** What is wrong with a plugin. */
import { Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type Failure, failureOf, type Said } from "../../core/failure/mod.ts"
import { failureParts, failureSchema } from "../../core/service/failure_schema.ts"
import { shortened, shown } from "../../core/text/shown.ts"

interface Part {
  /** The plugin's file or package, as it was asked for. */
  readonly plugin: string
  /** The part, e.g. `environments[0].observation.low`; empty where the whole is meant. */
  readonly field: string
}

/** A plugin that cannot be used: where it is, which part of it, what was wanted, what came, how to mend it. */
export type PluginError = Failure<"PluginError"> & Part

export const pluginError = failureOf<"PluginError", Part>("PluginError")

/** The same as data: from another thread. */
export const PluginFailure = failureSchema(
  Schema.Struct({ _tag: Schema.Literal("PluginError"), ...failureParts, plugin: Schema.String, field: Schema.String })
)

export const isPluginError = Schema.is(PluginFailure)

/** The error of a plugin that does not load. */
export const loadError = (plugin: string, said: Omit<Said, "doing">): PluginError =>
  pluginError({ doing: `load plugin ${plugin}`, ...said, plugin, field: "" })

/** A part of a plugin that is not as the contract wants it. */
export interface Issue {
  readonly field: string
  readonly want: string
  readonly got: string
  readonly fix: string
}

/** The error of a plugin that has this issue. */
export const issueError = (plugin: string, { field, want, got, fix }: Issue): PluginError =>
  pluginError({ doing: `use ${field === "" ? "" : `${field} of `}plugin ${plugin}`, want, got, fix, plugin, field })

/** What was thrown, which may be anything, in a few words; never throws itself. */
export const thrown = (e: unknown): string =>
  E.getOrElse(() => "something that cannot be read")(
    E.tryCatch(() => (e instanceof Error ? shortened(`${e.name}: ${e.message}`) : shown(e)), String)
  )

/** What is wrong with a plugin. */
import { Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { sentence } from "../../core/text/sentence.ts"
import { shortened, shown } from "../../core/text/shown.ts"

/** A plugin that cannot be used: where it is, which part of it, what was wanted, what came, how to mend it. */
export class PluginError extends Schema.TaggedError<PluginError>()("PluginError", {
  doing: Schema.String,
  want: Schema.String,
  got: Schema.String,
  fix: Schema.String,
  /** The plugin's file or package, as it was asked for. */
  plugin: Schema.String,
  /** The part, e.g. `environments[0].observation.low`; empty where the whole is meant. */
  field: Schema.String
}) {
  override get message(): string {
    return sentence(this)
  }
}

/** A part of a plugin that is not as the contract wants it. */
export interface Issue {
  readonly field: string
  readonly want: string
  readonly got: string
  readonly fix: string
}

/** The error of a plugin that has this issue. */
export const issueError = (plugin: string, { field, want, got, fix }: Issue): PluginError =>
  new PluginError({ doing: `use ${field === "" ? "" : `${field} of `}plugin ${plugin}`, want, got, fix, plugin, field })

/** What was thrown, which may be anything, in a few words; never throws itself. */
export const thrown = (e: unknown): string =>
  E.getOrElse(() => "something that cannot be read")(
    E.tryCatch(() => (e instanceof Error ? shortened(`${e.name}: ${e.message}`) : shown(e)), String)
  )

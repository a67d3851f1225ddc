/** `--plugin`, for every command that looks something up by its id. */
import { Effect, Predicate } from "effect"
import { Flag } from "effect/cli"
import { type Loaded, loadPlugins, PluginError } from "../load/mod.ts"
import { shipped } from "../registry.ts"
import { remark } from "./output.ts"

export const pluginFlag = Flag.String("plugin").pipe(
  Flag.between(0, 100),
  Flag.withMetavar("FILE"),
  Flag.withDescription(
    "A plugin's file or package, beside those of the configuration and of the project; may be repeated"
  )
)

/** What there is with these plugins and the project's; those that are left out are told on standard error. */
export const withPlugins = Effect.fn("pgex.plugins")(function* (names: readonly string[]) {
  const loaded = yield* loadPlugins(shipped, names, { project: true })
  for (const { message } of loaded.problems) yield* remark(`${message}; going on without it`)
  return loaded
})

/** The same with learners, whose modules (programs, above all) are loaded only by commands that ask for them. */
export const knownWithPlugins = Effect.fn("pgex.known")(function* (names: readonly string[]) {
  const loaded = yield* withPlugins(names)
  const { knownWith } = yield* Effect.promise(() => import("../known.ts"))
  return { loaded, known: knownWith(loaded) }
})

/** The plugins that a run's configuration names. */
export const pluginsOf = (config: unknown): readonly string[] => {
  const named = Predicate.hasProperty(config, "plugins") ? config.plugins : undefined
  return Array.isArray(named) ? named.filter((p) => typeof p === "string") : []
}

/** An id that is not there may be of a plugin that was left out: then that is the reason. */
export const because =
  ({ problems }: Loaded) =>
  <E extends { readonly message: string }>(error: E): E | PluginError => {
    const [first] = problems
    if (first === undefined || !("_tag" in error) || error._tag !== "UnknownName") return error
    const names = problems.map((p) => p.plugin).join(", ")
    return new PluginError({
      doing: error.message.replace(/^Cannot /, "").replace(/: want .*$/s, ""),
      want: "the plugin that has it",
      got: `no use of ${names} (${first.message})`,
      fix: "mend the plugin",
      plugin: first.plugin,
      field: first.field
    })
  }

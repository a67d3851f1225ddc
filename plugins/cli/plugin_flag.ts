/** `--plugin`, for every command that looks something up by its id. */
import { resolve } from "node:path"
import { Effect } from "effect"
import { Flag } from "effect/cli"
import { argumentError, isFailure } from "../../core/failure/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import {
  isAnsweredBy,
  type Loaded,
  loadPlugins,
  type NamedPlugin,
  noRecord,
  ofProject,
  type PluginError,
  pluginError,
  type RunRecord,
  shipped,
  whereNow
} from "../loading/mod.ts"
import { withWord } from "./going_on.ts"
import { remark } from "./output.ts"

export const pluginFlag = Flag.String("plugin").pipe(
  Flag.between(0, 100),
  Flag.withMetavar("FILE"),
  Flag.withDescription(
    "A plugin's file or package, beside those of the configuration and of the project; may be repeated"
  )
)

export const trustFlag = Flag.Boolean("trust").pipe(
  Flag.withDefault(false),
  Flag.withoutNegation,
  Flag.withDescription(
    "Load the plugins that an earlier run's run.json, or an experiment's sweep.json, names: they are code, and may be anybody's"
  )
)

/** Which plugins a command takes. */
export interface Plugins {
  /** Those that the person names: on the command line, or in a configuration of theirs. */
  readonly asked: readonly string[]
  /** Those that a run names, which load only if they are asked for too, or all are trusted. */
  readonly record?: RunRecord
  readonly trust?: boolean
}

/**
 * What there is with these plugins and the project's; those that are left out are told on standard error, and those of
 * the project's dependencies in any case.
 *
 * - Errors: `ArgumentError` for plugins that only a run names, `PluginError` for one of them that is not where it was.
 */
export const withPlugins = Effect.fn("pgex.plugins")(function* ({ asked, record = noRecord, trust = false }: Plugins) {
  // Python's modules are code too: those of this folder are not taken because a run names them.
  if (record !== noRecord && !trust) process.env.PGEX_PYTHON_HERE = "no"
  const project = ofProject(resolve("."), asked)
  yield* Effect.forEach(project.told, remark, { discard: true })
  const loaded = yield* loadPlugins(shipped, [...project.names, ...asked])
  const unasked = record.plugins.filter((p) => !loaded.plugins.some((one) => isAnsweredBy(p, one)))
  if (unasked.length > 0 && !trust) return yield* Effect.fail(notAsked(record, unasked))
  const files: string[] = []
  for (const plugin of unasked) {
    const { file, changed } = yield* fromEither(whereNow(plugin, record.source))
    if (changed) yield* remark(`${file} is not as the run was made with: what it computes may differ`)
    files.push(file)
  }
  const all = yield* loadPlugins(shipped, files, { onto: loaded })
  for (const { message } of all.problems) yield* remark(`${message}; going on without it`)
  return { ...all, names: [...asked, ...files] }
})

/** Their names, and the whole command that would load them. */
const notAsked = ({ source }: RunRecord, plugins: readonly NamedPlugin[]) => {
  const got = plugins.map(({ from, places: [first, ...more] }) =>
    [from, ...(first === undefined || first === from ? [] : [`(${[first, ...more].join(" or ")})`])].join(" ")
  )
  return argumentError({
    doing: `use the plugins that ${source} names`,
    want: "--plugin FILE for each, or --trust for all: they are code that would run",
    got: got.join("; "),
    fix: `if you know them: ${withWord("--trust")}`
  })
}

/** The same with learners, whose modules (programs, above all) are loaded only by commands that ask for them. */
export const catalogWithPlugins = Effect.fn("pgex.catalog")(function* (plugins: Plugins) {
  const loaded = yield* withPlugins(plugins)
  const { catalogWith } = yield* Effect.promise(() => import("../loading/catalog/mod.ts"))
  return { loaded, catalog: catalogWith(loaded) }
})

/** An id that is not there may be of a plugin that was left out: then that is the reason. */
export const because =
  ({ problems }: Loaded) =>
  <E>(error: E): E | PluginError => {
    const [first] = problems
    if (first === undefined || !isFailure(error, "UnknownName")) return error
    const names = problems.map((p) => p.plugin).join(", ")
    return pluginError({
      doing: error.doing,
      want: "the plugin that has it",
      got: `no use of ${names} (${first.message})`,
      fix: "mend the plugin",
      plugin: first.plugin,
      field: first.field
    })
  }

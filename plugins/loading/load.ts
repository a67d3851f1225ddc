/** Loading plugins: each alone, so that a broken one is reported and the others work. */

import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { Effect, Predicate } from "effect"
import { fromEither } from "../../core/service/from_either.ts"
import { choices } from "../../core/text/choices.ts"
import { printable } from "../../core/text/printable.ts"
import type { Registry } from "../../envs/mod.ts"
import { stray, waitingFor } from "../io/ending/mod.ts"
import { OWN } from "../io/installed.ts"
import { added, type Loaded, type LoadedPlugin } from "./add.ts"
import { contractVersion } from "./define.ts"
import { issueError, loadError, type PluginError, thrown } from "./error.ts"
import { locate, projectPlugins } from "./find.ts"
import { fingerprint } from "./fingerprint.ts"
import { type Missing, missingImport } from "./imports.ts"
import { isPlugin, pluginIssues } from "./validate.ts"

/** Ids of the package's own learners, which no plugin may take. */
const shipped = [
  "ppo",
  "sac",
  "maml",
  "maml-trpo",
  "fomaml",
  "reptile",
  "emaml",
  "promp",
  "tr-maml",
  "bo-mrl",
  "distral"
]

export interface LoadOptions {
  /** The folder that paths count from. */
  readonly base?: string
  readonly project?: boolean
  /** Ids of learners that there are without plugins. */
  readonly algorithms?: readonly string[]
  /** What was loaded before, and holds the registry. */
  readonly onto?: Loaded
}

/**
 * Adds plugins to a registry, in order. A plugin that does not load, breaks the contract or claims an id that another
 * has already is left out as a whole and reported.
 *
 * Names are files (paths count from `base`) or installed packages; with `project`, dependencies of the project around
 * `base` that carry the keyword `policygradex-plugin` come first.
 */
export const loadPlugins = Effect.fn("plugins.load")(function* (
  registry: Registry,
  names: readonly string[],
  options: LoadOptions = {}
) {
  const base = resolve(options.base ?? ".")
  const all = [...(options.project === true ? projectPlugins(base).map((p) => p.name) : []), ...names]
  const nothing: Loaded = {
    registry,
    algorithms: [],
    architectures: [],
    aggregators: [],
    groupings: [],
    loggers: [],
    plugins: [],
    problems: []
  }
  let loaded: Loaded = options.onto ?? nothing
  for (const name of all) {
    const one = yield* Effect.result(loadPlugin(name, base))
    if (one._tag === "Failure") loaded = { ...loaded, problems: [...loaded.problems, one.failure] }
    else if (!loaded.plugins.some((p) => p.file === one.success.file))
      loaded = added(loaded, one.success, options.algorithms ?? shipped)
  }
  return loaded
})

/**
 * One plugin.
 *
 * - Errors: `PluginError` for a module that is not there, does not load, has no default export or breaks the contract.
 */
export const loadPlugin = Effect.fn("plugins.loadOne")(function* (name: string, base: string = resolve(".")) {
  const { value, ...module } = yield* readModule(name, base)
  const [first, ...more] = pluginIssues(value)
  if (first === undefined && isPlugin(value))
    return { ...module, name: value.name, version: value.version, plugin: value } satisfies LoadedPlugin
  const issue = first ?? { field: "", want: "a plugin", got: "another value", fix: "" }
  const rest = `pgex plugin check ${name} tells ${more.length} more`
  const fix = [issue.fix, ...(more.length === 0 ? [] : [rest])].filter((s) => s !== "").join("; ")
  return yield* Effect.fail(issueError(name, { ...issue, fix }))
})

/** The default export of a module, whatever it is. */
export const readModule = Effect.fn("plugins.readModule")(function* (name: string, base: string = resolve(".")) {
  const file = yield* fromEither(locate(name, base))
  const missing = yield* Effect.try({ try: () => missingImport(file), catch: (e) => importError(name, e) })
  if (missing !== undefined) return yield* Effect.fail(notInstalled(name, missing))
  const uncaught = stray((e) => importError(name, e, "what nobody caught"))
  const module = yield* patiently(name, Effect.raceFirst(imported(name, file), uncaught))
  const value = Predicate.hasProperty(module, "default") ? module.default : undefined
  if (value === undefined) {
    const names = Predicate.isObject(module) ? Object.keys(module) : []
    const got = names.length === 0 ? "no export" : `only ${choices(names)}`
    const fix = `export default definePlugin({ policygradex: ${contractVersion}, … })`
    return yield* Effect.fail(issueError(name, { field: "", want: "a default export", got, fix }))
  }
  return { from: name, file, sha256: fingerprint(file), value }
})

/** Seconds after which a person is told what is waited for. */
const TELLING_SECONDS = 3

/** Tells what is waited for, and waits for no longer than `PGEX_PLUGIN_SECONDS`. */
const patiently = <A>(plugin: string, loading: Effect.Effect<A, PluginError>): Effect.Effect<A, PluginError> => {
  const asked = Number(process.env.PGEX_PLUGIN_SECONDS)
  const seconds = asked > 0 ? asked : 30
  const late = (got: string) =>
    loadError(plugin, {
      want: `a module that loads within ${seconds} s`,
      got,
      fix: "a plugin only defines values; PGEX_PLUGIN_SECONDS gives it longer"
    })
  const line = `pgex: waiting for plugin ${printable(plugin)}, which is still loading`
  const limited = loading.pipe(
    Effect.timeoutOrElse({ duration: `${seconds} seconds`, orElse: () => Effect.fail(late("one that waits")) })
  )
  return waitingFor({ tell: TELLING_SECONDS, line, end: seconds, failure: late("one that computes") }, limited)
}

/** Imports it, and waits for what it did not: a rejection that nobody catches shows a moment later. */
const imported = (name: string, file: string): Effect.Effect<unknown, PluginError> =>
  Effect.tryPromise({
    try: async () => {
      try {
        return await import(pathToFileURL(file).href)
      } finally {
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    catch: (e) => importError(name, e)
  })

/** An import that a runtime would fetch, or not find. */
const notInstalled = (plugin: string, { name, file, isAddress }: Missing): PluginError =>
  loadError(plugin, {
    want: "its imports to be installed",
    got: `${isAddress ? "the address" : "no package"} ${name} in ${file}`,
    fix: isAddress ? "nothing is fetched: install it, and import it by its name" : installing(name)
  })

/** This package from where it is: its name may be another's in a registry. */
const installing = (name: string): string => `npm install ${/^policygradex(\/|$)/.test(name) ? OWN : name} beside it`

/** What an import threw, as one sentence: both runtimes' syntax errors, missing modules, and the module's own throw. */
const importError = (plugin: string, e: unknown, how = "its throw"): PluginError => {
  const message = e instanceof Error ? e.message : thrown(e)
  const name = e instanceof Error ? e.name : "a throw"
  const syntax = name === "SyntaxError" || name === "BuildMessage" || message.startsWith("SyntaxError")
  const text = `${message.split("\n")[0]}${place(e, message)}`
  const make = (want: string, got: string, fix: string) => loadError(plugin, { want, got, fix })
  if (syntax) return make("a module", `a syntax error: ${text.replace(/^SyntaxError: /, "")}`, "mend the line")
  if (name === "ResolveMessage" || /Cannot find|Module not found|not in.*npm|Relative import path/.test(message)) {
    const fix = message.includes("policygradex") ? installing("policygradex") : "install it or mend the path"
    return make("its imports", text, fix)
  }
  return make(
    "a module that loads",
    `${how}, ${name}: ${text}`,
    "a plugin only defines values; nothing may fail while it loads"
  )
}

/** Where: Bun tells by fields, Deno in the message's last line. */
const place = (e: unknown, message: string): string => {
  if (Predicate.hasProperty(e, "position") && Predicate.isObject(e.position) && typeof e.position.line === "number")
    return ` in line ${e.position.line}, column ${String(e.position.column)}`
  const at = /at file:\S*?:(\d+):(\d+)\s*$/.exec(message)
  return at === null ? "" : ` in line ${at[1]}, column ${at[2]}`
}

/** `pgex config`: what a run would use, resolved and explained. */
import { Effect, Option, Predicate } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { fromEither } from "../../core/service/from_either.ts"
import { plainText } from "../../core/text/shown.ts"
import { sessionKinds } from "../../pipeline/internal.ts"
import type { Catalog, RunConfig } from "../../pipeline/mod.ts"
import {
  type Choice,
  loadConfig,
  meaning,
  named,
  paths,
  presets,
  SESSION_VARIABLE,
  settingRows
} from "../config/mod.ts"
import { print } from "./output.ts"
import { catalogWithPlugins, pluginFlag, trustFlag } from "./plugin_flag.ts"
import { shared } from "./shared.ts"

/** Arguments and flags that choose a configuration; `pgex run` has the same. */
export const choiceParameters = {
  source: Argument.String("preset").pipe(
    Argument.optional,
    Argument.withDescription(
      `A preset (${Object.keys(presets).join(", ")}), a JSON file, or the run.json of an earlier run; quick without it`
    )
  ),
  preset: Flag.String("preset").pipe(
    Flag.optional,
    Flag.withMetavar("NAME"),
    Flag.withDescription("The preset; wins over the argument, and fills what a file leaves out")
  ),
  session: Flag.String("session").pipe(
    Flag.optional,
    Flag.withMetavar("KIND"),
    Flag.withDescription(
      `What computes: ${sessionKinds.join(", ")}; wins over --set session=KIND, that over the variable ` +
        `${SESSION_VARIABLE}, that over the preset or file. auto takes the fastest that works, whose last bits may ` +
        "depend on the machine; wasm gives the same bits everywhere; pgex doctor tells which work here"
    )
  ),
  set: Flag.String("set").pipe(
    Flag.between(0, 1000),
    Flag.withMetavar("KEY=VALUE"),
    Flag.withDescription("Set one value, e.g. --set meta.iterations=20; may be repeated; pgex config lists the keys")
  ),
  plugin: pluginFlag,
  trust: trustFlag
}

/** What those parameters say. */
export const choiceOf = (
  o: {
    readonly source: Option.Option<string>
    readonly preset: Option.Option<string>
    readonly session: Option.Option<string>
    readonly set: readonly string[]
    readonly plugin: readonly string[]
  },
  seed: number | undefined
): Choice => {
  const source = Option.getOrUndefined(o.source)
  const preset = Option.getOrUndefined(o.preset)
  const session = Option.getOrUndefined(o.session)
  const sessionVariable = process.env[SESSION_VARIABLE] || undefined
  return {
    set: o.set,
    plugins: o.plugin,
    ...(source === undefined ? {} : { source }),
    ...(preset === undefined ? {} : { preset }),
    ...(session === undefined ? {} : { session }),
    ...(sessionVariable === undefined ? {} : { sessionVariable }),
    ...(seed === undefined ? {} : { seed })
  }
}

export const configCommand = Command.make(
  "config",
  choiceParameters,
  Effect.fn("pgex.config")(function* (o) {
    const { json, seed } = yield* shared
    const { config: read, record } = yield* loadConfig(choiceOf(o, seed))
    const plugins = { asked: read.plugins, record, trust: o.trust }
    const { catalog: all, loaded } = yield* catalogWithPlugins(plugins)
    const config = yield* fromEither(named({ ...read, plugins: loaded.names }, all))
    const rows = paths()
      .flatMap((path) =>
        path === "algorithm" ? learnerRows(config, all.algorithms) : [[path, meaning(path.split("."))] as const]
      )
      .map(([path, text]) => [`${path}=${plainText(at(config, path))}`, text] as const)
    const width = Math.min(40, Math.max(...rows.map(([setting]) => setting.length)))
    yield* print(json, config, rows.map(([setting, text]) => `${setting.padEnd(width)}  ${text}`).join("\n"))
  })
).pipe(
  Command.withDescription(
    "Print the configuration that a run would use, each setting with its meaning. With --json the output is a " +
      "configuration file that pgex run takes."
  ),
  Command.withShortDescription("Print a configuration with explanations"),
  Command.withExamples([
    { command: "pgex config paper", description: "The paper's sizes" },
    { command: "pgex config quick --set meta.iterations=20 --json > mine.json", description: "A file to start from" }
  ])
)

/** Each setting of the learner that trains. */
const learnerRows = ({ algorithm: { id } }: RunConfig, algorithms: Catalog["algorithms"]) => {
  const learner = algorithms.find((a) => a.id === id)
  const settings = learner === undefined ? [] : settingRows(learner)
  const chosen = ["algorithm.id", "the learner, one of those that pgex algorithms lists"] as const
  return [chosen, ...settings.map((r) => [`algorithm.${id}.${r.path}`, r.meaning] as const)]
}

const at = (config: RunConfig, path: string): unknown =>
  path.split(".").reduce<unknown>((v, key) => (Predicate.hasProperty(v, key) ? v[key] : undefined), config)

/** `pgex algorithms`: the learners that there are; `pgex algorithms show`: one of them, with its settings. */

import { Effect } from "effect"
import { Argument, Command } from "effect/cli"
import type { Algorithm } from "../../algorithms/mod.ts"
import { argumentError } from "../../core/failure/mod.ts"
import { choices, suggestion } from "../../core/text/choices.ts"
import { plainText } from "../../core/text/shown.ts"
import { settingRows } from "../config/mod.ts"
import type { Loaded } from "../loading/mod.ts"
import { print } from "./output.ts"
import { catalogWithPlugins, pluginFlag } from "./plugin_flag.ts"
import { shared } from "./shared.ts"

const show = Command.make(
  "show",
  { id: Argument.String("id").pipe(Argument.withDescription("A learner")), plugin: pluginFlag },
  Effect.fn("pgex.algorithms.show")(function* (o) {
    const { json } = yield* shared
    const { catalog, loaded } = yield* catalogWithPlugins({ asked: o.plugin })
    const { algorithms } = catalog
    const found = algorithms.find((a) => a.id === o.id)
    if (found === undefined) {
      const ids = algorithms.map((a) => a.id)
      const want = `a learner (${choices(ids, o.id)})`
      const fix = suggestion(o.id, ids)
      return yield* Effect.fail(argumentError({ doing: `show ${o.id}`, want, got: "no such id", fix }))
    }
    const value = recordOf(found, loaded)
    const { rows } = value
    const cells = rows.map((r) => [`${r.path}=${plainText(r.default)}`, r.takes, r.meaning] as const)
    const width = (i: 0 | 1, most: number) => Math.min(most, Math.max(0, ...cells.map((c) => c[i].length)))
    const [first, second] = [width(0, 36), width(1, 40)]
    const text = [
      `${found.id}, version ${found.version}, from ${value.from}`,
      `  ${found.summary}`,
      `  acts     ${value.actions.join(" and ")}`,
      ...(value.adapts ? ["  adapts   to tasks that it never saw: pgex evaluate RUN --adapt"] : []),
      `Settings (--set algorithm.${found.id}.KEY=VALUE)`,
      ...cells.map(([setting, range, meaning]) => `  ${setting.padEnd(first)}  ${range.padEnd(second)}  ${meaning}`)
    ]
    yield* print(json, value, text.join("\n"))
  })
).pipe(
  Command.withDescription("Show one learner: the actions that it takes, and its settings with ranges and defaults."),
  Command.withShortDescription("One learner, whole"),
  Command.withExamples([
    { command: "pgex algorithms show sac", description: "Settings of SAC" },
    { command: "pgex algorithms show a2c --plugin ./a2c.ts --json", description: "A plugin's learner, as JSON" }
  ])
)

export const algorithmsCommand = Command.make(
  "algorithms",
  { plugin: pluginFlag },
  Effect.fn("pgex.algorithms")(function* (o) {
    const { json } = yield* shared
    const { catalog, loaded } = yield* catalogWithPlugins({ asked: o.plugin })
    const records = catalog.algorithms.map((a) => recordOf(a, loaded))
    const width = Math.max(...records.map((r) => r.id.length)) + 2
    const lines = records.map(
      ({ id, summary, from }) => `  ${id.padEnd(width)}${summary}${from === OWN ? "" : ` (${from})`}`
    )
    const text = [
      "Learners",
      ...lines,
      "",
      "pgex algorithms show ID tells settings; --set algorithm.id=ID chooses one."
    ]
    yield* print(json, records, text.join("\n"))
  })
).pipe(
  Command.withSubcommands([show]),
  Command.withDescription("List the learners: those of the package, and those of plugins."),
  Command.withShortDescription("List learners"),
  Command.withExamples([
    { command: "pgex algorithms", description: "All of them" },
    { command: "pgex algorithms show ppo", description: "One, with its settings" }
  ])
)

const OWN = "policygradex"

const recordOf = (a: Algorithm<unknown>, { plugins }: Loaded) => {
  const holder = plugins.find(({ plugin }) => plugin.algorithms?.some((x) => x.id === a.id))
  return {
    id: a.id,
    version: a.version,
    summary: a.summary,
    from: holder === undefined ? OWN : `plugin ${holder.name} ${holder.version}, ${holder.from}`,
    actions: kinds.filter(([, space]) => a.supports(space)).map(([name]) => name),
    adapts: a.adapter !== undefined,
    rows: settingRows(a)
  }
}

const box = (bound: number) =>
  ({ _tag: "Box", low: [-bound], high: [bound], names: ["a"], units: [""], dtype: "float32" }) as const

/** Spaces of actions that learners may support. */
const kinds = [
  ["discrete", { _tag: "Discrete", n: 2, names: ["0", "1"] }],
  ["continuous within bounds", box(1)],
  ["continuous without bounds", box(Number.POSITIVE_INFINITY)]
] as const

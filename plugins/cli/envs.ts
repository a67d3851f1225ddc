/** `pgex envs`: environments and task families; `pgex envs show`: one of them, with its spaces and parameters. */
import { Effect } from "effect"
import { Argument, Command } from "effect/cli"
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, argumentError } from "../../core/failure/mod.ts"
import { suggestion } from "../../core/text/choices.ts"
import type { NumberParameter } from "../../envs/internal.ts"
import { isEndless, MOST_STEPS } from "../../envs/internal.ts"
import type { Environment, Parameter, ParameterTable } from "../../envs/mod.ts"
import {
  describeSpace,
  type EnvError,
  type Family,
  findEnvironment,
  findFamily,
  type Space,
  type Variant
} from "../../envs/mod.ts"
import { type Loaded, type PluginError, pluginError } from "../loading/mod.ts"
import { print } from "./output.ts"
import { pluginFlag, withPlugins } from "./plugin_flag.ts"
import { shared } from "./shared.ts"

const show = Command.make(
  "show",
  { id: Argument.String("id").pipe(Argument.withDescription("An environment or a task family")), plugin: pluginFlag },
  Effect.fn("pgex.envs.show")(function* (o) {
    const { json } = yield* shared
    const loaded = yield* withPlugins({ asked: o.plugin })
    const environment = findEnvironment(loaded.registry, o.id)
    if (E.isRight(environment)) {
      const value = environmentRecord(environment.right, loaded)
      return yield* print(json, value, environmentText(environment.right, value.from))
    }
    const family = findFamily(loaded.registry, o.id)
    if (E.isLeft(family)) {
      const sourced = loaded.registry.sources?.some((s) => o.id.startsWith(s.prefix))
      const ours = isUnknown(environment.left) && sourced !== true
      return yield* Effect.fail(ours ? unknownId(o.id, loaded) : environment.left)
    }
    const value = familyRecord(family.right, loaded)
    yield* print(json, value, familyText(family.right, value.from))
  })
).pipe(
  Command.withDescription(
    "Show one environment (spaces, parameters with units, ranges and defaults, version, where it comes from) or one " +
      "task family (its options)."
  ),
  Command.withShortDescription("One environment or family, whole"),
  Command.withExamples([
    { command: "pgex envs show CartPole-v1", description: "Spaces and parameters" },
    { command: "pgex envs show cliff-width --plugin ./cliffs.ts --json", description: "A plugin's family, as JSON" }
  ])
)

export const envsCommand = Command.make(
  "envs",
  { plugin: pluginFlag },
  Effect.fn("pgex.envs")(function* (o) {
    const { json } = yield* shared
    const loaded = yield* withPlugins({ asked: o.plugin })
    const { environments, families } = loaded.registry
    const value = {
      environments: environments.map((e) => environmentRecord(e, loaded)),
      families: families.map((f) => familyRecord(f, loaded)),
      plugins: loaded.plugins.map(({ name, version, from, sha256 }) => ({ name, version, from, sha256 })),
      problems: loaded.problems.map(({ plugin, field, message }) => ({ plugin, field, message }))
    }
    const width = Math.max(...[...environments, ...families].map((x) => x.id.length)) + 2
    const line = (x: { readonly id: string; readonly summary: string }, from: string) =>
      `  ${x.id.padEnd(width)}${x.summary}${from === OWN ? "" : ` (${from})`}`
    const text = [
      "Environments",
      ...environments.map((e, i) => line(e, value.environments[i]?.from ?? OWN)),
      "",
      "Task families",
      ...families.map((f, i) => line(f, value.families[i]?.from ?? OWN)),
      "",
      "pgex envs show ID tells spaces and parameters; gymnasium:ID is any environment of your Python's Gymnasium."
    ]
    yield* print(json, value, text.join("\n"))
  })
).pipe(
  Command.withSubcommands([show]),
  Command.withDescription("List environments and task families: those of the package, and those of plugins."),
  Command.withShortDescription("List environments and task families"),
  Command.withExamples([
    { command: "pgex envs", description: "All of them" },
    { command: "pgex envs show CartPole-v1 --json", description: "One, as JSON" },
    { command: "pgex envs --plugin ./cliffs.ts", description: "With those of a plugin" }
  ])
)

const OWN = "policygradex"

/** Where an id comes from: this package or a plugin. */
const fromOf = (id: string, kind: "environments" | "families", { plugins }: Loaded): string => {
  const holder = plugins.find(({ plugin }) => plugin[kind]?.some((x) => x.id === id))
  return holder === undefined ? OWN : `plugin ${holder.name} ${holder.version}, ${holder.from}`
}

/** JSON has no infinities: unbounded sides are null. */
const spaceRecord = (space: Space) =>
  space._tag === "Discrete"
    ? { ...space, text: describeSpace(space) }
    : { ...space, low: space.low.map(orNull), high: space.high.map(orNull), text: describeSpace(space) }

const orNull = (x: number): number | null => (Number.isFinite(x) ? x : null)

const environmentRecord = (e: Environment, loaded: Loaded) => ({
  id: e.id,
  version: e.version,
  summary: e.summary,
  from: fromOf(e.id, "environments", loaded),
  observation: spaceRecord(e.observation),
  action: spaceRecord(e.action),
  maxEpisodeSteps: e.maxEpisodeSteps,
  secondsPerStep: e.secondsPerStep,
  parameters: e.parameters,
  variants: (e.variants ?? []).map(({ parameter, values, id = null }) => ({ parameter, values, id })),
  families: loaded.registry.families.filter((f) => f.environment.id === e.id).map((f) => f.id)
})

const familyRecord = (f: Family, loaded: Loaded) => ({
  id: f.id,
  summary: f.summary,
  from: fromOf(f.id, "families", loaded),
  environment: f.environment.id,
  options: f.options
})

const environmentText = (e: Environment, from: string): string =>
  [
    `${e.id}, version ${e.version}, from ${from}`,
    `  ${e.summary}`,
    `  observes ${describeSpace(e.observation)}`,
    `  acts     ${describeSpace(e.action)}`,
    `  lasts    ${isEndless(e) ? "until it ends itself," : `at most ${e.maxEpisodeSteps}`} steps of ${e.secondsPerStep} s${isEndless(e) ? `, at most ${MOST_STEPS}` : ""}`,
    ...(e.repeats === false ? ["  remembers, or sees a clock: seed and actions do not decide its episodes"] : []),
    ...section("Parameters", describeTable(e.parameters)),
    ...describeVariants(e.variants ?? [])
  ].join("\n")

/** Values that change the spaces: which environment has those. */
const describeVariants = (variants: readonly Variant[]): readonly string[] =>
  variants.length === 0
    ? []
    : [
        "Values with other spaces: pgex replay takes them here, tasks and batches want the environment that has them",
        ...variants.map(({ parameter, values, id = "none" }) => `  ${parameter} = ${values}: ${id}`)
      ]

const familyText = (f: Family, from: string): string =>
  [
    `${f.id}, tasks in ${f.environment.id}, from ${from}`,
    `  ${f.summary}`,
    ...section("Options", describeTable(f.options))
  ].join("\n")

const isUnknown = (e: EnvError): boolean => e._tag === "UnknownName"

const unknownId = (id: string, { registry, problems }: Loaded): PluginError | ArgumentError => {
  const known = [...registry.environments, ...registry.families].map((x) => x.id)
  const [first] = problems
  const want = "an environment or a task family"
  const doing = `show ${id}`
  if (first === undefined) return argumentError({ doing, want, got: "no such id", fix: suggestion(id, known) })
  const got = `none, without ${problems.map((p) => p.plugin).join(", ")} (${first.message})`
  return pluginError({ doing, want, got, fix: "mend the plugin", plugin: first.plugin, field: first.field })
}

const section = (title: string, rows: readonly string[]): readonly string[] =>
  rows.length === 0 ? [`No ${title.toLowerCase()}`] : [title, ...rows]

const describeTable = (table: ParameterTable): readonly string[] => {
  const rows = Object.entries(table).map(([name, p]) => [name, range(p), p.meaning] as const)
  const widths = [0, 1].map((i) => Math.min(48, Math.max(0, ...rows.map((r) => r[i]?.length ?? 0))))
  return rows.map(([name, text, meaning]) => `  ${name.padEnd(widths[0]!)}  ${text.padEnd(widths[1]!)}  ${meaning}`)
}

const rangeOf = ({ min, max }: NumberParameter): string => {
  if (min === -Infinity) return max === Infinity ? "any number" : `at most ${max}`
  return max === Infinity ? `at least ${min}` : `${min} to ${max}`
}

const range = (p: Parameter): string => {
  switch (p.kind) {
    case "flag":
      return `${p.default} (or ${!p.default})`
    case "choice":
      return `${p.default} (of ${p.choices.join(", ")})`
    case "text":
      return `"${p.default}" (${p.want})`
    default:
      return `${p.default}${p.unit === "" ? "" : ` ${p.unit}`} (${rangeOf(p)})`
  }
}

/** `pgex envs`: environments and task families, with their parameters. */
import { Effect, Option } from "effect"
import { Argument, Command } from "effect/cli"
import type { Parameter, ParameterTable } from "../../envs/parameter.ts"
import { describeSpace } from "../../envs/space.ts"
import { standard } from "../../envs/standard.ts"
import { suggestion, UsageError } from "../failure.ts"
import { print } from "./output.ts"
import { shared } from "./shared.ts"

export const envsCommand = Command.make(
  "envs",
  { id: Argument.String("id").pipe(Argument.optional, Argument.withDescription("Only this environment or family")) },
  Effect.fn("pgex.envs")(function* (o) {
    const { json } = yield* shared
    const id = Option.getOrUndefined(o.id)
    const known = [...standard.environments, ...standard.families].map((x) => x.id)
    if (id !== undefined && !known.includes(id)) {
      const want = "an environment or a task family"
      return yield* new UsageError({ doing: "describe it", want, got: JSON.stringify(id), fix: suggestion(id, known) })
    }
    const environments = standard.environments.filter((e) => id === undefined || e.id === id)
    const families = standard.families.filter((f) => id === undefined || f.id === id)
    const value = {
      environments: environments.map((e) => ({
        id: e.id,
        version: e.version,
        summary: e.summary,
        observation: describeSpace(e.observation),
        action: describeSpace(e.action),
        maxEpisodeSteps: e.maxEpisodeSteps,
        secondsPerStep: e.secondsPerStep,
        parameters: e.parameters
      })),
      families: families.map((f) => ({
        id: f.id,
        summary: f.summary,
        environment: f.environment.id,
        options: f.options
      }))
    }
    const text = [
      ...value.environments.map((e) =>
        [
          `${e.id} (version ${e.version}): ${e.summary}`,
          `  observes ${e.observation}; acts ${e.action}; at most ${e.maxEpisodeSteps} steps of ${e.secondsPerStep} s`,
          ...describeTable(e.parameters)
        ].join("\n")
      ),
      ...value.families.map((f) =>
        [`${f.id}, tasks in ${f.environment}: ${f.summary}`, ...describeTable(f.options)].join("\n")
      )
    ]
    yield* print(json, value, text.join("\n\n"))
  })
).pipe(
  Command.withDescription("List environments and task families, each with its parameters, their units and ranges."),
  Command.withShortDescription("List environments and task families"),
  Command.withExamples([
    { command: "pgex envs", description: "All of them" },
    { command: "pgex envs CartPole-v1 --json", description: "One, as JSON" }
  ])
)

const describeTable = (table: ParameterTable): string[] =>
  Object.entries(table).map(([name, p]) => `  ${name.padEnd(14)} ${range(p)}: ${p.meaning}`)

const range = (p: Parameter): string => {
  switch (p.kind) {
    case "flag":
      return `true or false, default ${p.default}`
    case "choice":
      return `${p.choices.join(" | ")}, default ${p.default}`
    case "text":
      return `${p.want}, default "${p.default}"`
    default:
      return `${p.min} to ${p.max}${p.unit === "" ? "" : ` ${p.unit}`}, default ${p.default}`
  }
}

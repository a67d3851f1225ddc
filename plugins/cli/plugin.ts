/** `pgex plugin`: a new plugin, and all that is wrong with one. */
import { join, relative } from "node:path"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { PluginReport } from "../loading/mod.ts"
import { createPlugin, watchedCheck } from "../loading/mod.ts"
import { print, Shown } from "./output.ts"
import { shared } from "./shared.ts"

const fresh = Command.make(
  "new",
  {
    name: Argument.String("name").pipe(Argument.withDescription("Small letters, digits and hyphens, e.g. puck-world")),
    dir: Flag.String("dir").pipe(
      Flag.optional,
      Flag.withMetavar("DIR"),
      Flag.withDescription("The folder to write, new or empty; without it a folder of the plugin's name")
    )
  },
  Effect.fn("pgex.plugin.new")(function* (o) {
    const { json } = yield* shared
    const directory = Option.getOrElse(o.dir, () => o.name)
    const files = yield* createPlugin(o.name, directory)
    const here = files.map((file) => relative(".", file))
    const path = relative(".", join(directory, "plugin.ts"))
    const file = path.startsWith(".") ? path : `./${path}`
    const text = [
      ...here.map((f) => `wrote ${f}`),
      "",
      `bun --no-install test ./${relative(".", directory)}`,
      `pgex plugin check ${file}`,
      `pgex run quick --plugin ${file} --set family.id=${o.name}-goals --set family.n=6`
    ]
    yield* print(json, { name: o.name, files: here }, text.join("\n"))
  })
).pipe(
  Command.withDescription(
    "Write a small, complete plugin to start from: an environment, a family of tasks in it, and their test. Nothing " +
      "that is there is ever overwritten."
  ),
  Command.withShortDescription("Write a plugin to start from"),
  Command.withExamples([{ command: "pgex plugin new puck-world", description: "Into the folder puck-world" }])
)

const check = Command.make(
  "check",
  {
    file: Argument.String("file").pipe(Argument.withDescription("The plugin's module, or an installed package")),
    timeout: Flag.Finite("timeout").pipe(
      Flag.withDefault(60),
      Flag.withMetavar("SECONDS"),
      Flag.withDescription("How long one law may take; what is longer is taken for endless")
    )
  },
  Effect.fn("pgex.plugin.check")(function* (o) {
    const { json } = yield* shared
    const report = yield* watchedCheck(o.file, o.timeout)
    yield* print(json, report, reportText(o.file, report))
    if (report.findings.some((f) => !f.advice)) return yield* Effect.fail(new Shown())
  })
).pipe(
  Command.withDescription(
    "Hold everything in a plugin to the laws that the package's own keep. Environments: spaces, determinism by seed, " +
      "no state shared or hidden, reset and step, ends, bounds, dtype, NaN, buffers, parameters, batches, speed; also " +
      "those whose state is elsewhere. Families, learners, groupings, and loggers, which are told of a run named " +
      "plugin-check. " +
      "Each finding says how to mend it. Exit code 1 where there is one."
  ),
  Command.withShortDescription("Find all that is wrong with a plugin"),
  Command.withExamples([
    { command: "pgex plugin check ./puck-world/plugin.ts", description: "For people" },
    { command: "pgex plugin check ./puck-world/plugin.ts --json", description: "For programs" }
  ])
)

export const pluginCommand = Command.make("plugin").pipe(
  Command.withDescription("Write a plugin with environments and task families of one's own, and check it."),
  Command.withShortDescription("Write and check plugins"),
  Command.withSubcommands([fresh, check])
)

const reportText = (file: string, { plugin, subjects, findings }: PluginReport): string => {
  const about = (id: string) =>
    findings
      .filter((f) => f.subject === id)
      .flatMap((f) => [
        `  ${f.advice ? "advice" : "broken"}: ${f.law}`,
        `    found: ${f.found}`,
        ...(f.fix === "" ? [] : [`    mend:  ${f.fix}`])
      ])
  const lines = subjects.flatMap(({ id, laws, stepsPerSecond }) => {
    const broken = findings.filter((f) => f.subject === id && !f.advice).length
    const speed = stepsPerSecond === null ? "" : `, ${stepsPerSecond.toLocaleString("en")} steps/s`
    const verdict = broken === 0 ? `${laws} laws hold` : `${broken} broken of ${laws} laws`
    return [`${id}: ${verdict}${speed}`, ...about(id)]
  })
  const cut = new Set(findings.map((f) => f.subject).filter((id) => id !== file && subjects.every((x) => x.id !== id)))
  const head = plugin === null ? `${file} cannot be used` : `plugin ${plugin.name} ${plugin.version} (${file})`
  return [head, ...about(file), ...lines, ...[...cut].flatMap((id) => [id, ...about(id)])].join("\n")
}

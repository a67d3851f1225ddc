/** `bun run bench SUITE [--peers] [--json]`: our speed, beside that of what a user would pick instead. */
import { availableParallelism } from "node:os"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Option, Schema } from "effect"
import { Argument, CliError, Command, Flag } from "effect/cli"
import { argumentError } from "../core/failure/mod.ts"
import { suggestion } from "../core/text/choices.ts"
import { estimators } from "./estimators/main.ts"
import { multitask } from "./multitask/main.ts"
import { Report } from "./report.ts"
import { run } from "./run.ts"

import { suites } from "./suites/mod.ts"
import { table } from "./table.ts"

const names = [...suites.map((s) => s.name), "estimators", "multitask", "all"]

/** Where what is under way, or made again in minutes, is kept. */
const TRAININGS = "bench/.trainings"

const chosen = (name: string) => (name === "all" ? suites : suites.filter((s) => s.name === name))

const flags = {
  suite: Argument.String("suite").pipe(Argument.withDescription(`What to measure: ${names.join(", ")}`)),
  peers: Flag.Boolean("peers").pipe(
    Flag.withDescription("Measure the peers too (builds bench/peers/.venv on the first use)"),
    Flag.withDefault(false)
  ),
  json: Flag.Boolean("json").pipe(Flag.withDescription("Print the report as JSON"), Flag.withDefault(false)),
  only: Flag.String("only").pipe(Flag.withDescription("Only works whose name contains this text"), Flag.optional),
  seeds: Flag.Int("seeds").pipe(
    Flag.withDescription(
      "Seeds of each training in algorithms and multitask (3 by default) and of each family in estimators (5)"
    ),
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))),
    Flag.optional
  ),
  steps: Flag.Int("steps").pipe(
    Flag.withDescription("Environment steps a task of each training in multitask, instead of each family's own"),
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000_000 }))),
    Flag.optional
  ),
  core: Flag.Int("core").pipe(
    Flag.withDescription("The core both sides stay on; the last one by default"),
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: availableParallelism() - 1 }))),
    Flag.optional
  )
}

const bench = Command.make(
  "bench",
  flags,
  Effect.fn("bench")(
    function* ({ suite, peers, json, only, seeds, steps, core }) {
      if (suite === "estimators") {
        const some = Option.getOrElse(only, () => "")
        return yield* estimators({
          only: some,
          seeds: Option.getOrElse(seeds, () => 5),
          truth: new URL("./results/truth", import.meta.url).pathname,
          folder: process.env.PGEX_TRAININGS ?? TRAININGS,
          json
        })
      }
      if (suite === "multitask") {
        return yield* multitask({
          only: Option.getOrElse(only, () => ""),
          seeds: Option.getOrElse(seeds, () => 3),
          ...(Option.isSome(steps) ? { steps: steps.value } : {}),
          folder: `${process.env.PGEX_TRAININGS ?? TRAININGS}/multitask`,
          results: new URL("./results", import.meta.url).pathname,
          json
        })
      }
      if (chosen(suite).length === 0) {
        const fix = suggestion(suite, names)
        return yield* Effect.fail(
          argumentError({ doing: `run suite ${suite}`, want: "a suite's name", got: suite, fix })
        )
      }
      const report = yield* run(suite, chosen(suite), {
        peers,
        say: (line) => process.stderr.write(`${line}\n`),
        ...(Option.isSome(only) ? { only: only.value } : {}),
        ...(Option.isSome(seeds) ? { seeds: seeds.value } : {}),
        ...(Option.isSome(core) ? { core: core.value } : {})
      })
      yield* Console.log(json ? JSON.stringify(yield* Schema.encodeEffect(Report)(report)) : table(report))
    },
    Effect.mapError((cause) => new CliError.UserError({ cause, userMessage: cause.message }))
  )
).pipe(
  Command.withDescription(
    ["Measures our speed beside that of what a user would pick instead, on one core, both sides in turn."]
      .concat(suites.map((s) => `  ${s.name}: ${s.question}`))
      .concat(
        "  estimators: Which way of choosing groups is right, on families that were really trained? Hours; it resumes.",
        "  multitask: Architectures, gradient combinations and groups at equal parameters: what do they learn? Days; it resumes."
      )
      .join("\n")
  ),
  Command.withExamples([
    { command: "bun run bench kernels", description: "Our side alone" },
    { command: "bun run bench kernels --peers --json", description: "Beside PyTorch, as JSON" }
  ])
)

bench.pipe(Command.run({ version: "0.1.0" }), Effect.provide(NodeServices.layer), NodeRuntime.runMain)

/** `pgex doctor`: what this machine offers. */
import { Effect } from "effect"
import { Command } from "effect/cli"
import { print } from "./output.ts"
import { shared } from "./shared.ts"
import { examine } from "./survey_machine.ts"

export const doctorCommand = Command.make(
  "doctor",
  {},
  Effect.fn("pgex.doctor")(function* () {
    const { json } = yield* shared
    const findings = yield* examine
    const lines = findings.map((f) =>
      f.found
        ? `found    ${f.name.padEnd(21)} ${f.detail}`
        : `missing  ${f.name.padEnd(21)} ${f.detail === "" ? "" : `${f.detail}; `}without it: ${f.cost}; to get it: ${f.get}`
    )
    yield* print(json, { findings }, lines.join("\n"))
  })
).pipe(
  Command.withDescription(
    "Say what this machine offers: runtime, processor, memory, WebAssembly features, compilers, Python, GPUs, and which " +
      "sessions work, each by computing something; for each missing thing what its absence costs and how to get it. " +
      "Never fails; changes nothing but the cache of compiled plans."
  ),
  Command.withShortDescription("Say what this machine offers and what is missing"),
  Command.withExamples([
    { command: "pgex doctor", description: "For people" },
    { command: "pgex doctor --json", description: "For a bug report" }
  ])
)

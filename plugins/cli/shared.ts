/** What all commands share: the root command with `--json` and `--seed`. */

import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { shellWord } from "../../core/text/command.ts"
import { withoutPasswords } from "../../core/text/secret.ts"

/** `pgex`; its flags may stand before or after the subcommand. */
export const root = Command.make("pgex").pipe(
  Command.withSharedFlags({
    json: Flag.Boolean("json").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription('Print exactly one JSON value on standard output; failures too, as {"error": …}')
    ),
    seed: Flag.Int("seed").pipe(
      Flag.optional,
      Flag.withMetavar("N"),
      Flag.withDescription("The seed that every random draw comes from")
    ),
    python: Flag.String("python").pipe(
      Flag.optional,
      Flag.withMetavar("PATH"),
      Flag.withDescription(
        "The Python that runs gymnasium:ID environments and fetches TensorFlow; else PGEX_PYTHON, python3 or python"
      )
    )
  }),
  Command.withDescription(
    "Which reinforcement-learning tasks should be trained together? Estimates it without training every combination, " +
      "and trains the groups."
  )
)

/** The shared flags, as a subcommand's handler sees them. The Python is for whatever is started from here on. */
export const shared = Effect.map(root, ({ json, seed, python }) => {
  if (Option.isSome(python)) process.env.PGEX_PYTHON = python.value
  return { json, seed: Option.getOrUndefined(seed), python: Option.getOrUndefined(python) }
})

/** The command that runs, as a person would type it again, but for passwords: it is kept and shown. */
export const commandLine = (): string => {
  return ["pgex", ...process.argv.slice(2).map((word) => shellWord(withoutPasswords(word)))].join(" ")
}

/** `pgex cache`: the folder in which compiled plans are kept. */
import { Effect } from "effect"
import { Command } from "effect/cli"
import { clear, describeUsage, usage } from "../sessions/native/internal.ts"
import { print } from "./output.ts"
import { shared } from "./shared.ts"

const show = Command.make(
  "show",
  {},
  Effect.fn("pgex.cache.show")(function* () {
    const { json } = yield* shared
    const held = yield* usage(process.env)
    yield* print(json, held, `${held.folder}\n${describeUsage(held)}`)
  })
).pipe(
  Command.withDescription("Print the cache's folder, how many compiled plans it holds, their bytes, and the limit."),
  Command.withShortDescription("Where the cache is and what it holds"),
  Command.withExamples([
    { command: "pgex cache show", description: "For people" },
    { command: "pgex cache show --json", description: "folder, files, bytes, limit" }
  ])
)

const clearCommand = Command.make(
  "clear",
  {},
  Effect.fn("pgex.cache.clear")(function* () {
    const { json } = yield* shared
    const removed = yield* clear(process.env)
    const { folder, files, bytes } = removed
    yield* print(json, { folder, files, bytes }, `${folder}\nremoved: ${describeUsage(removed)}`)
  })
).pipe(
  Command.withDescription(
    "Remove every compiled plan, and nothing else, from the cache's folder. Runs that use one go on; the next run " +
      "compiles anew, which takes a second or so for each plan."
  ),
  Command.withShortDescription("Remove every compiled plan"),
  Command.withExamples([{ command: "pgex cache clear", description: "Remove them; with --json what was removed" }])
)

export const cacheCommand = Command.make("cache").pipe(
  Command.withDescription(
    "Look at or clear the cache of compiled plans, which the native session keeps between runs: in PGEX_CACHE, else in " +
      "the system's folder for caches; at most PGEX_CACHE_LIMIT bytes (default 256MB), least recently used first out."
  ),
  Command.withShortDescription("Look at or clear the cache of compiled plans"),
  Command.withSubcommands([show, clearCommand])
)

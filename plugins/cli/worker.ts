/** `pgex worker`: this machine does what sweeps elsewhere ask for. */
import { availableParallelism } from "node:os"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { argumentError } from "../../core/failure/mod.ts"
import { progressDisplay, silentProgress } from "../runs/progress.ts"
import { databaseFlag, meetingOf, storeFlag } from "./meeting_flags.ts"
import { pluginFlag, withPlugins } from "./plugin_flag.ts"

export const workerCommand = Command.make(
  "worker",
  {
    database: databaseFlag,
    store: storeFlag,
    workers: Flag.Int("workers").pipe(
      Flag.optional,
      Flag.withMetavar("N"),
      Flag.withDescription("Threads, each with an item of its own; one a core without it")
    ),
    plugin: pluginFlag,
    quiet: Flag.Boolean("quiet").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("Say nothing of what is done")
    )
  },
  Effect.fn("pgex.worker")(function* (o) {
    const threads = Option.getOrElse(o.workers, availableParallelism)
    if (threads < 1 || threads > 1024) {
      const want = "a whole number from 1 to 1024"
      return yield* Effect.fail(argumentError({ doing: "use --workers", want, got: String(threads) }))
    }
    const meeting = yield* meetingOf(o.database, o.store)
    if (meeting === undefined) {
      const said = { doing: "start a worker", want: "the database to join", got: "none" }
      return yield* Effect.fail(argumentError({ ...said, fix: "give --database URL, or set PGEX_DATABASE" }))
    }
    const loaded = yield* withPlugins({ asked: o.plugin })
    const { work } = yield* Effect.promise(() => import("../sweeps/internal.ts"))
    return yield* work({ ...meeting, threads, loaded }).pipe(
      Effect.provide(o.quiet ? silentProgress : progressDisplay())
    )
  })
).pipe(
  Command.withDescription(
    "Do what sweeps ask for, until it is stopped: trainings and adaptations of every pgex sweep with the same --database. " +
      "Workers can join and leave at any time: what one that is killed was at work on is done by another, and nothing " +
      "that was finished is done twice. All have the same version, the same --store and the sweep's plugins; a worker " +
      "loads only plugins that its own command line and project name."
  ),
  Command.withShortDescription("Let this machine work for sweeps"),
  Command.withExamples([
    { command: "pgex worker --database postgres://pgex@db.example/pgex", description: "With one thread a core" },
    { command: "pgex worker --workers 4 --store /shared/pgex --plugin ./mine.ts", description: "Of PGEX_DATABASE" }
  ])
)

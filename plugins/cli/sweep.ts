/** `pgex sweep FILE --out DIR`: many runs as one experiment. */
import { normalize, resolve } from "node:path"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { argumentError } from "../../core/failure/mod.ts"
import { pathWord, shellWord } from "../../core/text/command.ts"
import { clipped, printable } from "../../core/text/printable.ts"
import { SESSION_VARIABLE } from "../config/mod.ts"
import { atSignal } from "../io/ending/mod.ts"
import { recordOf } from "../loading/mod.ts"
import { progressDisplay, silentProgress } from "../runs/progress.ts"
import { programName } from "./going_on.ts"
import { logEachFlag, loggersAsked } from "./log_flag.ts"
import { databaseFlag, meetingOf, storeFlag } from "./meeting_flags.ts"
import { aligned, print, remark, Shown } from "./output.ts"
import { pluginFlag, trustFlag, withPlugins } from "./plugin_flag.ts"
import { commandLine, shared } from "./shared.ts"

export const sweepCommand = Command.make(
  "sweep",
  {
    file: Argument.String("file").pipe(
      Argument.optional,
      Argument.withDescription(
        "A .ts file that exports an experiment, or JSON: preset, set, and over, the values to take in turn; without it " +
          "the experiment in --out goes on"
      )
    ),
    out: Flag.String("out").pipe(
      Flag.withMetavar("DIR"),
      Flag.withDescription("The experiment's folder: unused, or of the same experiment, which goes on")
    ),
    retry: Flag.Boolean("retry").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("Do again what failed, and nothing else")
    ),
    workers: Flag.Int("workers").pipe(
      Flag.optional,
      Flag.withMetavar("N"),
      Flag.withDescription("Worker threads for all runs together, and runs at a time; one a core without it")
    ),
    session: Flag.String("session").pipe(
      Flag.optional,
      Flag.withMetavar("KIND"),
      Flag.withDescription("What computes, in all runs; wins over the file; pgex run --help tells more")
    ),
    database: databaseFlag,
    store: storeFlag,
    log: logEachFlag,
    plugin: pluginFlag,
    trust: trustFlag,
    quiet: Flag.Boolean("quiet").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("Show no progress")
    )
  },
  Effect.fn("pgex.sweep")(function* (o) {
    const { json } = yield* shared
    if (o.out.trim() === "")
      return yield* Effect.fail(
        argumentError({ doing: "use --out", want: "the name of a folder", got: "an empty text" })
      )
    const workers = Option.getOrUndefined(o.workers)
    if (workers !== undefined && (workers < 1 || workers > 1024)) {
      const want = "a whole number from 1 to 1024"
      return yield* Effect.fail(argumentError({ doing: "use --workers", want, got: String(workers) }))
    }
    const meeting = yield* meetingOf(o.database, o.store)
    if (meeting === undefined && Option.isSome(o.store)) {
      const said = { doing: "use --store", want: "--database too", got: "an experiment of this machine alone" }
      return yield* Effect.fail(argumentError(said))
    }
    const loggers = yield* loggersAsked(o.log, "runs")
    const { doSweep, readExperiment, readSweep, readyOf } = yield* Effect.promise(() => import("../sweeps/internal.ts"))
    const file = Option.getOrUndefined(o.file)
    const sweep = file === undefined ? (yield* readExperiment(resolve(o.out))).sweep : yield* readSweep(file)
    const { plugins: named = [] } = sweep
    // A folder may be anybody's: what only its sweep.json names is code that nobody asked for.
    const own = { asked: o.plugin, record: recordOf(o.out, { config: sweep }, "sweep.json"), trust: o.trust }
    const loaded = yield* withPlugins(file === undefined ? own : { asked: [...named, ...o.plugin] })
    const session = Option.getOrUndefined(o.session)
    const sessionVariable = process.env[SESSION_VARIABLE] || undefined
    const over = {
      plugins: o.plugin.filter((p) => !named.includes(p)),
      ...(session === undefined ? {} : { session }),
      ...(sessionVariable === undefined ? {} : { sessionVariable })
    }
    const source = file ?? `${normalize(o.out)}/sweep.json`
    const ready = yield* readyOf(sweep, { source, command: commandLine(), loaded, over })
    const again = [
      ...programName(),
      "sweep",
      "--out",
      pathWord(o.out),
      ...(session === undefined ? [] : ["--session", shellWord(session)]),
      ...o.plugin.flatMap((p) => ["--plugin", shellWord(p)]),
      ...o.log.flatMap((logger) => ["--log", shellWord(logger)]),
      ...(named.length === 0 ? [] : ["--trust"]),
      ...(Option.isSome(o.database) && meeting !== undefined ? ["--database", shellWord(meeting.address.shown)] : []),
      ...(Option.isSome(o.store) ? ["--store", shellWord(o.store.value)] : [])
    ]
    atSignal(printable(`pgex: stopped; go on with: ${again.join(" ")}`))
    const where = meeting === undefined ? {} : { meeting }
    const options = { out: o.out, retry: o.retry, loggers, ...where, ...(workers === undefined ? {} : { workers }) }
    const result = yield* doSweep(ready, options).pipe(Effect.provide(o.quiet ? silentProgress : progressDisplay()))
    atSignal("")
    const failed = result.runs.filter((run) => run.state === "failed")
    yield* print(json, result, sweepText(result.runs, normalize(o.out)))
    if (failed.length === 0) return
    for (const { name, error } of failed) yield* remark(`Run ${name} failed: ${error}`)
    yield* remark(`${failed.length} of ${result.runs.length} runs failed: ${again.join(" ")} --retry does them again`)
    return yield* Effect.fail(new Shown())
  })
).pipe(
  Command.withDescription(
    "Do many runs as one experiment: one for every combination of the values in over, each a run directory below " +
      "DIR/runs. Whatever several runs have alike is done once. Stopped in any way, also by kill -9, the same command " +
      "goes on: nothing that is finished is done again, and what it leaves is the same, byte for byte. A run that fails " +
      "does not stop the others."
  ),
  Command.withShortDescription("Many runs as one experiment"),
  Command.withExamples([
    { command: "pgex sweep seeds.json --out experiments/seeds", description: "Begin, or go on" },
    { command: "pgex sweep --out experiments/seeds --retry", description: "Do again what failed" },
    {
      command: "pgex sweep seeds.json --out experiments/seeds --log tensorboard=boards",
      description: "With TensorBoard's files of every run"
    }
  ])
)

const sweepText = (
  runs: readonly { readonly name: string; readonly state: string; readonly headline?: string }[],
  out: string
) =>
  [
    ...aligned(runs.map(({ name, state, headline = "" }) => [clipped(name), state, headline])),
    "",
    `${out}/runs has a directory for each; pgex runs list ${pathWord(out)} lists them, pgex runs compare compares them`
  ].join("\n")

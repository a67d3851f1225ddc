/** `pgex run`: the main job, in a run directory. */
import { existsSync } from "node:fs"
import { join, normalize, resolve } from "node:path"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, argumentError } from "../../core/failure/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { RunStore } from "../../core/service/run_store.ts"
import { printable } from "../../core/text/printable.ts"
import { type EnvError, type Family, findFamily } from "../../envs/mod.ts"
import { CheckpointSeconds } from "../../pipeline/internal.ts"
import type { RunConfig } from "../../pipeline/mod.ts"
import { type Choice, loadConfig, named } from "../config/mod.ts"
import { atSignal } from "../io/ending/mod.ts"
import { type Loaded, versionsOf } from "../loading/mod.ts"
import { machine, versions } from "../runs/machine.ts"
import { progressDisplay, silentProgress } from "../runs/progress.ts"
import { directoryStore, freeName, readBegun, readFinished, recordsOf } from "../runs/store/mod.ts"
import { choiceOf, choiceParameters } from "./config.ts"
import { remarkOnLimit } from "./endless.ts"
import { goingOn, moduleOf } from "./going_on.ts"
import { logFlag, loggersAsked } from "./log_flag.ts"
import { print, remark } from "./output.ts"
import { because, withPlugins } from "./plugin_flag.ts"
import { commandLine, shared } from "./shared.ts"
import { summaryText } from "./summary.ts"

export const runCommand = Command.make(
  "run",
  {
    ...choiceParameters,
    out: Flag.String("out").pipe(
      Flag.optional,
      Flag.withMetavar("DIR"),
      Flag.withDescription("The run directory; without it a free name below runs/")
    ),
    force: Flag.Boolean("force").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("Replace an earlier run in --out")
    ),
    resume: Flag.Boolean("resume").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription(
        "Go on with the run in --out, with its own settings: what it finished is not computed again, and what it " +
          "leaves is the same, byte for byte"
      )
    ),
    log: logFlag,
    quiet: Flag.Boolean("quiet").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("Show no progress")
    )
  },
  Effect.fn("pgex.run")(function* (o) {
    const { json, seed, python } = yield* shared
    const out = Option.getOrUndefined(o.out)
    if (out?.trim() === "") {
      const fix = "leave --out out for a free name below runs/"
      return yield* Effect.fail(
        argumentError({ doing: "use --out", want: "the name of a folder", got: "an empty text", fix })
      )
    }
    if (o.force && o.resume) {
      const fix = "--resume goes on with the run in --out, --force replaces it"
      return yield* Effect.fail(argumentError({ doing: "use --force", want: "no --resume with it", got: "both", fix }))
    }
    if ((o.force || o.resume) && out === undefined) {
      const flag = o.force ? "--force" : "--resume"
      return yield* Effect.fail(argumentError({ doing: `use ${flag}`, want: "--out DIR with it", got: "no --out" }))
    }
    const loggers = yield* loggersAsked(o.log, "run")
    const choice = choiceOf(o, seed)
    const own = o.resume && choice.source === undefined && choice.preset === undefined
    const { config: chosen, record } = yield* loadConfig(own ? yield* overOwn(out ?? "", choice) : choice)
    const loaded = yield* withPlugins({ asked: chosen.plugins, record, trust: o.trust })
    const read = { ...chosen, plugins: loaded.names }
    // Before the directory is made: a wrong name leaves nothing behind.
    const { environment } = yield* fromEither(familyOf(read, loaded)).pipe(Effect.mapError(because(loaded)))
    if (environment.repeats === false) yield* remark(unrepeated(environment.id))
    yield* remarkOnLimit(environment)
    // What only this command needs (programs, kernels, plots) is loaded only by it: the others start faster.
    const { mainJob } = yield* Effect.promise(() => import("../../pipeline/mod.ts"))
    const { catalog, catalogWith } = yield* Effect.promise(() => import("../loading/catalog/mod.ts"))
    const all = catalogWith(loaded, catalog)
    const config = yield* fromEither(named(read, all))
    const { intend } = yield* Effect.promise(() => import("../../pipeline/mod.ts"))
    // Nothing is computed for a run that a later stage would refuse to go on with.
    yield* intend(config, all)
    const { runJob } = yield* Effect.promise(() => import("../runs/run_job.ts"))
    const { openSession } = yield* Effect.promise(() => import("../sessions/mod.ts"))
    // Likewise a session that cannot be made; auto always finds one.
    if (config.session !== "auto") yield* Effect.scoped(openSession(config.session))
    const directory = out ?? freeName("runs", `${config.preset}-${config.seed}`)
    const command = commandLine()
    const store = directoryStore(directory, o.force ? "force" : o.resume ? "resume" : "new", {
      command,
      config,
      seed: config.seed,
      versions: { ...versions(), ...versionsOf(loaded) },
      machine: machine(),
      plugins: recordsOf(loaded.plugins, directory)
    })
    const finished = o.resume ? yield* readFinished(directory) : Option.none()
    if (Option.isSome(finished)) {
      const { summary, notes } = finished.value
      // Opened all the same: refuses other settings, and a run that is being written.
      yield* Effect.gen(function* () {
        const opened = yield* RunStore
        yield* Effect.forEach([...opened.notes, ...notes], remark, { discard: true })
        yield* opened.kept.drop("")
      }).pipe(Effect.provide(store))
      const text = `${summary.headline}\n\nfinished before: ${normalize(directory)}/report.html; --force runs it anew`
      return yield* print(json, { ...summary, directory }, text)
    }
    const goesOn = Effect.sync(() => {
      if (!existsSync(join(directory, "run.json"))) return
      const module = moduleOf(config.family.id)
      const again = goingOn({ directory, plugins: config.plugins, python, module, log: o.log })
      atSignal(printable(`pgex: stopped; go on with: ${again}`))
    })
    const data = yield* Effect.andThen(goesOn, runJob(mainJob(all), { config, command, loaded, loggers })).pipe(
      Effect.provide(o.quiet ? silentProgress : progressDisplay(titleOf(directory, config))),
      Effect.provide(store),
      Effect.provideService(CheckpointSeconds, yield* secondsOf(process.env[CHECKPOINT_VARIABLE]))
    )
    atSignal("")
    const { receipts, ...result } = data
    yield* print(json, { ...result, receipts, directory }, summaryText(data, normalize(directory)))
  })
).pipe(
  Command.withDescription(
    "Run the main job: train one meta-policy on all tasks, estimate how subsets of them would adapt, group the tasks by " +
      "the affinity that follows, train each group, and compare the estimates with real training. Leaves a run " +
      "directory with every number and a report.html."
  ),
  Command.withShortDescription("Group a family's tasks and train the groups"),
  Command.withExamples([
    { command: "pgex run", description: "The quick preset, within a minute on two cores" },
    { command: "pgex run paper --seed 3 --out runs/paper-3", description: "The paper's sizes" },
    {
      command: "pgex run quick --set family.id=cartpole-length --set meta.iterations=20",
      description: "With other values"
    },
    { command: "pgex run runs/quick-0/run.json", description: "The same run again" },
    {
      command: "pgex run --log tensorboard --log csv=numbers.csv",
      description: "With TensorBoard's files and a table"
    },
    { command: "pgex run --resume --out runs/quick-0", description: "Go on with a run that was stopped" }
  ])
)

/** What a run is, over its stages. */
const titleOf = (directory: string, { family, algorithm, seed }: RunConfig): string =>
  `${family.n} tasks of ${family.id}, ${algorithm.id}, seed ${seed}: ${normalize(directory)}`

/** Names the variable that says how many seconds of a training a crash may cost. */
const CHECKPOINT_VARIABLE = "PGEX_CHECKPOINT_SECONDS"

const secondsOf = (text: string | undefined): Effect.Effect<number, ArgumentError> => {
  const seconds = text === undefined || text === "" ? 2 : Number(text)
  if (Number.isFinite(seconds) && seconds >= 0) return Effect.succeed(seconds)
  const want = "a number of seconds >= 0"
  return Effect.fail(argumentError({ doing: `use ${CHECKPOINT_VARIABLE}`, want, got: text ?? "" }))
}

/** What is asked of the run in the directory, over its own configuration. Errors: `RunStoreError` where there is no run. */
const overOwn = Effect.fnUntraced(function* (directory: string, choice: Choice) {
  yield* readBegun(directory)
  const { sessionVariable, ...said } = choice
  return { ...said, source: resolve(directory, "run.json") } satisfies Choice
})

/** The family of a run, which has its tasks. */
const familyOf = (config: RunConfig, { registry }: Loaded): E.Either<EnvError, Family> =>
  pipe(
    findFamily(registry, config.family.id),
    E.chainFirst((family) => family.tasks({ ...config.family.options, n: config.family.n }))
  )

/** What cannot be promised of an environment whose episodes nothing decides. */
const unrepeated = (id: string): string =>
  `${id} remembers what was before an episode, or sees a clock: a second run gives other numbers, and episodes that ` +
  "ran when a run was stopped begin anew when it goes on"

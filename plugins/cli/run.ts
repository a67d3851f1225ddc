/** `pgex run`: the main job, in a run directory. */
import { normalize } from "node:path"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { RunConfig } from "../../core/pipeline/config.ts"
import type { EnvError } from "../../envs/error.ts"
import { findFamily } from "../../envs/registry.ts"
import { loadConfig, named } from "../config/mod.ts"
import { UsageError } from "../failure.ts"
import type { Loaded } from "../load/mod.ts"
import { machine, versions } from "../machine.ts"
import { progressDisplay, silentProgress } from "../progress.ts"
import { directoryStore, freeName } from "../store/mod.ts"
import { choiceOf, choiceParameters } from "./config.ts"
import { lift, print } from "./output.ts"
import { because, withPlugins } from "./plugin_flag.ts"
import { shared } from "./shared.ts"
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
      Flag.withDescription("Write into an earlier run in --out, replacing what differs")
    ),
    quiet: Flag.Boolean("quiet").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("Show no progress")
    )
  },
  Effect.fn("pgex.run")(function* (o) {
    const { json, seed } = yield* shared
    const out = Option.getOrUndefined(o.out)
    if ((o.force || o.resume) && out === undefined) {
      const flag = o.force ? "--force" : "--resume"
      return yield* new UsageError({ doing: `use ${flag}`, want: "--out DIR with it", got: "no --out", fix: "" })
    }
    const config = yield* loadConfig(choiceOf(o, seed))
    const loaded = yield* withPlugins(config.plugins)
    // Before the directory is made: a wrong name leaves nothing behind.
    yield* lift(tasksExist(config, loaded)).pipe(Effect.mapError(because(loaded)))
    // What only this command needs (programs, kernels, plots) is loaded only by it: the others start faster.
    const { mainJob } = yield* Effect.promise(() => import("../../algorithms/policygradex/job.ts"))
    const { known, knownWith } = yield* Effect.promise(() => import("../known.ts"))
    const all = knownWith(loaded, known)
    yield* lift(named(config, all))
    const { runJob } = yield* Effect.promise(() => import("../run_job.ts"))
    const { openSession } = yield* Effect.promise(() => import("../sessions/mod.ts"))
    // Likewise a session that cannot be made; auto always finds one.
    if (config.session !== "auto") yield* Effect.scoped(openSession(config.session))
    const directory = out ?? freeName("runs", `${config.preset}-${config.seed}`)
    const words = process.argv.slice(2).map((w) => (/^[\w./=:,-]+$/.test(w) ? w : JSON.stringify(w)))
    const command = ["pgex", ...words].join(" ")
    const store = directoryStore(directory, o.force ? "force" : o.resume ? "resume" : "new", {
      command,
      config,
      seed: config.seed,
      versions: versions(),
      machine: machine()
    })
    const data = yield* runJob(mainJob(all), { config, command, loaded }).pipe(
      Effect.provide(o.quiet ? silentProgress : progressDisplay()),
      Effect.provide(store)
    )
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
    { command: "pgex run runs/quick-0/run.json", description: "The same run again" }
  ])
)

const tasksExist = (config: RunConfig, { registry }: Loaded): E.Either<EnvError, unknown> =>
  pipe(
    findFamily(registry, config.family.id),
    E.chain((family) => family.tasks({ ...config.family.options, n: config.family.n }))
  )

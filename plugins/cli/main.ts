/** The command line: parses, runs, and turns every failure into one sentence. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Console, Effect, Layer, Predicate } from "effect"
import { CliConfig, CliOutput, Command, GlobalFlag, type HelpDoc } from "effect/cli"
import { hasPrinted, isOutputError, runToExit, signalCame } from "../io/ending/mod.ts"
import { logToStderr } from "../io/log_to_stderr.ts"
import { version } from "../runs/machine.ts"
import { algorithmsCommand } from "./algorithms.ts"
import { assetsCommand } from "./assets.ts"
import { cacheCommand } from "./cache.ts"
import { checkCommand } from "./check.ts"
import { clusterCommand } from "./cluster.ts"
import { configCommand } from "./config.ts"
import { doctorCommand } from "./doctor.ts"
import { envsCommand } from "./envs.ts"
import { evaluateCommand } from "./evaluate.ts"
import { exportCommand } from "./export.ts"
import { groupCommand } from "./group.ts"
import { importCommand } from "./import.ts"
import { describeDefect, failureWords, Shown, showFailure } from "./output.ts"
import { pluginCommand } from "./plugin.ts"
import { replayCommand } from "./replay.ts"
import { runCommand } from "./run.ts"
import { runsCommand } from "./runs.ts"
import { setupCommand } from "./setup.ts"
import { root } from "./shared.ts"
import { sweepCommand } from "./sweep.ts"
import { watchCommand } from "./watch.ts"
import { workerCommand } from "./worker.ts"

export const pgex = root.pipe(
  Command.withSubcommands([
    runCommand,
    sweepCommand,
    workerCommand,
    watchCommand,
    runsCommand,
    clusterCommand,
    replayCommand,
    checkCommand,
    evaluateCommand,
    exportCommand,
    importCommand,
    groupCommand,
    envsCommand,
    algorithmsCommand,
    pluginCommand,
    configCommand,
    cacheCommand,
    setupCommand,
    assetsCommand,
    doctorCommand
  ])
)

/** Runs the command of `argv` (without the program's name) and ends the process with its exit code. */
export const main = (argv: readonly string[]): void => {
  const options = argv.slice(0, argv.includes("--") ? argv.indexOf("--") : argv.length)
  const json = options.includes("--json")
  const console = logToStderr()
  const told = <A, E, R>(command: Effect.Effect<A, E, R>) =>
    Effect.catchCause(command, (cause) => fail(cause, json)).pipe(Effect.provideService(Console.Console, console))
  const command = Command.runWith(pgex, { version, renderErrors: true })(argv).pipe(
    Effect.provide(Layer.mergeAll(settings, presenter(json), NodeServices.layer)),
    Effect.provideService(Console.Console, console)
  )
  void runToExit(command, {
    told,
    words: (failure) => failureWords(failure, json),
    interrupted: json
      ? `${JSON.stringify({ error: { _tag: "Interrupted", message: "Interrupted by a signal" } })}\n`
      : ""
  })
}

const settings = CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })

/** Help on standard output (as data with `--json`); of a wrong command line only the sentence that `fail` writes. */
const presenter = (json: boolean) =>
  CliOutput.layerPresenter({
    present: (event) => {
      switch (event._tag) {
        case "InvalidInvocation":
          return Effect.void
        case "Version":
          return Console.log(json ? JSON.stringify({ name: event.name, version: event.version }) : event.version)
        case "Help":
          return json ? Console.log(helpJson(event.helpDoc)) : CliOutput.defaultPresenter.present(event)
      }
    }
  })

/** Help as plain data: options of the library become values or null, its annotations go. */
const helpJson = (doc: HelpDoc.HelpDoc): string =>
  JSON.stringify(
    doc,
    (name, value: unknown) => {
      if (name === "annotations") return undefined
      if (!Predicate.isObject(value) || value._id !== "Option") return value
      return "value" in value ? value.value : null
    },
    2
  )

/** Shows the failure and ends with code 1; an interruption passes, and ends with 130. */
const fail = (cause: Cause.Cause<unknown>, json: boolean): Effect.Effect<never, Shown> => {
  // What a signal makes fail is no failure.
  if (Cause.hasInterruptsOnly(cause) || signalCame() !== 0) return Effect.interrupt
  const failure = cause.reasons.find(Cause.isFailReason)
  if (failure?.error instanceof Shown) return Effect.fail(failure.error)
  const defect = failure === undefined ? Cause.squash(cause) : undefined
  const shown = defect === undefined ? failure?.error : isOutputError(defect) ? defect : describeDefect(defect)
  // One value is all that standard output ever gets; a reader who has gone need not be told so.
  if (isOutputError(shown) && shown.closed) return Effect.fail(new Shown())
  return Effect.andThen(showFailure(shown, json && !hasPrinted()), Effect.fail(new Shown()))
}

/** `--log`: where a run's numbers go beside its own folder. */
import { Effect } from "effect"
import { Flag } from "effect/cli"
import { fromEither } from "../../core/service/from_either.ts"
import type { Logs } from "../loggers/mod.ts"

const flag = (description: string) =>
  Flag.String("log").pipe(
    Flag.between(0, 20),
    Flag.withMetavar("LOGGER[=WHERE]"),
    Flag.withDescription(`${description}; may be repeated`)
  )

export const logFlag = flag(
  "Log the measured numbers here too: jsonl[=FILE], csv[=FILE], tensorboard[=FOLDER], otel=ADDRESS (OpenTelemetry); without " +
    "WHERE below logs/ of the run directory"
)

/** Of an experiment: every run's. */
export const logEachFlag = flag(
  "Log every run's numbers too: jsonl[=FOLDER], csv[=FOLDER], tensorboard[=FOLDER], each run in a folder of its own there, or " +
    "otel=ADDRESS (OpenTelemetry); without FOLDER below logs/ of each run directory"
)

/** The loggers that are asked for; their modules load only for who asks. Errors: `ArgumentError`. */
export const loggersAsked = Effect.fnUntraced(function* (asked: readonly string[], of: Logs) {
  if (asked.length === 0) return []
  const { loggerNamed } = yield* Effect.promise(() => import("../loggers/mod.ts"))
  return yield* Effect.forEach([...new Set(asked)], (text) => fromEither(loggerNamed(text, of)))
})

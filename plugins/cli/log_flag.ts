/** `--log`: where a run's numbers go beside its own folder. */
import { Effect } from "effect"
import { Flag } from "effect/cli"
import { fromEither } from "../../core/service/from_either.ts"

export const logFlag = Flag.String("log").pipe(
  Flag.between(0, 20),
  Flag.withMetavar("LOGGER[=WHERE]"),
  Flag.withDescription(
    "Log the measured numbers here too: jsonl[=FILE], csv[=FILE], tensorboard[=FOLDER], otel=ADDRESS (OpenTelemetry); without WHERE below logs/ of the " +
      "run directory; may be repeated"
  )
)

/** The loggers that are asked for; their modules load only for who asks. Errors: `ArgumentError`. */
export const loggersAsked = Effect.fnUntraced(function* (asked: readonly string[]) {
  if (asked.length === 0) return []
  const { loggerNamed } = yield* Effect.promise(() => import("../loggers/mod.ts"))
  return yield* Effect.forEach([...new Set(asked)], (text) => fromEither(loggerNamed(text)))
})

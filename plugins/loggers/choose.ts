/** The loggers that come with the package, as a person asks for them: `csv`, `tensorboard=FOLDER`. */
import { join, resolve } from "node:path"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, cannot } from "../../core/failure/mod.ts"
import { suggestion } from "../../core/text/choices.ts"
import { shown } from "../../core/text/shown.ts"
import { leavesBy } from "../io/confined.ts"
import type { LoggedRun, LoggerPlugin, Logging } from "../loading/mod.ts"
import { csv, jsonLines } from "./lines.ts"
import { LOGS, METRICS, TENSORBOARD } from "./places.ts"
import { type RowFormat, rowFile } from "./row_file.ts"
import { HEADERS_VARIABLE, receiverAt, telemetry } from "./telemetry.ts"
import { eventFolder } from "./tensorboard/folder.ts"

/** One that comes with the package. */
export interface OwnLogger {
  readonly id: string
  readonly summary: string
  /** What follows the `=`, and what stands for it where nothing does. */
  readonly place: string
  /** The logger that writes there. Errors: `ArgumentError` of a place that cannot be one. */
  readonly at: (place: string | undefined, of: Logs) => E.Either<ArgumentError, LoggerPlugin>
}

/** What a logger is told of: a run, or several, each of which needs a file of its own. */
export type Logs = "run" | "runs"

/** The place that was named, or one below the run's directory, which no link may lead out of. */
const own =
  (id: string, place: string | undefined, name: string) =>
  async (run: LoggedRun): Promise<string> => {
    if (place !== undefined) return resolve(place)
    const doing = `Cannot log by ${id}`
    if (run.directory === "")
      throw new Error(`${doing}: want a place for it, got none, and a run without a directory; name it: ${id}=…`)
    const to = await leavesBy(run.directory, `${LOGS}/${name}`)
    if (to !== undefined) throw new Error(`${doing}: want a path within the run directory, got ${to}`)
    return join(run.directory, LOGS, name)
  }

const file = (id: string, summary: string, name: string, format: RowFormat): OwnLogger => ({
  id,
  summary,
  place: `FILE (of several runs FOLDER, for FOLDER/RUN/${name}), else ${LOGS}/${name} of the run`,
  at: (place, of) => {
    const path = own(id, place, name)
    const ofRun = async (run: LoggedRun): Promise<string> =>
      place !== undefined && of === "runs" ? join(await path(run), run.name, name) : path(run)
    return E.right({ id, summary, open: async (run) => rowFile({ path: await ofRun(run), format }, run) })
  }
})

/** Where TensorBoard finds a run: `FOLDER/RUN`, or the run's own folder. */
const eventsOf = (place: string | undefined) => {
  const folder = own(TENSORBOARD, place, TENSORBOARD)
  return async (run: LoggedRun): Promise<Logging> =>
    eventFolder(place === undefined ? await folder(run) : join(await folder(run), run.name), run)
}

const telemetrySummary = "OpenTelemetry: a trace with a span a stage, the newest numbers as gauges"
const tensorboardSummary = "TensorBoard's event files: a scalar STAGE/METRIC/TASK for every number"

/** Loggers that need nothing but this package. */
export const ownLoggers: readonly OwnLogger[] = [
  file("jsonl", "JSON lines, as events.jsonl has them, in a file of your own", `${METRICS}.jsonl`, jsonLines),
  file("csv", "CSV in long form: time, run, stage, step, task, metric, value", `${METRICS}.csv`, csv),
  {
    id: TENSORBOARD,
    summary: tensorboardSummary,
    place: `FOLDER, where the run gets a folder of its own, else ${LOGS}/${TENSORBOARD} of the run`,
    at: (place) => {
      const open = eventsOf(place)
      return E.right({ id: TENSORBOARD, summary: tensorboardSummary, open: async (run) => open(run) })
    }
  },
  {
    id: "otel",
    summary: telemetrySummary,
    place: "ADDRESS, that of a receiver of OTLP over HTTP",
    at: (place) =>
      pipe(
        receiverAt(place ?? ""),
        E.map((receiver) => ({
          id: "otel",
          summary: telemetrySummary,
          open: (run) => telemetry(receiver, run, process.env[HEADERS_VARIABLE])
        }))
      )
  }
]

/**
 * The logger that a text asks for: `ID` or `ID=PLACE`, of one run or of several.
 *
 * - Errors: `ArgumentError` of an id that there is not, and of a place that cannot be one.
 */
export const loggerNamed = (text: string, of: Logs = "run"): E.Either<ArgumentError, LoggerPlugin> => {
  const at = text.indexOf("=")
  const [id, place] = at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
  const logger = ownLoggers.find((l) => l.id === id)
  if (logger === undefined) {
    const ids = ownLoggers.map((l) => l.id)
    return cannot("use --log", `a logger (${ids.join(", ")})`, shown(id), suggestion(id, ids))
  }
  if (place?.trim() === "")
    return cannot("use --log", `${id}=${logger.place}`, shown(text), `leave the = out, or name a place`)
  return logger.at(place, of)
}

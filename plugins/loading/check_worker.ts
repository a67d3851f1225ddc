/** The module of the thread in which a plugin is checked. */
import { parentPort, workerData } from "node:worker_threads"
import { Effect, Predicate } from "effect"
import { partsOf } from "../../core/failure/mod.ts"
import { standard } from "../../envs/mod.ts"
import { logToStderr } from "../io/log_to_stderr.ts"
import { checkPlugin } from "./check.ts"
import type { Told } from "./watch.ts"

const tell = (told: Told): void => parentPort?.postMessage(told)
const text = (key: string): string => (Predicate.hasProperty(workerData, key) ? String(workerData[key]) : "")

const checked = checkPlugin(text("name"), standard, text("base"), (subject, law) =>
  tell({ at: { subject, law } })
).pipe(
  Effect.match({
    onSuccess: (report): Told => ({ report }),
    onFailure: (e): Told => ({ error: { ...partsOf(e), plugin: e.plugin, field: e.field } })
  }),
  Effect.map(tell)
)

logToStderr()
await Effect.runPromise(checked)

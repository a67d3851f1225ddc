/** Which activities a machine has finished, and how long they took: a line each, in the experiment's folder. */
import { hostname } from "node:os"
import { Clock, Effect } from "effect"
import type { RunStoreError } from "../../core/service/run_store.ts"
import type { Files } from "../runs/store/internal.ts"

/** An activity that was finished here. */
export interface FinishedActivity {
  /** Its work's name: SHA-256 of what decides its result. */
  readonly activity: string
  readonly job: string
  readonly seconds: number
}

export type Journal = (finished: FinishedActivity) => Effect.Effect<void, RunStoreError>

/** The folder of the journals. */
const journalFolder = "activities"

/** A file a machine: processes of one machine append whole lines. */
export const journalIn =
  (files: Files): Journal =>
  (finished) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const [time, name] = [new Date(now).toISOString(), hostname().replaceAll(/[^\w.-]/g, "-")]
      const row = { time, process: process.pid, ...finished }
      return files.append(`${journalFolder}/${name}.jsonl`, `${JSON.stringify(row)}\n`)
    })

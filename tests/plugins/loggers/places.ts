/** Loggers that are opened, and places for their files, which go with the process. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { EventRow } from "../../../core/service/run_store.ts"
import type { Logging } from "../../../plugins/loading/mod.ts"
import { loggerNamed } from "../../../plugins/loggers/mod.ts"
import { smallest } from "../../pipeline/job/support.ts"
import { right } from "../../support/right.ts"

export const folder = mkdtempSync(join(tmpdir(), "pgex-loggers-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))

let places = 0

/** A path where nothing is. */
export const place = (): string => join(folder, `place-${places++}`)

/** The logger that is asked for, as a run of this name has it. */
export const opened = async (
  asked: string,
  name = "run",
  more: { readonly startedAt?: number } = {}
): Promise<Logging> => right(loggerNamed(asked)).open({ name, config: smallest, directory: "", ...more })

export const other: EventRow = { stage: "other", step: 0, task: "", metric: "loss", value: 1 }

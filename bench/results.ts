/** Keeps a report as a file that is never half written. */
import { Effect, FileSystem, Schema } from "effect"
import { fileError } from "../core/service/file_error.ts"
import { replaceFile } from "../plugins/runs/store/mod.ts"
import { Report } from "./report.ts"

/** Writes `SUITE.json` into `folder`. */
export const keep = Effect.fn("bench.keep")(function* (folder: string, report: Report) {
  const files = yield* FileSystem.FileSystem
  const path = `${folder}/${report.suite}.json`
  yield* files.makeDirectory(folder, { recursive: true })
  const json = yield* Schema.encodeEffect(Report)(report)
  yield* writeText(path, `${JSON.stringify(json, null, 2)}\n`)
  return path
})

/** Replaces a file in one step. */
export const writeText = (path: string, text: string) =>
  Effect.tryPromise({ try: () => replaceFile(path, text), catch: (e) => fileError("write", path, e) })

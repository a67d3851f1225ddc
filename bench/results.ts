/** Keeps a report as a file that is never half written. */
import { Effect, FileSystem, Schema } from "effect"
import { Report } from "./report.ts"

/** Writes `SUITE.json` into `folder`: a temporary file beside it first, then renamed over it. */
export const keep = Effect.fn("bench.keep")(function* (folder: string, report: Report) {
  const files = yield* FileSystem.FileSystem
  const path = `${folder}/${report.suite}.json`
  const partial = `${folder}/.${report.suite}.${process.pid}.json`
  yield* files.makeDirectory(folder, { recursive: true })
  const json = yield* Schema.encodeEffect(Report)(report)
  yield* files.writeFileString(partial, `${JSON.stringify(json, null, 2)}\n`)
  yield* files.rename(partial, path).pipe(Effect.onError(() => Effect.ignore(files.remove(partial))))
  return path
})

/** A folder with a run in it, and the real server over it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Exit, Scope } from "effect"
import { type Serving, serve, watchedFolder } from "../../../plugins/watch/mod.ts"
import { config, hasty, jobOf } from "../../pipeline/job/on_disk.ts"

/** What a browser would run, were it not shown as text. */
export const HOSTILE = `"><img src=x onerror="document.title='run by a name'">`

export interface Runs {
  readonly folder: string
  readonly remove: () => void
}

/** A finished run `whole`, and one with hostile names that says that this process is at it. */
export const runs = async (): Promise<Runs> => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-watch-"))
  const whole = join(folder, "whole")
  // So long that episodes of the groups end.
  const longer = { ...config, groupTraining: { ...config.groupTraining, iterations: config.meta.iterations } }
  await Effect.runPromise(Effect.scoped(jobOf(longer, whole, "new", hasty)))
  const hostile = join(folder, HOSTILE)
  cpSync(whole, hostile, { recursive: true })
  rmSync(join(hostile, "summary.json"))
  rmSync(join(hostile, "grouping"), { recursive: true })
  const events = readFileSync(join(hostile, "events.jsonl"), "utf8").trimEnd().split("\n")
  const named = events.map((line) => ({ ...JSON.parse(line), task: `${HOSTILE} ${JSON.parse(line).task}` }))
  writeFileSync(join(hostile, "events.jsonl"), named.map((row) => `${JSON.stringify(row)}\n`).join(""))
  const trail = readFileSync(join(hostile, "progress.jsonl"), "utf8").trimEnd().split("\n")
  const say = JSON.stringify({ time: new Date(0).toISOString(), say: HOSTILE })
  writeFileSync(join(hostile, "progress.jsonl"), `${[...trail.slice(0, -1), say].join("\n")}\n`)
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Serves a folder on a free port of this machine until it is closed. */
export const serving = async (folder: string, more: Partial<Serving> = {}) => {
  const scope = await Effect.runPromise(Scope.make())
  const clock = () => performance.now()
  const all = {
    folder: watchedFolder(folder, clock),
    clock,
    title: folder,
    host: "127.0.0.1",
    port: 0,
    ...more
  }
  const port = await Effect.runPromise(Scope.provide(serve(all), scope))
  return { url: `http://127.0.0.1:${port}`, close: () => Effect.runPromise(Scope.close(scope, Exit.void)) }
}

/** Runs on the disk as rows: what they are of, how they ended, and what came of them. */
import { join, resolve } from "node:path"
import { Effect, Option, Schema } from "effect"
import { jsonText } from "../../core/service/decoding.ts"
import { runStoreError } from "../../core/service/run_store.ts"
import { diskFiles, LARGEST_JSON } from "../runs/store/internal.ts"
import { type RunFile, readBegun, readRun } from "../runs/store/mod.ts"
import { names, type RunEnd, readEnds } from "./folder.ts"
import { type MethodReturns, returnsIn } from "./returns.ts"

/** A run as it is found. */
export interface RunRow {
  /** Below the folder that was asked for. */
  readonly name: string
  readonly path: string
  readonly state: "finished" | "unfinished" | "failed"
  readonly startedAt: string
  readonly seed: number
  readonly config: unknown
  readonly headline?: string
  /** Why it failed. */
  readonly error?: string
}

/** Folders deeper than these are not looked into: an experiment's runs lie below `NAME/runs`. */
const DEEPEST = 3

/**
 * All runs in a folder and below: a run's own, an experiment's, or one that holds such; by path.
 *
 * - Errors: `RunStoreError` where there is no such folder, or none of them in it.
 */
export const runsIn = Effect.fn("sweeps.runsIn")(function* (folder: string) {
  const root = resolve(folder)
  const found: RunRow[] = []
  yield* eachRun(root, ({ path, name, ends }) =>
    Effect.gen(function* () {
      const run = yield* Effect.option(readBegun(path))
      if (Option.isSome(run)) found.push(yield* rowOf(path, name, run.value, ends.get(name.split("/").at(-1) ?? "")))
    })
  )
  if (found.length > 0) return found
  const [want, got, fix] = ["a folder with runs in it", "none", "pgex run makes one, pgex sweep many"]
  return yield* Effect.fail(runStoreError({ reason: "not-a-run", path: root, want, got, fix }))
})

/** A run's directory, where it is below the folder that was asked for, and how the runs beside it ended. */
export interface RunPlace {
  readonly path: string
  readonly name: string
  readonly ends: ReadonlyMap<string, RunEnd>
}

/** Goes through all directories of runs in a folder and below, by path. What cannot be listed has none. */
export const eachRun = (folder: string, visit: (place: RunPlace) => Effect.Effect<void>): Effect.Effect<void> => {
  const walk = ({ path, name, ends }: RunPlace): Effect.Effect<void> =>
    Effect.gen(function* () {
      const files = diskFiles(path)
      const entries = yield* Effect.orElseSucceed(files.list(""), () => [])
      if (entries.some((e) => e.name === "run.json")) return yield* visit({ path, name, ends })
      if (name.split("/").length > DEEPEST) return
      const own = new Map((yield* readEnds(files)).map((end) => [end.name, end]))
      for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
        if (entry.folder && entry.name !== names.work)
          yield* walk({
            path: join(path, entry.name),
            name: name === "" ? entry.name : `${name}/${entry.name}`,
            ends: own.size > 0 ? own : ends
          })
    })
  return walk({ path: folder, name: "", ends: new Map() })
}

const Summary = Schema.Struct({ headline: Schema.String })

const rowOf = Effect.fnUntraced(function* (path: string, name: string, run: RunFile, end: RunEnd | undefined) {
  const own = { name: name === "" ? path : name, path, startedAt: run.startedAt, seed: run.seed, config: run.config }
  const bytes = yield* Effect.option(diskFiles(path).read("summary.json", LARGEST_JSON))
  const summary = Option.isNone(bytes)
    ? Option.none()
    : Schema.decodeUnknownOption(jsonText(Summary))(new TextDecoder().decode(bytes.value))
  if (Option.isSome(summary)) return { ...own, state: "finished", headline: summary.value.headline } satisfies RunRow
  const failed = end?.state === "failed" && end.error !== undefined ? { error: end.error } : undefined
  const row: RunRow = failed === undefined ? { ...own, state: "unfinished" } : { ...own, state: "failed", ...failed }
  return row
})

/** Stages that end a run with a table of returns: after training groups, and after adaptation to unseen tasks. */
const LAST = ["group-training", "adaptation"]

/** What came of a finished run, from all rows of its returns. Errors: `RunStoreError` of files that changed. */
export const returnsOf = Effect.fn("sweeps.returnsOf")(function* ({ path, state }: RunRow) {
  if (state !== "finished") return []
  const { store } = yield* readRun(path)
  const tables = yield* Effect.forEach(LAST, (stage) => store.find(stage, "returns"))
  const table = tables.find((t) => t !== undefined)
  const none: readonly MethodReturns[] = []
  return table === undefined ? none : returnsIn(new TextDecoder().decode(yield* store.bytes(table)))
})

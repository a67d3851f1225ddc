/** Run directories in a temporary folder. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { RunStore, type RunStoreError, type RunStoreService } from "../../../../core/service/run_store.ts"
import { directoryStore, type Mode, type RunInfo } from "../../../../plugins/runs/store/mod.ts"

export const inFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-"))
  try {
    await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export const info: RunInfo = { command: "pgex run", config: { a: 1 }, seed: 0, versions: {}, machine: {} }

/** Opens the directory, does something in its store, and closes it; what came of it. */
export const within = <A>(
  path: string,
  mode: Mode,
  use: (store: RunStoreService) => Effect.Effect<A, RunStoreError>,
  change: Partial<RunInfo> = {}
) =>
  Effect.runPromise(
    Effect.result(
      Effect.flatMap(RunStore, use).pipe(Effect.provide(directoryStore(path, mode, { ...info, ...change })))
    )
  )

/** What a small run leaves. */
export const leave = Effect.fnUntraced(function* (store: RunStoreService) {
  yield* store.put("affinity", "cosine", { kind: "array", shape: [2], data: Float64Array.of(1, 2) })
  yield* store.put("grouping", "groups", { kind: "json", value: { k: 2 } })
  yield* store.log([{ stage: "meta-training", step: 0, task: "a", metric: "meanReturn", value: 1 }])
  yield* store.kept.put("truth/3", { a: 1 }, 7)
  return yield* store.artefacts
})

/** A very small main job in a run directory, on a disk of the test's choice. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Effect, Layer } from "effect"
import { Progress, type ProgressService } from "../../../core/service/progress.ts"
import type { RunConfig } from "../../../pipeline/config.ts"
import { mainJob } from "../../../pipeline/mod.ts"
import { CheckpointSeconds } from "../../../pipeline/store/checkpoints.ts"
import { type Disk, disk } from "../../../plugins/io/disk.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { runJob } from "../../../plugins/runs/run_job.ts"
import { directoryStore, type Mode } from "../../../plugins/runs/store/mod.ts"
import { tiny } from "./support.ts"

/** As small as a job can be that has every stage. */
export const config: RunConfig = {
  ...tiny,
  family: { id: "lq-planted", n: 3, options: {} },
  meta: { ...tiny.meta, iterations: 4, stepsPerTask: 40 },
  surrogate: { ...tiny.surrogate, transitionsPerTask: 128, dimension: 12 },
  firstOrder: { ...tiny.firstOrder, directions: 2 },
  truth: { ...tiny.truth, subsets: 2, iterations: 4, stepsPerTask: 40, repeats: 1 },
  groupTraining: { ...tiny.groupTraining, iterations: 1, seeds: 1 },
  evaluation: { episodes: 4, actions: "sample" }
}

const silent: ProgressService = { report: () => Effect.void, say: () => Effect.void }

/** The job, with a checkpoint after each iteration. */
export const job = (directory: string, mode: Mode, on: Disk, progress: Partial<ProgressService> = {}) =>
  jobOf(config, directory, mode, on, progress)

/** Likewise of another configuration. */
export const jobOf = (
  config: RunConfig,
  directory: string,
  mode: Mode,
  on: Disk,
  progress: Partial<ProgressService> = {}
) => {
  const info = { command: "pgex run", config, seed: config.seed, versions: {}, machine: {} }
  return runJob(mainJob(catalog), { config, command: "pgex run" }).pipe(
    Effect.provide(
      Layer.merge(directoryStore(directory, mode, info, on), Layer.succeed(Progress)({ ...silent, ...progress }))
    ),
    Effect.provideService(CheckpointSeconds, 0)
  )
}

/** A disk on which nothing is flushed: for tests that do not pull its plug. */
export const hasty: Disk = {
  ...disk,
  open: async (path, flags) => {
    const file = await disk.open(path, flags)
    return {
      writeFile: (data) => file.writeFile(data),
      chmod: (mode) => file.chmod(mode),
      sync: async () => {},
      close: () => file.close()
    }
  }
}

export const rows = (directory: string) =>
  readFileSync(join(directory, "events.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const { time: _, run: __, ...row } = JSON.parse(line)
      return row
    })

export const filesIn = (directory: string) => readdirSync(directory, { recursive: true, encoding: "utf8" }).sort()

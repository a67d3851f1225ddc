/** Attempts at a run in memory, which are stopped and taken up again. */
import assert from "node:assert/strict"
import { Effect, Exit, Fiber, Layer } from "effect"
import { Progress, type StageProgress } from "../../../core/service/progress.ts"
import type { RunStore } from "../../../core/service/run_store.ts"
import type { RunConfig } from "../../../pipeline/config.ts"
import { mainJob } from "../../../pipeline/mod.ts"
import { CheckpointSeconds } from "../../../pipeline/store/checkpoints.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { runJob } from "../../../plugins/runs/run_job.ts"
import type { memoryStore } from "../../../plugins/runs/store/mod.ts"
import { withKinds } from "../../plugins/sessions/support.ts"
import { isForecast, tiny } from "./support.ts"

export const config: RunConfig = {
  ...tiny,
  family: { id: "lq-planted", n: 4, options: {} },
  meta: { ...tiny.meta, iterations: 4, stepsPerTask: 80 },
  surrogate: { ...tiny.surrogate, transitionsPerTask: 256, dimension: 20 },
  firstOrder: { ...tiny.firstOrder, directions: 2 },
  truth: { ...tiny.truth, subsets: 3, iterations: 1, stepsPerTask: 80, repeats: 1 },
  groupTraining: { ...tiny.groupTraining, iterations: 1, seeds: 2 }
}

export type Memory = ReturnType<typeof memoryStore>

export interface Attempt {
  /** Stops the run at this report of its progress. */
  readonly stop?: (p: StageProgress) => boolean
  readonly config?: RunConfig
  /** Another store in the place of memory's. */
  readonly store?: Layer.Layer<RunStore>
  readonly kinds?: Parameters<typeof withKinds>[0]
}

/** One attempt at the run in this memory: what was reported and said, and what came of it. */
export const attempt = async (
  memory: Memory,
  { stop = () => false, config: c = config, store = memory.layer, kinds = {} }: Attempt = {}
) => {
  const reports: StageProgress[] = []
  const said: string[] = []
  const progress = Layer.succeed(Progress)({
    report: (p) =>
      Effect.suspend(() => {
        reports.push(p)
        return stop(p) ? Effect.interrupt : Effect.void
      }),
    say: (sentence) => Effect.sync(() => void (isForecast(sentence) || said.push(sentence)))
  })
  const job = runJob(mainJob(catalog), { config: c, command: "pgex run" }).pipe(
    Effect.provide(Layer.merge(store, progress)),
    Effect.provideService(CheckpointSeconds, 0),
    withKinds(kinds)
  )
  const exit = await Effect.runPromise(Effect.flatMap(Effect.forkChild(job), Fiber.await))
  return { exit, reports, said }
}

export const finished = async (memory: Memory, how: Attempt = {}) => {
  const { exit, ...rest } = await attempt(memory, how)
  return { data: Exit.isSuccess(exit) ? exit.value : assert.fail(String(exit)), ...rest }
}

/** Runs that are killed at a moment of one's choice, by every learner. */
import assert from "node:assert/strict"
import { Effect, Layer } from "effect"
import type { RunConfig } from "../../../pipeline/config.ts"
import { mainJob } from "../../../pipeline/mod.ts"
import { CheckpointSeconds } from "../../../pipeline/store/checkpoints.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { silentProgress } from "../../../plugins/runs/progress.ts"
import { runJob } from "../../../plugins/runs/run_job.ts"
import { memoryStore } from "../../../plugins/runs/store/mod.ts"
import { smallest } from "./support.ts"

/** All of the package's. */
export const learners: readonly string[] = catalog.algorithms.map((a) => a.id)

/** The smallest run by a learner. */
export const configOf = (id: string): RunConfig => {
  if (id === "ppo") return smallest
  const own: Readonly<Record<string, object>> = {
    sac: { replay: 500, learningStarts: 20, batch: 16, trainEvery: 4, updates: 1 },
    // So few steps know no curvature: damping of another order of magnitude keeps it positive.
    "bo-mrl": { hypergradient: { damping: 1e5 } }
  }
  // Its policies are told their task: there are none that are not.
  const network = id === "distral" ? { ...smallest.network, id: "two-column", taskOneHot: true } : smallest.network
  return { ...smallest, network, algorithm: id in own ? { id, [id]: own[id] } : { id } }
}

/** A store's files. */
export type Disk = ReadonlyMap<string, Uint8Array>

/** What kill -9 would find on the disk right after a change of it. */
export interface Moment {
  /** The file that was written or removed last. */
  readonly path: string
  readonly stage: string
  readonly disk: Disk
}

/** The stages in their order; `report` is all that comes after the last. */
export const stages = [
  "meta-training",
  "surrogate",
  "grouping",
  "first-order",
  "truth",
  "group-training",
  "evaluation",
  "report"
] as const

/** Runs the job on what is on the disk already; every change is a moment at which it could have been killed. */
export const goOn = async (config: RunConfig, from: Disk = new Map()) => {
  const { files, layer } = memoryStore()
  for (const [path, bytes] of from) files.set(path, bytes)
  const moments: Moment[] = []
  let stage = "meta-training"
  const seen = (path: string): void => {
    stage = stageOf(path) ?? stage
    moments.push({ path, stage, disk: new Map(files) })
  }
  const [set, remove] = [files.set.bind(files), files.delete.bind(files)]
  files.set = (path, bytes) => {
    set(path, bytes)
    seen(path)
    return files
  }
  files.delete = (path) => {
    const there = remove(path)
    seen(path)
    return there
  }
  const data = await Effect.runPromise(
    runJob(mainJob(catalog), { config, command: "pgex run" }).pipe(
      Effect.provide(Layer.merge(layer, silentProgress)),
      Effect.provideService(CheckpointSeconds, 0)
    )
  )
  return { data, disk: new Map(files) as Disk, moments }
}

/** What a file belongs to; nothing where it belongs to whatever goes on. */
const stageOf = (path: string): string | undefined => {
  if (path === "artefacts.json" || path === "events.jsonl") return undefined
  if (path === "report.html" || path === "summary.json") return "report"
  const [first = "", second = ""] = path.split("/")
  if (first === "group-training") return "evaluation"
  const stage = first === "kept" ? second.replace(/\.bin$/, "") : first
  if (stage === "affinity") return undefined
  return stage === "first-order-check" ? "first-order" : stage
}

/** Rows of the log without their times. */
export const rowsIn = (bytes: Uint8Array | undefined): readonly unknown[] =>
  new TextDecoder()
    .decode(bytes)
    .trimEnd()
    .split("\n")
    .map((line) => {
      const { time: _, run: __, ...row } = JSON.parse(line)
      return row
    })

/** Digest, names of files, their bytes where they tell no time, and rows of the log: all as if nothing had happened. */
export const assertSame = (got: Disk, want: Disk, at: string): void => {
  assert.deepEqual([...got.keys()].sort(), [...want.keys()].sort(), at)
  for (const [path, bytes] of want)
    if (!/^(events\.jsonl|summary\.json|report\.html|run\.json)$/.test(path))
      assert.deepEqual(got.get(path), bytes, `${at}: ${path}`)
  assert.deepEqual(rowsIn(got.get("events.jsonl")), rowsIn(want.get("events.jsonl")), at)
}

/** The main job on small tasks, in memory. */

import { Effect, Layer } from "effect"
import { type Ppo, ppo } from "../../../algorithms/mod.ts"
import type { RunConfig } from "../../../pipeline/config.ts"
import { mainJob } from "../../../pipeline/mod.ts"
import { presets } from "../../../plugins/config/mod.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { silentProgress } from "../../../plugins/runs/progress.ts"
import { runJob } from "../../../plugins/runs/run_job.ts"
import { memoryStore } from "../../../plugins/runs/store/mod.ts"
import { withKinds } from "../../plugins/sessions/support.ts"

const { quick } = presets
if (quick === undefined) throw new Error("there is no preset quick")

export const tinyPpo: Ppo = { ...ppo.defaults, epochs: 5, learningRate: 3e-3, batch: 240, gamma: 0.95 }

/** Six linear-quadratic tasks in two groups; a second for the whole job. */
export const tiny: RunConfig = {
  ...quick,
  preset: "tiny",
  session: "wasm",
  workers: 1,
  family: { id: "lq-planted", n: 6, options: {} },
  algorithm: { id: "ppo", ppo: tinyPpo },
  network: { layers: 1, width: 16, activation: "tanh", taskOneHot: false },
  meta: { target: "off", iterations: 3, stepsPerTask: 160, vector: 8 },
  surrogate: { ...quick.surrogate, transitionsPerTask: 2048, dimension: 60 },
  firstOrder: { ...quick.firstOrder, directions: 3 },
  truth: {
    ...quick.truth,
    subsets: 10,
    iterations: 2,
    stepsPerTask: 160,
    repeats: 2,
    episodes: 16,
    measure: "curve"
  },
  groupTraining: { ...quick.groupTraining, iterations: 2, seeds: 2, exhaustiveUpTo: 0 },
  evaluation: { episodes: 8, actions: "sample" }
}

/** Every stage of the job, with as little in it as there can be: what matters is that there is something. */
export const smallest: RunConfig = {
  ...tiny,
  family: { id: "lq-planted", n: 4, options: {} },
  network: { ...tiny.network, width: 8 },
  meta: { target: "off", iterations: 3, stepsPerTask: 64, vector: 2 },
  surrogate: { ...tiny.surrogate, transitionsPerTask: 128, dimension: 20 },
  firstOrder: { ...tiny.firstOrder, directions: 2 },
  truth: { ...tiny.truth, subsets: 2, iterations: 2, stepsPerTask: 32, repeats: 1, episodes: 1 },
  groupTraining: { ...tiny.groupTraining, seeds: 1 },
  evaluation: { episodes: 2, actions: "sample" }
}

/** Whether a note tells what is predicted: every run says that once, whatever else it has to say. */
export const isForecast = (note: string): boolean => note.startsWith("Mean return of ")

/** Runs the main job; what it says, and the files that it left. */
export const run = (config: RunConfig, layers: Parameters<typeof withKinds>[0] = {}) => {
  const memory = memoryStore("tiny")
  return runJob(mainJob(catalog), { config, command: "pgex run" }).pipe(
    Effect.provide(Layer.merge(memory.layer, silentProgress)),
    withKinds(layers),
    Effect.map((data) => ({ data, files: memory.files })),
    Effect.runPromise
  )
}

/** The bytes of the artefact `stage/name`, whatever its hash. */
export const artefact = (files: ReadonlyMap<string, Uint8Array>, stem: string): Uint8Array => {
  const path = [...files.keys()].find((p) => p.startsWith(`${stem}.`))
  const bytes = path === undefined ? undefined : files.get(path)
  if (bytes === undefined) throw new Error(`want artefact ${stem}, got ${[...files.keys()].join(", ")}`)
  return bytes
}

/** The rows of a table that the run left, by column name. */
export const table = (
  files: ReadonlyMap<string, Uint8Array>,
  stem: string
): readonly Readonly<Record<string, string>>[] => {
  const [columns, ...rows] = new TextDecoder().decode(artefact(files, stem)).trimEnd().split("\n").map(cells)
  return rows.map((row) => Object.fromEntries(columns!.map((c, i) => [c, row[i]!])))
}

/** Cells of a line; quoted ones may hold commas. */
const cells = (line: string): readonly string[] =>
  Array.from(`${line},`.matchAll(/(?:"([^"]*)"|([^,]*)),/g), ([, quoted, plain]) => quoted ?? plain ?? "")

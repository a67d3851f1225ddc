/** Small experiments. */
import assert from "node:assert/strict"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect } from "effect"
import { fromEither } from "../../../core/service/from_either.ts"
import { Progress } from "../../../core/service/progress.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { loadPlugins } from "../../../plugins/loading/mod.ts"
import { doSweep, readSweep, readyOf } from "../../../plugins/sweeps/internal.ts"
import type { SweepOptions, SweepResult } from "../../../plugins/sweeps/mod.ts"
import { decodeSweep } from "../../../plugins/sweeps/sweep.ts"

/** Settings of the smallest runs that have every stage. */
export const smallestSettings = {
  session: "wasm",
  "family.id": "lq-planted",
  "family.n": 4,
  "algorithm.ppo": { epochs: 2, batch: 64 },
  "network.layers": 1,
  "network.width": 8,
  "meta.iterations": 3,
  "meta.stepsPerTask": 64,
  "meta.vector": 2,
  "surrogate.transitionsPerTask": 128,
  "surrogate.dimension": 20,
  "surrogate.subsetSize": 2,
  "firstOrder.directions": 2,
  "truth.subsets": 2,
  "truth.iterations": 2,
  "truth.stepsPerTask": 32,
  "truth.repeats": 1,
  "truth.episodes": 1,
  "groupTraining.iterations": 2,
  "groupTraining.seeds": 1,
  "groupTraining.exhaustiveUpTo": 0,
  "evaluation.episodes": 2
}

/** What tells times or names the command: all else of two equal experiments is equal, byte for byte. */
const timed = /(^|\/)((?:events|progress)\.jsonl|summary\.json|report\.html|run\.json|sweep\.json|activities\/.*)$/

const below = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name).slice(folder.length + 1))
    .sort()

const rows = (path: string): readonly unknown[] =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const { time: _, run: __, ...row } = JSON.parse(line)
      return row
    })

/** The same files with the same bytes, the same rows of every log, and the same ends of runs. */
export const assertSameExperiment = (got: string, want: string): void => {
  assert.deepEqual(below(got), below(want))
  for (const path of below(want)) {
    if (!timed.test(path)) assert.deepEqual(readFileSync(join(got, path)), readFileSync(join(want, path)), path)
    if (path.endsWith("events.jsonl")) assert.deepEqual(rows(join(got, path)), rows(join(want, path)), path)
  }
  assert.deepEqual(readFileSync(join(got, "summary.json")), readFileSync(join(want, "summary.json")))
}

interface Activity {
  readonly activity: string
  readonly job: string
  readonly process: number
}

/** The activities that were finished, in order. */
export const activities = (folder: string): readonly Activity[] => {
  const at = join(folder, "activities")
  try {
    return readdirSync(at).flatMap((name) =>
      readFileSync(join(at, name), "utf8")
        .split("\n")
        .filter((line) => line.endsWith("}"))
        .map((line): Activity => JSON.parse(line))
    )
  } catch {
    return []
  }
}

/** No activity was finished more than once. */
export const assertEachOnce = (folder: string): void => {
  const all = activities(folder).map((a) => a.activity)
  assert.deepEqual(
    all.filter((name, i) => all.indexOf(name) < i),
    []
  )
}

/** What {@link doHere} is given. */
interface Here extends SweepOptions {
  readonly said?: string[]
}

/** Does an experiment in this process: of a file, or of data. */
export const doHere = (what: unknown, { said = [], ...options }: Here): Promise<SweepResult> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const sweep = typeof what === "string" ? yield* readSweep(what) : yield* fromEither(decodeSweep(what, "FILE"))
      const loaded = yield* loadPlugins(catalog.registry, sweep.plugins ?? [])
      const source = typeof what === "string" ? what : "FILE"
      const ready = yield* readyOf(sweep, { source, command: "pgex sweep", loaded })
      return yield* doSweep(ready, { workers: 1, ...options })
    }).pipe(
      Effect.provideService(Progress, {
        report: () => Effect.void,
        say: (sentence) => Effect.sync(() => void said.push(sentence))
      }),
      Effect.provide(NodeServices.layer)
    )
  )

/** The digest over all artefacts of a finished run. */
export const digestOf = (run: string): string =>
  JSON.parse(readFileSync(join(run, "summary.json"), "utf8")).receipts.digest

const library = JSON.stringify(join(import.meta.dirname, "../../../envs/mod.ts"))

/** Writes a plugin whose family `fragile` throws for as long as a file is there. */
export const fragilePlugin = (path: string, stuck: string): string => {
  writeFileSync(
    path,
    `import { existsSync } from "node:fs"
import { linearQuadraticPlanted as planted } from ${library}
const fragile = (dynamics) => ({
  ...dynamics,
  step: (...args) => {
    if (existsSync(${JSON.stringify(stuck)})) throw new Error("the puck is stuck")
    return dynamics.step(...args)
  }
})
const make = (params) => {
  const made = planted.environment.make(params)
  return made._tag === "Left" ? made : { ...made, right: fragile(made.right) }
}
const environment = { ...planted.environment, id: "fragile", make }
const own = (made) => ({ ...made, tasks: made.tasks.map((t) => ({ ...t, environment: "fragile" })) })
const tasks = (options) => {
  const made = planted.tasks(options)
  return made._tag === "Left" ? made : { ...made, right: own(made.right) }
}
const families = [{ ...planted, id: "fragile", environment, tasks }]
export default { name: "fragile", version: "1.0.0", policygradex: 1, environments: [environment], families }
`
  )
  return path
}

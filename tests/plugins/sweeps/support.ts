/** Small experiments by the real command. */
import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

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
const timed = /(^|\/)(events\.jsonl|summary\.json|report\.html|run\.json|sweep\.json|activities\/.*)$/

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

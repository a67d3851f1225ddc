/** The whole job with an off-policy learner: groups start from θ★'s critics, and its squashed policies are linearised. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { RunConfig } from "../../../pipeline/config.ts"
import { run, table, tiny } from "./support.ts"

/** A replay that is full before meta-training ends, warm-up steps, and two environments a task. */
const config: RunConfig = {
  ...tiny,
  family: { id: "pendulum-length", n: 3, options: {} },
  algorithm: { id: "sac", sac: { learningStarts: 100, batch: 48, updates: 1, replay: 600 } },
  meta: { ...tiny.meta, iterations: 2, stepsPerTask: 256, vector: 2 },
  surrogate: { ...tiny.surrogate, transitionsPerTask: 512, dimension: 40 },
  truth: { ...tiny.truth, subsets: 2, iterations: 1, stepsPerTask: 128, repeats: 1, episodes: 2 },
  grouping: { ...tiny.grouping, k: 2 },
  groupTraining: { ...tiny.groupTraining, iterations: 1, seeds: 1 },
  evaluation: { episodes: 2, actions: "sample" }
}

test("a run with soft actor-critic has every part of a report, bit for bit whatever the number of workers", async () => {
  const { data, files } = await run(config)
  assert.deepEqual([data.tasks.length, data.grouping.k], [3, 2])
  assert.deepEqual(data.comparison.map((c) => c.kind).sort(), [
    "alone",
    "groups",
    "one",
    "random",
    "similarity",
    "told"
  ])
  assert.ok(data.comparison.every((c) => c.meanReturn.value < 0 && c.meanReturn.value > -2500))
  // Near θ★ the log-probability of u, from which actions are squashed, is linear in θ: both directions say so.
  const near = data.firstOrder.filter((r) => r.distance === 0.001)
  assert.deepEqual(
    near.map((r) => r.relativeRss.value < 1e-3),
    [true, true]
  )
  assert.ok([...files.keys()].some((path) => path.startsWith("meta-training/policy.")))
  assert.ok(table(files, "surrogate/subsets").every((row) => Number.isFinite(Number(row.estimate))))
  const report = new TextDecoder().decode(files.get("report.html"))
  assert.equal(report.match(/, step 0"/g)?.length, 3, "films of all three tasks")
  assert.equal((await run({ ...config, workers: 2 })).data.receipts.digest, data.receipts.digest)
})

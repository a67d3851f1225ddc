/** Trainings of groups that come one kind after the other. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { RunConfig } from "../../../pipeline/config.ts"
import { memoryStore } from "../../../plugins/runs/store/mod.ts"
import { attempt, config, finished } from "./attempts.ts"

test("trainings of equal operations, which come after those of each task alone, are kept beside them", async () => {
  const other: RunConfig = { ...config, groupTraining: { ...config.groupTraining, budget: "compute" } }
  const first = memoryStore()
  const { data } = await finished(first, { config: other })
  const alone = other.groupTraining.seeds * data.tasks.length
  const memory = memoryStore()
  await attempt(memory, { config: other, stop: (p) => p.stage === "group training" && p.done === alone + 2 })
  const again = await finished(memory, { config: other })
  const { work } = again.data.receipts.sessions[0] ?? assert.fail("no session")
  const spent = data.costs.find((c) => c.work === "group training") ?? assert.fail("no stage")
  assert.ok(work.flops < 0.9 * spent.flops, "what was trained before the stop is not trained again")
  assert.equal(again.data.receipts.digest, data.receipts.digest)
})

/** A run whose trainings decide which groups are best. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { RunConfig } from "../../../pipeline/config.ts"
import { summaryText } from "../../../plugins/cli/summary.ts"
import { memoryStore } from "../../../plugins/runs/store/mod.ts"
import { attempt, finished, config as sample } from "./attempts.ts"
import { run, table } from "./support.ts"

const config: RunConfig = { ...sample, truth: { ...sample.truth, mode: "decide", trainings: 6, batch: 2 } }

const memory = memoryStore()
const { data, reports } = await finished(memory, { config })
const decided = data.decided ?? assert.fail("nothing was decided")
const page = new TextDecoder().decode(memory.files.get("report.html"))

test("a run whose trainings decide tells which, how certain it became, what they corrected, and whether that is enough", () => {
  const { trainings, course, curve, certain, certainty, level, labels } = decided
  assert.ok(trainings.length <= 6)
  assert.deepEqual([course[0]?.trainings, course.at(-1)?.trainings], [0, trainings.length])
  assert.equal(course.at(-1)?.certainty, certainty)
  assert.equal(certain, certainty >= level)
  assert.ok(certain || trainings.length === 6)
  assert.deepEqual(
    curve.map((p) => p.policies),
    [1, 2, 3, 4]
  )
  assert.ok(curve.every((p) => p.low <= p.value && p.value <= p.high && p.returns.length === 4))
  assert.deepEqual(labels, data.grouping.labels)
  assert.match(data.headline, certain ? /Decided by \d trainings?: with/ : /Not certain after 6 trainings, all that/)
  assert.match(summaryText(data, "r"), /Decided by trainings\n {2}trainings +\d of at most 6\n {2}certainty/)
  assert.match(page, /How certain are these groups\?/)
  assert.match(page, /What did the trainings correct\?/)
  assert.equal(new Set(table(memory.files, "decision/trainings").map((r) => r.training)).size, trainings.length)
  assert.equal(table(memory.files, "decision/course").length, course.length)
})

test("what was trained for the decision is not trained again for the comparison, and is the same there", () => {
  const rows = table(memory.files, "group-training/returns")
  const ids = data.tasks.map((t) => t.id)
  /** Every training of the comparison, by seed and members, with what its members reached. */
  const trainings = new Map<string, readonly number[]>()
  for (const own of Map.groupBy(rows, (r) => [r.method, r.draw, r.seed, r.group].join()).values()) {
    const members = own.map((r) => ids.indexOf(r.task!))
    const told = own[0]!.method === "one policy told its task" ? "told " : ""
    trainings.set(
      `${own[0]!.seed}: ${told}${members.join(" ")}`,
      own.map((r) => Number(r.mean_return))
    )
  }
  const shared = decided.trainings.filter(({ members, seed, returns }) => {
    const found = trainings.get(`${seed}: ${members.join(" ")}`)
    if (found !== undefined) assert.deepEqual(found, returns)
    return found !== undefined
  })
  const total = reports.find((p) => p.stage === "group training")?.total
  assert.equal(total, trainings.size - shared.length)
})

for (const done of [1, 3])
  test(`a run that is stopped after ${done} of its deciding trainings goes on to the same bytes`, async () => {
    const other = memoryStore()
    await attempt(other, { config, stop: (p) => p.stage === "decision" && p.done === done })
    const again = await finished(other, { config })
    assert.equal(again.data.receipts.digest, data.receipts.digest)
  })

test("any number of workers leaves the same bytes", async () => {
  const two = await run({ ...config, workers: 2 })
  assert.equal(two.data.receipts.digest, data.receipts.digest)
})

test("a learner that does not tell its updates decides from a wider prior", async () => {
  const other = await finished(memoryStore(), {
    config: { ...config, algorithm: { id: "reptile" }, truth: { ...config.truth, trainings: 2 } }
  })
  assert.equal(other.data.prediction?.unit, "gain")
  const { curve } = other.data.decided ?? assert.fail("nothing was decided")
  assert.ok(curve.every((p) => Number.isFinite(p.value) && p.low < p.high))
})

import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { experiment, type Settings } from "../../../plugins/runs/experiment.ts"
import { tiny } from "../../pipeline/job/support.ts"

const settings = (id: string, options: Readonly<Record<string, unknown>>): Settings => ({
  ...tiny,
  preset: "quick",
  family: { id: "navigation-uniform", n: 4, options: {} },
  algorithm: { id, [id]: options },
  meta: { ...tiny.meta, iterations: 1, stepsPerTask: 240, vector: 4 },
  surrogate: { ...tiny.surrogate, subsetSize: 2, transitionsPerTask: 200 },
  truth: { ...tiny.truth, subsets: 0 },
  groupTraining: { ...tiny.groupTraining, iterations: 1, seeds: 1 }
})

test("a run with a meta-learner is of returns after adaptation, also in groups of one task", async () => {
  const small = settings("promp", { inner: { rate: 0.5 } })
  const done = await run({ ...small, family: { id: "navigation-uniform", n: 3, options: {} }, grouping: { k: 3 } })
  assert.ok(done._tag === "Success", done._tag === "Failure" ? done.failure.message : "")
  const { grouping, comparison, comparisonMeaning, learningMeaning } = done.success
  assert.deepEqual(new Set(grouping.labels).size, 3)
  assert.match(comparisonMeaning, /after adaptation/)
  assert.ok(comparison.every((c) => c.meanReturn.value < 0 && c.meanReturn.value > -250))
  assert.match(learningMeaning, /after adaptation/)
})

const run = (x: Settings) => Effect.runPromise(Effect.result(experiment(x, { quiet: true })))

test("a run takes a meta-learner by name, with settings over its defaults", async () => {
  const done = await run(settings("fomaml", { inner: { steps: 2 } }))
  assert.ok(done._tag === "Success")
  assert.equal(done.success.grouping.labels.length, 4)
  const refused = await run(settings("fomaml", { inner: { steps: 0 } }))
  assert.ok(refused._tag === "Failure")
  assert.match(refused.failure.message, /inner\.steps: want/)
})

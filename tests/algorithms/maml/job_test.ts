import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { experiment, type Settings } from "../../../plugins/experiment.ts"
import { tiny } from "../../pipeline/support.ts"

const settings = (id: string, options: Readonly<Record<string, unknown>>): Settings => ({
  ...tiny,
  preset: "quick",
  family: { id: "navigation-uniform", n: 4, options: {} },
  algorithm: { id, [id]: options },
  meta: { ...tiny.meta, iterations: 1, stepsPerTask: 240, vector: 4 },
  surrogate: { ...tiny.surrogate, subsetSize: 2, transitionsPerTask: 200 },
  truth: { ...tiny.truth, subsets: 0 },
  groupTraining: { iterations: 1, seeds: 1 }
})

const run = (x: Settings) => Effect.runPromise(Effect.result(experiment(x, { quiet: true })))

test("a run takes a meta-learner by name, with settings over its defaults", { timeout: 60_000 }, async () => {
  const done = await run(settings("fomaml", { inner: { steps: 2 } }))
  assert.ok(done._tag === "Success")
  assert.equal(done.success.grouping.labels.length, 4)
  const refused = await run(settings("fomaml", { inner: { steps: 0 } }))
  assert.ok(refused._tag === "Failure")
  assert.match(refused.failure.message, /inner\.steps: want/)
})

import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { experiment } from "../../../plugins/runs/experiment.ts"
import { tiny } from "./support.ts"

const comparisonOf = (family: string) =>
  Effect.runPromise(
    experiment(
      {
        ...tiny,
        preset: "quick",
        family: { id: family, n: 6 },
        grouping: { ...tiny.grouping, k: 2 },
        truth: { ...tiny.truth, subsets: 0 },
        meta: { ...tiny.meta, iterations: 1 },
        surrogate: { ...tiny.surrogate, transitionsPerTask: 512 }
      },
      { quiet: true }
    )
  ).then((run) => run.comparison)

test("where an environment tells which episodes succeed, a run says what share did by each grouping", async () => {
  const told = await comparisonOf("navigation-uniform")
  assert.ok(told.length >= 6)
  for (const { method, successRate, perSeed, draws } of told) {
    assert.ok(successRate !== undefined && successRate.value >= 0 && successRate.value <= 1, method)
    assert.equal(successRate.n, draws?.count ?? perSeed.length)
  }
})

test("where it does not, a run says nothing of it", async () => {
  for (const { method, successRate } of await comparisonOf("lq-planted")) assert.equal(successRate, undefined, method)
})

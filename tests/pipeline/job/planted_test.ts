/** Planted groups are found by the whole job: collected, projected, solved, grouped. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { RunConfig } from "../../../pipeline/config.ts"
import { run, tiny } from "./support.ts"

/** Little else than what the groups come from. */
const brief = {
  truth: { ...tiny.truth, subsets: 0 },
  groupTraining: { ...tiny.groupTraining, iterations: 1, seeds: 1 }
}

/** The papers' way. */
const byAffinity = {
  surrogate: { ...tiny.surrogate, estimator: "logistic" },
  grouping: { ...tiny.grouping, method: "sdp", k: 2 }
} as const

/** The labels are the planted ones, which alternate, up to names; and the run says so. */
const recovers = async (config: RunConfig): Promise<void> => {
  const { data } = await run(config)
  const first = data.grouping.labels[0]
  assert.deepEqual(
    data.grouping.labels.map((l) => (l === first ? 0 : 1)),
    data.tasks.map((_, i) => i % 2)
  )
  assert.deepEqual(
    data.tasks.map((t) => t.planted),
    data.tasks.map((_, i) => i % 2)
  )
  assert.ok(data.headline.includes("exactly the planted groups"), data.headline)
}

for (const [seed, projection] of (["sparse", "kronecker", "gaussian"] as const).entries()) {
  test(`planted groups of linear-quadratic tasks, a Gaussian policy, are recovered: ${projection}, seed ${seed}`, () =>
    recovers({ ...tiny, ...brief, ...byAffinity, seed, surrogate: { ...byAffinity.surrogate, projection } }))

  test(`planted groups of linear-quadratic tasks are those of the largest predicted return, seed ${seed}`, () =>
    recovers({ ...tiny, ...brief, seed }))

  test(`cart-poles with left and right swapped are told apart, seed ${seed}`, () =>
    recovers({
      ...tiny,
      ...brief,
      seed,
      family: { id: "cartpole-mirrored", n: 6, options: {} },
      surrogate: { ...tiny.surrogate, transitionsPerTask: 8192 },
      meta: { target: "off", iterations: 3, stepsPerTask: 512, vector: 8 }
    }))
}

test("planted groups are recovered with random subsets of three, and for the choice of k", async () => {
  const surrogate = { ...byAffinity.surrogate, subsetSize: 3, subsets: 12 }
  await recovers({ ...tiny, ...brief, surrogate, grouping: { ...byAffinity.grouping, k: "auto" } })
})

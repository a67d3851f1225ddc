/** Combinations of task gradients that a plugin contributes: chosen by id, held to the laws, refused where there are others of the name. */
import assert from "node:assert/strict"
import { join } from "node:path"
import { test } from "node:test"
import { Effect } from "effect"
import { settingOf } from "../../../pipeline/jobs/spec.ts"
import { catalogWith } from "../../../plugins/loading/catalog/mod.ts"
import { checkPlugin } from "../../../plugins/loading/check.ts"
import { shipped } from "../../../plugins/loading/registry.ts"
import { inFolder, load } from "./support.ts"

const library = new URL("../../../mod.ts", import.meta.url).href

const plugin = (id: string, weight: string, claims: string) => `
import { aggregate, definePlugin } from "${library}"
const own = aggregate.aggregator({
  id: "${id}", summary: "every task alike", claims: ${claims},
  weights: ({ tasks }) => new Float64Array(tasks).fill(${weight})
})
export default definePlugin({ policygradex: 1, name: "sums", version: "1", aggregators: [own] })
`

const spec = (id: string) => ({
  environment: "CartPole-v1",
  algorithm: "ppo",
  algorithmConfig: {},
  network: { layers: 1, width: 4, activation: "tanh", taskOneHot: false } as const,
  aggregator: { id, options: {} },
  taskIds: ["a", "b"],
  environmentsPerTask: 1,
  stepsPerTask: 8,
  episodes: 1
})

test("a plugin's combination is what aggregator.id finds, and a wrong id is told that it is there", () =>
  inFolder({ "sums.ts": plugin("sum", "1", "[]") }, async (folder) => {
    const catalog = catalogWith(await load([join(folder, "sums.ts")], folder))
    const { aggregator } = await Effect.runPromise(settingOf(spec("sum"), catalog))
    assert.equal(aggregator?.summary, "every task alike")
    const failure = await Effect.runPromise(Effect.flip(settingOf(spec("sun"), catalog)))
    assert.match(failure.message, /aggregator\.id: want one of sum, .*, got "sun"; did you mean sum\?/)
  }))

test("a combination is held to the laws that it claims, and may not have the id of one that is there", () =>
  inFolder(
    {
      "sums.ts": plugin("sum", "1", '["identity", "permutation-invariant"]'),
      "halves.ts": plugin("half", "0.5", '["identity"]'),
      "mean.ts": plugin("mean", "1", "[]")
    },
    async (folder) => {
      const [sum, half, mean] = await Promise.all(
        ["sums.ts", "halves.ts", "mean.ts"].map((file) => Effect.runPromise(checkPlugin(join(folder, file), shipped)))
      )
      assert.deepEqual(sum?.findings, [])
      assert.equal(sum?.subjects[0]?.kind, "aggregator")
      assert.deepEqual(
        half?.findings.map((f) => f.subject),
        ["half"]
      )
      assert.match(mean?.findings[0]?.found ?? "", /want an id that nothing else has, got "mean"/)
    }
  ))

/** Networks of a plugin's architecture, in a run and after it. */
import assert from "node:assert/strict"
import { join } from "node:path"
import { test } from "node:test"
import { Effect } from "effect"
import { catalogWith } from "../../../plugins/loading/catalog/mod.ts"
import { policiesOfRun } from "../../../plugins/runs/evaluate_run.ts"
import { experiment, type Settings } from "../../../plugins/runs/experiment.ts"
import { readRun } from "../../../plugins/runs/store/mod.ts"
import { tiny } from "../../pipeline/job/support.ts"
import { inFolder, load } from "./support.ts"

const library = new URL("../../../mod.ts", import.meta.url).href
const effect = import.meta.resolve("effect")

const plugin = `
import { Schema } from "${effect}"
import { algorithms, definePlugin, network } from "${library}"
export default definePlugin({
  policygradex: 1, name: "networks", version: "1",
  architectures: [
    algorithms.architecture({
      id: "growing", summary: "one hidden layer, a multiple of its inputs wide",
      config: Schema.Struct({ activation: Schema.Literals(["tanh", "relu"]), times: Schema.Int }),
      make: ({ activation, times }, sizes) => network.mlp({ ...sizes, hidden: [times * sizes.inputs], activation })
    })
  ]
})
`

const settings = (plugins: readonly string[], times: unknown): Settings => ({
  ...tiny,
  preset: "quick",
  plugins,
  family: { id: "lq-planted", n: 3, options: {} },
  network: { ...tiny.network, id: "growing", options: { times } },
  truth: { ...tiny.truth, subsets: 0 },
  groupTraining: { iterations: 1, seeds: 1 }
})

test("a run trains networks of a plugin's architecture, and its policies come back from their files", () =>
  inFolder({ "networks.ts": plugin }, async (folder) => {
    const file = join(folder, "networks.ts")
    const out = join(folder, "run")
    const { leftOut } = await Effect.runPromise(experiment(settings([file], 3), { quiet: true, out }))
    // Its hidden layer grows with the inputs: with further ones it is another function.
    const why = leftOut.find((row) => row.method === "one policy told its task")?.why
    assert.match(why ?? "", /^a network growing with further inputs has \d+ parameters, its widened θ★ \d+$/)
    const catalog = catalogWith(await load([file], folder))
    const { store } = await Effect.runPromise(readRun(out))
    const policies = await Effect.runPromise(policiesOfRun(store, catalog))
    for (const { policy } of policies) {
      assert.equal(policy.network.id, "growing")
      assert.deepEqual(policy.network.words, [`${3 * policy.inputs} tanh`])
    }
    assert.ok(policies.length > 0)
  }))

test("an architecture's own settings are checked before anything is computed", () =>
  inFolder({ "networks.ts": plugin }, async (folder) => {
    const file = join(folder, "networks.ts")
    const failure = await Effect.runPromise(Effect.flip(experiment(settings([file], 0.5), { quiet: true })))
    assert.match(failure.message, /network\.options\.times .* for growing, got 0\.5/)
  }))

/** What a run says of tasks that nothing tells apart. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Layer } from "effect"
import { type Environment, family, integer } from "../../../envs/mod.ts"
import type { RunConfig } from "../../../pipeline/config.ts"
import { Workers } from "../../../pipeline/jobs/job.ts"
import { mainJob } from "../../../pipeline/mod.ts"
import { summaryText } from "../../../plugins/cli/summary.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { silentProgress } from "../../../plugins/runs/progress.ts"
import { report } from "../../../plugins/runs/report/mod.ts"
import { runJob } from "../../../plugins/runs/run_job.ts"
import { memoryStore } from "../../../plugins/runs/store/mod.ts"
import { point } from "../../envs/point.ts"
import { withKinds } from "../../plugins/sessions/support.ts"
import { smallest, tiny } from "./support.ts"

const rewarding = (reward: number, ends: boolean): Environment =>
  point({
    step: (state, at, action, _stream, outcome) => {
      state[at]! += 0.1 * (action[0]! - 0.5)
      state[at + 1]! = (state[at + 1]! + 1) % 99
      outcome.reward = reward
      outcome.terminated = ends && state[at + 1]! > 5
    }
  })

const runOf = (environment: Environment) => {
  const points = family({
    id: "points",
    summary: "points of different widths",
    environment,
    options: { n: integer(4, "tasks", 1, 9, "number of tasks") },
    tasks: ({ n }) => ({ tasks: Array.from({ length: n }, (_, i) => ({ id: `width=${i}`, params: { width: i } })) }),
    draw: (_, __, count) => ({ tasks: Array.from({ length: count }, (_, i) => ({ id: `${i}`, params: { width: i } })) })
  })
  const config = {
    ...smallest,
    family: { id: "points", n: 4, options: {} },
    truth: { ...tiny.truth, subsets: 6, iterations: 1, stepsPerTask: 64, repeats: 2 }
  }
  const memory = memoryStore("points")
  const all = { ...catalog, registry: { environments: [environment], families: [points] } }
  // Workers of other threads know the package's own environments alone.
  const job = (c: RunConfig) => Effect.provide(mainJob(all)(c), Workers.here(all))
  return runJob(job, { config, command: "pgex run" }).pipe(
    Effect.provide(Layer.merge(memory.layer, silentProgress)),
    withKinds({}),
    Effect.map((data) => ({ data, files: memory.files })),
    Effect.runPromise
  )
}

const oneAction = point({}, { action: { _tag: "Discrete", n: 1, names: ["wait"] } })

for (const [what, environment] of [
  ["that reward nothing", rewarding(0, true)],
  ["that always reward the same and never end", rewarding(1.5, false)],
  ["with one action only", oneAction]
] as const)
  test(`a run of tasks ${what} says that groups would be arbitrary, makes one, and knows no NaN`, async () => {
    const { data, files } = await runOf(environment)
    assert.equal(
      data.headline,
      "These tasks do not differ in what they reward: groups would be arbitrary, so all are one."
    )
    assert.deepEqual([data.grouping.k, data.grouping.labels], [1, [0, 0, 0, 0]])
    assert.match(data.grouping.indifference ?? "", /^these tasks do not differ/)
    assert.deepEqual([data.grouping.bound, data.grouping.objective], [undefined, undefined])
    const shared = data.comparison.filter((c) => c.kind === "groups" || c.kind === "one" || c.kind === "similarity")
    for (const { method, perSeed } of shared) assert.deepEqual(perSeed, shared[0]?.perSeed, method)
    assert.equal(shared.length, 3)
    assert.ok(data.leftOut.some((r) => r.method === "random groups" && r.why === "4 tasks make one group in one way"))
    assert.ok(data.warnings.some((w) => w.level === "caution" && /all 4 are trained as one group/.test(w.text)))
    const text = (name: string) => new TextDecoder().decode(files.get(name))
    for (const said of [summaryText(data, "run"), report(data), text("summary.json"), text("events.jsonl")])
      assert.ok(!/\bNaN\b/.test(said), said.slice(0, 2000))
    const { estimates } = data
    assert.ok(
      estimates === undefined ||
        estimates.rankCorrelation !== undefined ||
        /do not differ/.test(estimates.noCorrelation ?? "")
    )
    assert.equal(JSON.parse(text("summary.json")).grouping.k, 1)
  })

test("a run of tasks that differ groups them as before", async () => {
  const { data } = await runOf(point())
  assert.equal(data.grouping.indifference, undefined)
  assert.match(data.headline, /^4 tasks fall into/)
})

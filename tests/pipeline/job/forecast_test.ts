/** What a run tells before its trainings confirm it, and how its headline begins. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Layer } from "effect"
import { Progress } from "../../../core/service/progress.ts"
import type { RunConfig } from "../../../pipeline/config.ts"
import { mainJob } from "../../../pipeline/mod.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { runJob } from "../../../plugins/runs/run_job.ts"
import { memoryStore } from "../../../plugins/runs/store/mod.ts"
import { withKinds } from "../../plugins/sessions/support.ts"
import { smallest } from "./support.ts"

/** The result, and in order all that was said and every stage that was reported. */
const told = (config: RunConfig) => {
  const events: string[] = []
  const add = (event: string) => Effect.sync(() => void events.push(event))
  const progress = Layer.succeed(Progress)({ report: ({ stage }) => add(`stage ${stage}`), say: add })
  return runJob(mainJob(catalog), { config, command: "pgex run" }).pipe(
    Effect.provide(Layer.merge(memoryStore("tiny").layer, progress)),
    withKinds({}),
    Effect.map((data) => ({ data, events })),
    Effect.runPromise
  )
}

test("a run tells curve and groups before it trains any of them, and a decision that is open or equal begins the headline", async () => {
  const { data, events } = await told(smallest)
  const at = events.findIndex((e) => e.startsWith("Mean return of 4 tasks by number of policies"))
  assert.ok(at > events.lastIndexOf("stage surrogate"))
  for (const training of ["stage truth", "stage group training"]) assert.ok(at < events.indexOf(training), training)
  const { decision } = data.grouping
  assert.ok(decision !== undefined)
  const before =
    decision.certainty === "clear" ? "" : `${decision.text.charAt(0).toUpperCase()}${decision.text.slice(1)}. `
  assert.ok(data.headline.startsWith(`${before}4 tasks fall into`), data.headline)
})

test("a run by the papers' estimator tells the groups alone, and decides nothing about their number", async () => {
  const { data, events } = await told({
    ...smallest,
    surrogate: { ...smallest.surrogate, estimator: "logistic" },
    grouping: { ...smallest.grouping, method: "sdp", k: 2 }
  })
  const said = events.filter((e) => /the trainings that follow confirm/.test(e))
  assert.equal(said.length, 1)
  assert.match(said[0] ?? "", /^Groups by the estimates/)
  assert.deepEqual([data.grouping.decision, data.prediction], [undefined, undefined])
})

/** A session that is lost in a worker is replaced for the whole stage, in all workers. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Layer } from "effect"
import { ppoDefaults } from "../../../algorithms/mod.ts"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { Session } from "../../../core/service/session.ts"
import { Workers } from "../../../pipeline/jobs/job.ts"
import { trainAll } from "../../../pipeline/jobs/training_job.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { runSession } from "../../../plugins/sessions/mod.ts"
import * as wasm from "../../../plugins/sessions/wasm/mod.ts"
import { workersLayer } from "../../../plugins/workers/mod.ts"
import { withKinds } from "./support.ts"

const task = { id: "a", environment: "CartPole-v1", params: { length: 0.5 } }

const trainings = trainAll(
  {
    environment: task.environment,
    algorithm: "ppo",
    algorithmConfig: { ...ppoDefaults, epochs: 1, batch: 32 },
    network: { layers: 1, width: 8, activation: "tanh", taskOneHot: false },
    taskIds: [task.id],
    environmentsPerTask: 2,
    stepsPerTask: 32,
    episodes: 2
  },
  [0, 1, 2].map((i) => ({ tasks: [task], iterations: 1, key: child(zeroKey, i) }))
)

test("trainings whose workers lose their session are done anew on workers with another", async () => {
  const entry = new URL("./lossy_worker.ts", import.meta.url)
  const said: string[] = []
  const note = (sentence: string) => Effect.sync(() => void said.push(sentence))
  const run = Effect.gen(function* () {
    const { session, kind, did, recovery, records } = yield* runSession("native", note)
    const layer = workersLayer({ workers: 2, sessionKind: kind, catalog, entry, note, did })
    const results = yield* recovery
      .stage("truth", trainings)
      .pipe(Effect.provide(Layer.provide(layer, Layer.succeed(Session)(session))))
    return { results, records: yield* records }
  })
  // In this thread the native session is sound: only the workers' is lost.
  const { results, records } = await Effect.runPromise(Effect.scoped(run).pipe(withKinds({ native: wasm.layer() })))
  const here = Layer.provide(Workers.here(catalog), wasm.layer())
  assert.deepEqual(results, await Effect.runPromise(Effect.provide(trainings, here)))
  assert.deepEqual(
    records.map((r) => [r.kind, r.lost?.stage, r.stages]),
    [
      ["native", "truth", []],
      ["wasm", undefined, ["truth"]]
    ]
  )
  assert.ok(records[1]!.work.calls > 0)
  assert.deepEqual(said, [
    "Session native was lost in truth (a device that was unplugged): this stage, from its start, and those after it ran on wasm"
  ])
})

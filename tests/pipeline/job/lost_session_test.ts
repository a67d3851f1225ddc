/** A run whose session is lost goes on on another one, says so, and its numbers are those of whole stages. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Layer } from "effect"
import { Progress } from "../../../core/service/progress.ts"
import type { RunConfig } from "../../../pipeline/config.ts"
import { mainJob } from "../../../pipeline/mod.ts"
import { summaryText } from "../../../plugins/cli/summary.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { runJob } from "../../../plugins/runs/run_job.ts"
import { memoryStore } from "../../../plugins/runs/store/mod.ts"
import * as reference from "../../../plugins/sessions/reference.ts"
import { broken, losing, withKinds } from "../../plugins/sessions/support.ts"
import { isForecast, tiny } from "./support.ts"

/** Less than a second for the whole job. */
const brief: RunConfig = {
  ...tiny,
  family: { id: "lq-planted", n: 4, options: {} },
  meta: { ...tiny.meta, iterations: 2, stepsPerTask: 80 },
  surrogate: { ...tiny.surrogate, transitionsPerTask: 256, dimension: 20 },
  firstOrder: { ...tiny.firstOrder, directions: 2 },
  truth: { ...tiny.truth, subsets: 3, iterations: 1, stepsPerTask: 80, repeats: 1 },
  groupTraining: { ...tiny.groupTraining, iterations: 1, seeds: 1 }
}

const stages = ["meta-training", "surrogate", "grouping", "first-order check", "truth", "group training"]

const run = async (config: RunConfig, layers: Parameters<typeof withKinds>[0] = {}) => {
  const memory = memoryStore("brief")
  const said: string[] = []
  const progress = Layer.succeed(Progress)({
    report: () => Effect.void,
    say: (sentence) => Effect.sync(() => void (isForecast(sentence) || said.push(sentence)))
  })
  const job = runJob(mainJob(catalog), { config, command: "pgex run" }).pipe(
    Effect.provide(Layer.merge(memory.layer, progress)),
    withKinds(layers)
  )
  return { data: await Effect.runPromise(job), said }
}

const whole = await run(brief)
// Lost at its first call: workers have a real native session, whose numbers are others.
const onWorkers = await run({ ...brief, workers: 2, session: "native" }, { native: losing(1) })
const calls = whole.data.receipts.sessions[0]!.work.calls

test("a run on one session tells what it computed there, without a warning", () => {
  const { sessions, session } = whole.data.receipts
  assert.equal(session, "wasm")
  assert.deepEqual(
    sessions.map((s) => [s.kind, s.stages, s.lost, s.bitEqual]),
    [["wasm", stages, undefined, true]]
  )
  assert.ok(calls > 100 && sessions[0]!.work.plans > 5 && sessions[0]!.work.bytes > 1e5)
  assert.ok(!whole.data.warnings.some((w) => w.text.includes("lost")))
})

/** Calls at which the session is lost: the first, one in the middle, the last. */
const moments = [1, Math.floor(calls / 2), calls]

for (const at of moments) {
  const which = ["first", "middle", "last"][moments.indexOf(at)]
  test(`a session that is lost at the ${which} call costs no result`, async () => {
    const { data, said } = await run({ ...brief, session: "native" }, { native: losing(at) })
    const { sessions, digest } = data.receipts
    assert.deepEqual(
      sessions.map((s) => s.kind),
      ["native", "wasm"]
    )
    const [first, second] = sessions
    const stage = first?.lost?.stage ?? "none"
    // What was finished stays; the stage that was hit and all after it are of the next session.
    const split = stages.indexOf(stage)
    assert.deepEqual([first!.stages, second!.stages], [stages.slice(0, split), stages.slice(split)])
    assert.equal(split === 0, at === 1)
    // Under the fault is the same kind of session as the next one: so every number is the same.
    assert.equal(digest, whole.data.receipts.digest)
    const marked = data.warnings.find((w) => w.text.includes("was lost"))
    assert.equal(marked?.level, "caution")
    assert.match(
      marked.text,
      new RegExp(`^Session native was lost in ${stage} \\(a device that was unplugged\\): .*wasm`)
    )
    assert.deepEqual(said, [marked.text])
    assert.ok(summaryText(data, "r").includes(marked.text))
    assert.equal(data.receipts.session, "native, then wasm")
  })
}

test("a stage that is done anew has the numbers of the next session alone", async () => {
  // Float64 until it is lost in the first stage: nothing of it may be left.
  const { data } = await run({ ...brief, session: "native" }, { native: losing(20, reference.layer) })
  assert.equal(data.receipts.sessions[0]?.lost?.stage, "meta-training")
  assert.equal(data.receipts.digest, whole.data.receipts.digest)
})

test("trainings on workers go on on the session that the run went on with", () => {
  const { data } = onWorkers
  assert.equal(data.receipts.session, "native, then wasm")
  assert.equal(data.receipts.digest, whole.data.receipts.digest)
})

test("a session that is lost twice leaves the last one; where none is left, the run fails with the loss", async () => {
  const two = await run({ ...brief, session: "native" }, { native: losing(30), wasm: losing(40, undefined, "wasm") })
  assert.deepEqual(
    two.data.receipts.sessions.map((s) => [s.kind, s.lost?.stage]),
    [
      ["native", "meta-training"],
      ["wasm", "meta-training"],
      ["reference", undefined]
    ]
  )
  const none = { native: losing(30), wasm: broken("no"), reference: broken("no") }
  await assert.rejects(
    run({ ...brief, session: "native" }, none),
    /Cannot run .* on session native: want its device, got a device that was unplugged/
  )
})

/** What a run does that cannot go on, or may not: it says why, gives its memory back and keeps what was finished. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Deferred, Effect, Fiber, Layer, Option } from "effect"
import { Progress } from "../../../core/service/progress.ts"
import { Session } from "../../../core/service/session.ts"
import type { RunConfig } from "../../../pipeline/config.ts"
import { mainJob, Workers } from "../../../pipeline/mod.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { silentProgress } from "../../../plugins/runs/progress.ts"
import { memoryStore } from "../../../plugins/runs/store/mod.ts"
import * as wasm from "../../../plugins/sessions/wasm/mod.ts"
import { artefact, tiny, tinyPpo } from "./support.ts"

/** The job in the session of the context, its files in `memory`. */
const job = (config: RunConfig, memory: ReturnType<typeof memoryStore>, progress = silentProgress) =>
  mainJob(catalog)(config).pipe(Effect.provide(Layer.mergeAll(Workers.here(catalog), memory.layer, progress)))

const failureOf = async (config: RunConfig) => {
  const memory = memoryStore()
  const error = await Effect.runPromise(Effect.flip(job(config, memory)).pipe(Effect.provide(wasm.layer())))
  return { error, files: memory.files }
}

const has = (files: ReadonlyMap<string, Uint8Array>, stem: string): boolean =>
  [...files.keys()].some((path) => path.startsWith(stem))

/** Settings that let one stage take minutes. */
const slow = {
  "meta-training": { meta: { ...tiny.meta, iterations: 100_000 } },
  surrogate: { surrogate: { ...tiny.surrogate, transitionsPerTask: 1_000_000 } },
  "first-order check": { firstOrder: { ...tiny.firstOrder, distances: new Array<number>(100_000).fill(0.01) } },
  truth: { truth: { ...tiny.truth, iterations: 10_000 } },
  "group training": { groupTraining: { ...tiny.groupTraining, iterations: 100_000, seeds: 1 } }
}

/** What must be there when a stage is interrupted: all that came before. */
const finished: Readonly<Record<keyof typeof slow, readonly string[]>> = {
  "meta-training": [],
  surrogate: ["meta-training/policy", "meta-training/curve"],
  "first-order check": ["surrogate/subsets", "affinity/centred"],
  truth: ["first-order/table", "grouping/groups"],
  "group training": ["truth/returns", "affinity/truth"]
}

for (const stage of ["meta-training", "surrogate", "first-order check", "truth", "group training"] as const) {
  test(`a job interrupted in its ${stage} ends at once, gives its memory back and keeps what was finished`, async () => {
    const memory = memoryStore()
    const outcome = await Effect.runPromise(
      Effect.gen(function* () {
        const session = yield* Session
        const before = (yield* session.memory).bytes
        const reached = yield* Deferred.make<void>()
        const progress = Layer.succeed(Progress)({
          report: (p) => (p.stage === stage ? Deferred.succeed(reached, undefined) : Effect.void),
          say: () => Effect.void
        })
        const fiber = yield* Effect.forkChild(job({ ...tiny, ...slow[stage] }, memory, progress))
        yield* Deferred.await(reached)
        yield* Effect.sleep("30 millis")
        const ended = yield* Fiber.interrupt(fiber).pipe(Effect.timeoutOption("1 second"))
        return { ended: Option.isSome(ended), left: (yield* session.memory).bytes - before }
      }).pipe(Effect.provide(wasm.layer()))
    )
    assert.deepEqual(outcome, { ended: true, left: 0 })
    for (const stem of finished[stage]) assert.ok(has(memory.files, stem), stem)
    assert.ok(!has(memory.files, "group-training/"))
  })
}

/** The largest learning rate there is, nothing held back, on tasks whose control overshoots. */
const wild: RunConfig = {
  ...tiny,
  family: { id: "lq-planted", n: 6, options: { gain: 10 } },
  algorithm: {
    id: "ppo",
    ppo: { ...tinyPpo, learningRate: 1, maxGradientNorm: "off", clip: 1, epochs: 20 }
  },
  meta: { ...tiny.meta, iterations: 1000 }
}

test("a meta-training that diverges names tasks and iteration, and keeps the iterations before in the log", async () => {
  const { error, files } = await failureOf(wild)
  assert.equal(error._tag, "TrainingDiverged")
  if (error._tag !== "TrainingDiverged") return
  const lines = new TextDecoder().decode(files.get("events.jsonl")).trimEnd().split("\n")
  const logged = lines.map((line) => JSON.parse(line))
  assert.ok(error.iteration > 0 && error.tasks.length > 0)
  assert.ok(error.tasks.every((id) => /^task=[0-5],group=[01]$/.test(id)))
  assert.equal(Math.max(...logged.map((e) => e.step)), error.iteration - 1)
  assert.ok(
    Object.values(error.lastFinite).some((v) => v !== 0),
    error.message
  )
  const parts = ["in iteration", ...error.tasks, "last finite values: policyLoss", "try a smaller learning rate"]
  for (const part of parts) assert.ok(error.message.includes(part), error.message)
})

test("a subset whose training diverges is named, and all stages before it are kept", async () => {
  const { error, files } = await failureOf({
    ...wild,
    meta: { ...tiny.meta, iterations: 1 },
    truth: { ...tiny.truth, iterations: 1000 }
  })
  assert.equal(error._tag, "AssignmentError")
  if (error._tag !== "AssignmentError") return
  assert.equal(error.reason._tag, "TrainingDiverged")
  assert.match(
    error.message,
    /^Cannot go on with ppo, in training \d \(task=\d,group=\d, task=\d,group=\d\): want finite/
  )
  for (const stem of finished.truth) assert.ok(has(files, stem), stem)
})

test("estimates beyond the checked distance are refused before anything is trained on them, if so configured", async () => {
  const refuse = { ...tiny, firstOrder: { ...tiny.firstOrder, distances: [0.0001], beyond: "refuse" as const } }
  const { error, files } = await failureOf(refuse)
  assert.match(error.message, /got [1-9]\d* of 15 beyond, the farthest at [\d.]+%; /)
  assert.match(error.message, /^Cannot trust the estimates: want every adapted policy within 0\.01% of θ★/)
  assert.match(
    error.message,
    /raise surrogate\.damping, set surrogate\.trustRadius to 0\.0001, or set firstOrder\.beyond/
  )
  assert.ok(has(files, "first-order/table") && has(files, "surrogate/subsets"))
  assert.ok(!has(files, "truth/") && !has(files, "group-training/"))
})

test("refused estimates are accepted once the trust radius keeps them within the checked distance", async () => {
  const kept = {
    ...tiny,
    surrogate: { ...tiny.surrogate, trustRadius: 0.0001 },
    firstOrder: { ...tiny.firstOrder, distances: [0.0001], beyond: "refuse" as const }
  }
  const memory = memoryStore()
  const result = await Effect.runPromise(job(kept, memory).pipe(Effect.provide(wasm.layer())))
  assert.equal(result.grouping.k, 2)
  assert.ok(artefact(memory.files, "group-training/returns").length > 0)
})

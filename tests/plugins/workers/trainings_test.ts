import assert from "node:assert/strict"
import { rmSync } from "node:fs"
import { test } from "node:test"
import { Effect, Fiber } from "effect"
import fc from "fast-check"
import { child, zeroKey } from "../../../core/random/mod.ts"
import type { TrainingSpec } from "../../../pipeline/jobs/spec.ts"
import type { Assignment, Trained } from "../../../pipeline/jobs/training.ts"
import { trainAll } from "../../../pipeline/jobs/training_job.ts"
import { calling } from "../../../plugins/loading/mod.ts"
import { mark } from "./odd.ts"
import { anywhere, here, listening, onWorkers, spec, tasks } from "./support.ts"

const work = (i: number, change: Partial<Assignment> = {}): Assignment => ({
  tasks: [tasks[i % 3]!],
  iterations: 1,
  key: child(zeroKey, i),
  ...change
})

const several = [0, 1, 2, 3].map((i) => work(i, { iterations: 1 + (i % 2) }))

const all = (assignments: readonly Assignment[], of: Partial<TrainingSpec> = {}) =>
  trainAll({ ...spec, ...of }, assignments)

test("trainAll() gives the same bits on any number of workers, and tells of each training once", async () => {
  const want = await here(all(several))
  assert.ok(want.every((t) => t.cost.flops > 0 && t.cost.bytes > 0 && t.policy.length > 0))
  for (const workers of [1, 3]) {
    const told = new Map<number, Trained>()
    const done = (i: number, t: Trained) => Effect.sync(() => void told.set(i, told.has(i) ? assert.fail("twice") : t))
    const got = await onWorkers({ workers }, trainAll(spec, several, done))
    assert.deepEqual(got, want)
    assert.deepEqual([...told.keys()].sort(), [0, 1, 2, 3])
    for (const [i, t] of told) assert.equal(got[i], t)
  }
})

test("trainAll() gives the same bits as this thread whatever the assignments", async () => {
  const parameters = fc.option(fc.infiniteStream(fc.float({ min: -1, max: 1, noNaN: true, noDefaultInfinity: true })), {
    nil: undefined
  })
  const assignment = fc.record({
    tasks: fc.subarray(tasks, { minLength: 1 }),
    iterations: fc.integer({ min: 0, max: 2 }),
    seed: fc.nat(),
    policy: parameters
  })
  const [{ policy: first } = assert.fail("no training")] = await here(all([work(0)]))
  const drawn = fc.sample(fc.array(assignment, { minLength: 2, maxLength: 4 }), 6).map((list) =>
    list.map(({ seed, policy, ...rest }): Assignment => {
      const start = policy && { policy: Float64Array.from({ length: first.length }, () => policy.next().value) }
      return { ...rest, key: child(zeroKey, "drawn", seed), ...(start && { start }) }
    })
  )
  const run = Effect.forEach(drawn, (list) => all(list))
  const want = await here(run)
  assert.deepEqual(await onWorkers({}, run), want)
  const kept = drawn.flat().flatMap((a) => a.start?.policy ?? [])
  assert.ok(
    kept.every((x) => x.length === first.length),
    "the caller's arrays are left alone"
  )
})

test("trainAll() gives the same bits as this thread in the reference session", async () => {
  const two = all(several.slice(0, 2))
  assert.deepEqual(await onWorkers({ sessionKind: () => "reference" }, two), await here(two, "reference"))
})

test("trainAll() names the assignment that failed, with the training's own typed error", async () => {
  const bad = { start: { policy: new Float64Array(3) } }
  const [start, diverged] = await onWorkers(
    {},
    Effect.all([
      Effect.flip(all([work(0), work(1), work(2, bad)])),
      Effect.flip(
        all([work(0, { iterations: 0, tasks: [anywhere[0]!] }), work(1, { tasks: anywhere.slice(0, 2) })], {
          environment: "Poisonous-v0"
        })
      )
    ])
  )
  assert.equal(start._tag, "AssignmentError")
  if (start._tag !== "AssignmentError" || diverged._tag !== "AssignmentError") return
  assert.deepEqual([start.index, start.reason._tag], [2, "ArgumentError"])
  assert.match(start.message, /^Cannot train, in training 2 \(1\): want start\.policy \d+ parameters, got 3$/)
  assert.equal(diverged.reason._tag === "TrainingDiverged" && diverged.reason.quantity, "reward or log-probability")
})

test("what contributed code throws in a worker is the failure that it is in this thread, part by part", async () => {
  const thrown = Effect.flip(
    calling(
      all(
        [0, 1].map((i) => work(i, { tasks: [anywhere[i]!] })),
        { environment: "Contributed-v0" }
      )
    )
  )
  const parts = (e: object) => JSON.parse(JSON.stringify(e))
  const [there, alone] = [parts(await onWorkers({}, thrown)), parts(await here(thrown))]
  assert.deepEqual([there._tag, there.plugin, there.field], ["PluginError", "someone's", "Contributed-v0.step()"])
  assert.match(there.got, /want a: b, got c; d/)
  assert.deepEqual(there, alone)
})

test("trainAll() refuses what the spec names but nobody knows, before any training", async () => {
  const e = await onWorkers({}, Effect.flip(all(several, { environment: "CartPool-v1" })))
  assert.equal(e._tag, "UnknownName")
  assert.match(e.message, /did you mean/i)
})

test("trainAll() fails with one typed error when a worker dies, and works again after", async () => {
  const [lost, after] = await onWorkers(
    {},
    Effect.all([Effect.flip(all(several, { environment: "Deadly-v0" })), all(several)])
  )
  assert.equal(lost._tag === "AssignmentError" && lost.reason._tag, "WorkerLost")
  assert.match(lost.message, /exit code 3/)
  assert.deepEqual(after, await here(all(several)))
})

test("trainAll() begins the work of a worker that dies again, once, and says so", async () => {
  const { notes, note } = listening()
  const frail = all(
    [0, 1].map((i) => work(i, { tasks: [anywhere[i]!] })),
    { environment: "Frail-v0" }
  )
  const want = await here(frail)
  try {
    assert.deepEqual(await onWorkers({ note }, frail), want)
  } finally {
    rmSync(mark)
  }
  assert.equal(notes.length, 1)
  assert.match(notes[0]!, /^A worker thread was lost, its work is begun again: want it to finish, got .*exit code 4/)
})

test("trainAll() lets a defect be a defect", async () => {
  await assert.rejects(onWorkers({}, all(several, { environment: "Buggy-v0" })), /an environment's own mistake/)
})

test("trainAll() can be interrupted while its workers hang, and works again after", async () => {
  const interrupted = Effect.gen(function* () {
    yield* all(several)
    const fiber = yield* Effect.forkChild(all(several, { environment: "Stuck-v0" }))
    yield* Effect.sleep("100 millis")
    yield* Fiber.interrupt(fiber)
    return yield* all(several)
  })
  assert.deepEqual(await onWorkers({}, interrupted), await here(all(several)))
})

test("trainAll() works in this thread and says so once where workers cannot start", async () => {
  const { notes, note } = listening()
  const missing = new URL("./no_such_worker.ts", import.meta.url)
  const twice = Effect.all([all(several), all(several)])
  assert.deepEqual(await onWorkers({ entry: missing, note }, twice), await here(twice))
  assert.equal(notes.length, 1)
  assert.match(notes[0]!, /^All is done one after another: want a worker thread, got /)
})

test("trainAll() starts no worker for a single assignment", async () => {
  const { notes, note } = listening()
  const missing = new URL("./no_such_worker.ts", import.meta.url)
  assert.deepEqual(await onWorkers({ entry: missing, note }, all([work(0)])), await here(all([work(0)])))
  assert.deepEqual(notes, [])
})

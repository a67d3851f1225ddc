/** A training whose tasks workers play is the training of one thread, bit for bit. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { Effect, Fiber } from "effect"
import { zeroKey } from "../../../core/random/mod.ts"
import type { Task } from "../../../envs/mod.ts"
import { evaluatorBy } from "../../../pipeline/jobs/evaluate_job.ts"
import { Workers } from "../../../pipeline/jobs/job.ts"
import { rolloutsBy } from "../../../pipeline/jobs/rollout_job.ts"
import { settingOf, type TrainingSpec } from "../../../pipeline/jobs/spec.ts"
import { train } from "../../../pipeline/jobs/training.ts"
import type { Kind } from "../../../plugins/sessions/mod.ts"
import { compiling } from "../sessions/native/setting.ts"
import { odd } from "./odd.ts"
import { anywhere, here, listening, onWorkers, spec, tasks } from "./support.ts"

const cartPoles = { spec: { ...spec, assessments: 3 }, tasks }

/** Actions that are vectors, a disturbance in every step, and moments that all tasks share. */
const regulators = {
  spec: {
    ...spec,
    environment: "LinearQuadratic-v1",
    network: { ...spec.network, taskOneHot: false, normalise: { observation: true, reward: true } },
    environmentsPerTask: 3,
    stepsPerTask: 33
  },
  tasks: [0.1, 0.3].map((noise): Task => ({ id: `${noise}`, environment: "LinearQuadratic-v1", params: { noise } }))
}

interface Problem {
  readonly spec: TrainingSpec
  readonly tasks: readonly Task[]
}

const assignment = (p: Problem) => ({ tasks: p.tasks, iterations: 3, key: zeroKey })

/** By one thread, all tasks in one batch. */
const alone = (p: Problem) => Effect.flatMap(settingOf(p.spec, odd), (s) => train(s, assignment(p)))

/** By the workers, task by task. */
const together = (p: Problem, note: (sentence: string) => Effect.Effect<void> = () => Effect.void) =>
  Effect.gen(function* () {
    const workers = yield* Workers
    const setting = yield* settingOf(p.spec, odd)
    const remote = {
      rollouts: rolloutsBy(workers, p.spec, p.tasks, note),
      evaluator: evaluatorBy(workers, p.spec, p.tasks)
    }
    return yield* train(setting, assignment(p), { remote })
  })

const kinds: readonly (readonly [Kind, readonly number[], object])[] = [
  ["wasm", [2, 3], {}],
  ["reference", [2], {}],
  ["native", [2], compiling]
]

for (const [kind, numbers, how] of kinds) {
  test(`a training on ${kind} has the same bits on any number of workers, and without`, how, async () => {
    const both = [cartPoles, regulators]
    const want = await here(Effect.forEach(both, alone), kind)
    const one = await here(
      Effect.forEach(both, (p) => together(p)),
      kind
    )
    for (const [i, { cost, operations: _, ...rest }] of want.entries()) {
      const { cost: own, operations: __, ...got } = one[i]!
      assert.deepEqual(got, rest)
      // A task that has played its episodes waits for no other.
      assert.ok(own.flops <= cost.flops)
    }
    for (const workers of numbers) {
      const got = await onWorkers(
        { workers, sessionKind: () => kind },
        Effect.forEach(both, (p) => together(p))
      )
      assert.deepEqual(got, one)
    }
  })
}

test("a training goes on in one thread, and says so once, where threads share no memory", async () => {
  const { notes, note } = listening()
  const want = await here(together(cartPoles))
  const was = globalThis.SharedArrayBuffer
  Reflect.deleteProperty(globalThis, "SharedArrayBuffer")
  try {
    const { cost, operations: _, ...got } = await onWorkers({}, together(cartPoles, note))
    assert.deepEqual({ ...got, cost: want.cost, operations: want.operations }, want)
    assert.ok(cost.flops > want.cost.flops) // the first rollout was done twice
  } finally {
    Object.assign(globalThis, { SharedArrayBuffer: was })
  }
  assert.deepEqual(notes, ["Rollouts are done one after another: want memory that threads share, got a copy for each"])
})

test("a training goes on where no thread can be started", async () => {
  const { notes, note } = listening()
  const missing = new URL("./no_such_worker.ts", import.meta.url)
  assert.deepEqual(await onWorkers({ entry: missing, note }, together(cartPoles)), await here(together(cartPoles)))
  assert.equal(notes.length, 1)
})

const plain = (environment: string): Problem => ({ spec: { ...spec, environment }, tasks: anywhere })

test("a training whose workers die in its rollouts fails with one typed error", async () => {
  const { notes, note } = listening()
  const lost = await onWorkers({ note }, Effect.flip(together(plain("Deadly-v0"))))
  assert.equal(lost._tag, "WorkerLost")
  assert.match(lost.message, /^Cannot finish on worker threads: want them to live, got .*exit code 3, twice; try /)
  assert.ok(notes.every((n) => n.startsWith("A worker thread was lost, its work is begun again: ")))
})

test("a training can be interrupted while its workers hang in its rollouts", async () => {
  const after = Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(together(plain("Stuck-v0")))
    yield* Effect.sleep("300 millis")
    yield* Fiber.interrupt(fiber)
    return yield* together(cartPoles)
  })
  assert.deepEqual(await onWorkers({}, after), await here(together(cartPoles)))
})

test("no thread is left behind that would keep the process alive", () => {
  const script = fileURLToPath(new URL("./interrupted.ts", import.meta.url))
  const { status, stdout } = spawnSync(process.execPath, [script], { encoding: "utf8", timeout: 300_000 })
  assert.deepEqual([status, stdout], [0, "interrupted\n"])
})

import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { test } from "node:test"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Schema } from "effect"
import fc from "fast-check"
import { ppo } from "../../algorithms/mod.ts"
import { curvesPicture, pointsOf } from "../../bench/curves.ts"
import { learningOf, OURS, type Training, worthOf } from "../../bench/learning.ts"
import { measure } from "../../bench/measure.ts"
import { peers } from "../../bench/peer_process.ts"
import { Report } from "../../bench/report.ts"
import type { Work } from "../../bench/suite.ts"
import { table } from "../../bench/table.ts"
import { type Course, trains } from "../../bench/training.ts"
import { mean } from "../../core/stat/mod.ts"
import { cartPole } from "../../envs/cartpole/cartpole.ts"
import { make as wasm } from "../../plugins/sessions/wasm/mod.ts"

const run = (seed: number, ...returns: readonly number[]): Training => ({
  seed,
  curve: [
    [100, 1],
    [200, 2]
  ],
  returns: { mode: returns }
})

const score = fc.double({ min: -1e6, max: 1e6, noNaN: true })

test("worthOf() lies in its interval, and that between the worst and the best run", () =>
  fc.assert(
    fc.property(
      fc.array(fc.array(score, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 }),
      (returns) => {
        const worth = worthOf(returns.map((r, seed) => run(seed, ...r))).mode!
        const means = returns.map(mean)
        const slack = 1e-9 * Math.max(1, ...means.map(Math.abs))
        assert.equal(worth.count, returns.length)
        assert.ok(Math.min(...means) - slack <= worth.low && worth.low <= worth.estimate + slack)
        assert.ok(worth.estimate <= worth.high + slack && worth.high <= Math.max(...means) + slack)
      }
    ),
    { numRuns: 20 }
  ))

test("worthOf() of fewer than four runs is their mean, of more the mean of the middle half", () => {
  assert.equal(worthOf([run(0, 0, 2), run(1, 4), run(2, 10)]).mode!.estimate, 5)
  assert.equal(worthOf([run(0, -1e6), run(1, 4), run(2, 6), run(3, 1e6)]).mode!.estimate, 5)
})

test("learningOf() is nothing where no training was measured", () => {
  assert.equal(learningOf("w", OURS, 10, []), undefined)
  assert.equal(learningOf("w", OURS, undefined, [run(0, 1)]), undefined)
})

const trainings: Work = {
  work: "PPO somewhere",
  unit: "steps/s",
  rounds: 2,
  cold: true,
  ours: Effect.succeed(Effect.succeed({ value: 30, training: run(0, 8) })),
  opponents: [
    { peer: "them", goal: 2, ask: { work: "x", args: {} } },
    { peer: "floor", goal: 1, floor: 10 }
  ]
}

test("measure() tells what each side learnt, once, and a report keeps it through JSON", async () => {
  const theirs = {
    ask: () => Effect.succeed({ value: 10, training: run(0, 6) }),
    versions: Effect.succeed({})
  }
  const { rows, learning } = await Effect.runPromise(measure(trainings, theirs))
  assert.deepEqual(
    learning.map((l) => [l.side, l.stepsPerSecond, l.worth.mode?.estimate, l.runs.length]),
    [
      [OURS, 30, 8, 2],
      ["them", 10, 6, 2]
    ]
  )
  const machine = { cpu: "c", cores: 1, memoryGiB: 1, platform: "p", core: 0, load: 0 }
  const report: Report = { suite: "algorithms", machine, versions: {}, rows, learning }
  const text = JSON.stringify(Schema.encodeSync(Report)(report))
  assert.deepEqual(Schema.decodeUnknownSync(Report)(JSON.parse(text)), report)
  assert.match(table(report), /PPO somewhere +ours +30 +8 \(8 to 8\) +2/)
  assert.match(table(report), /PPO somewhere +them +30 +10 +steps\/s +3 +2 +reached/)
})

test("measure() of a side that is missing still tells what the other learnt", async () => {
  const { rows, learning } = await Effect.runPromise(measure(trainings, undefined))
  assert.deepEqual(
    learning.map((l) => l.side),
    [OURS]
  )
  assert.match(rows[0]!.note, /--peers/)
})

test("pointsOf() is ordered by step, with the mean of the seeds that have one between the worst and the best", () => {
  const [a, b] = [run(0), run(1)]
  const late: Training = {
    ...b,
    curve: [
      [200, 4],
      [300, 7]
    ]
  }
  assert.deepEqual(pointsOf({ runs: [late, a], stepsPerSecond: 50 }), [
    { step: 100, seconds: 2, mean: 1, min: 1, max: 1 },
    { step: 200, seconds: 4, mean: 3, min: 2, max: 4 },
    { step: 300, seconds: 6, mean: 7, min: 7, max: 7 }
  ])
})

test("curvesPicture() draws every side of every work over steps and over seconds, on its own", () => {
  const side = (work: string, name: string) => learningOf(work, name, 10, [run(0, 1), run(1, 2)])!
  const picture = curvesPicture([side("A", OURS), side("A", "them & co"), side("B", OURS)])
  assert.match(picture, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/)
  for (const label of ["A: return by step", "A: return by seconds", "B: return by step", "B: return by seconds"]) {
    assert.ok(picture.includes(`aria-label="${label}"`), label)
  }
  // Two panels of three lines together, each with its band.
  assert.equal(picture.split('data-mark="line"').length - 1, 6)
  assert.equal(picture.split('data-mark="area"').length - 1, 6)
  assert.ok(picture.includes("them &amp; co") && !/NaN|script/.test(picture))
})

const course: Course = {
  environment: cartPole,
  network: { layers: 1, width: 8, activation: "tanh", taskOneHot: false },
  envs: 2,
  window: 128,
  windows: 3,
  episodes: 4
}

const trained = (rounds: number) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(trains(ppo, ppo.defaults, course, wasm()), (sampler) =>
        Effect.forEach(Array.from({ length: rounds }), () => sampler)
      )
    )
  )

test("trains() gives a training a round, from seeds in order, the same ones each time", async () => {
  const [samples, again] = [await trained(2), await trained(2)]
  const learnt = samples.map((s) => s.training!)
  assert.deepEqual(
    learnt.map((t) => t.seed),
    [0, 1]
  )
  assert.notDeepEqual(learnt[0]!.returns, learnt[1]!.returns)
  assert.deepEqual(
    again.map((s) => s.training),
    learnt
  )
  for (const { curve, returns } of learnt) {
    assert.ok(curve.every(([step], i) => step > (curve[i - 1]?.[0] ?? 0) && step <= 384))
    assert.equal(curve.at(-1)![0], 384)
    assert.deepEqual([returns.mode!.length, returns.sample!.length], [4, 4])
  }
})

const folder = new URL("../../bench/peers/", import.meta.url).pathname
const python = `${folder}.venv/bin/python`

/** What both algorithms' peers are told, as small as it can be. */
const told = {
  ppo: {
    ...{ env: "CartPole-v1", steps: 256, window: 128, evaluation: 2, hidden: [8], envs: 2, rate: 3e-4, batch: 64 },
    ...{ epochs: 1, gamma: 0.99, trace: 0.95, clip: 0.2, entropy: 0, value: 0.5, norm: 0.5 }
  },
  sac: {
    ...{ env: "Pendulum-v1", steps: 400, window: 200, evaluation: 2, hidden: [8], rate: 1e-3, replay: 1000 },
    ...{ starts: 300, batch: 16, tau: 0.005, gamma: 0.99 }
  }
}

test("PyTorch's PPO and SAC give a training a request, from seeds in order", {
  skip: existsSync(python) ? false : "bench/peers/.venv is not built"
}, async () => {
  const asked = Effect.flatMap(peers(python, `${folder}peer.py`, null), ({ ask }) =>
    Effect.forEach(Object.entries(told), ([algorithm, args]) =>
      Effect.forEach([0, 1], () => ask({ work: `torch_train_${algorithm}`, args }))
    )
  )
  const answers = await Effect.runPromise(Effect.scoped(Effect.provide(asked, NodeServices.layer)))
  for (const [i, { steps }] of Object.values(told).entries()) {
    const [first, second] = answers[i]!.map((s) => s.training!)
    assert.deepEqual([first!.seed, second!.seed], [0, 1])
    assert.equal(first!.curve.at(-1)![0], steps)
    assert.deepEqual([first!.returns.mode!.length, second!.returns.sample!.length], [2, 2])
    assert.ok(answers[i]!.every((s) => s.value > 0))
  }
})

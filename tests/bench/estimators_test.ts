import assert from "node:assert/strict"
import { test } from "node:test"
import { type CourseData, judge } from "../../bench/estimators/judge.ts"
import { groupsOf } from "../../pipeline/mod.ts"
import type { PredictedTask, PredictedTraining } from "../../pipeline/stages/surrogate/predict.ts"
import { noisyTasks } from "../core/surrogate/estimators/support.ts"

const training: PredictedTraining = {
  iterations: 2,
  stepsPerTask: 100,
  updates: (members) => ({ count: 1, rate: 0.1, batch: 100 * members })
}

const partitions = [
  [0, 1, 2, 3],
  [0, 0, 0, 0],
  [0, 1, 0, 1],
  [0, 0, 1, 1],
  [0, 1, 1, 0],
  [0, 0, 0, 1],
  [0, 1, 0, 0]
]

/** Two kinds of tasks: what was trained reached more in groups of one kind, less in mixed ones, by a little noise. */
const planted = (): CourseData => {
  const [tasks, blocks, size] = [4, 8, 20]
  const directions = Array.from({ length: tasks }, (_, i) =>
    Array.from({ length: size }, (_, c) => (c % 2 === i % 2 ? 0.2 : 0))
  )
  const { values } = noisyTasks({ directions, noise: 1, blocks, transitions: 1600 })
  const episodes = { unit: 1, episodeLength: 10, episodeReturn: 5, range: [0, 50] as const, rewards: [0, 5] as const }
  const seen = directions.map((_, i): PredictedTask => {
    const each = blocks * size
    const gradients = Float32Array.from(values.subarray(i * each, (i + 1) * each))
    return { ...episodes, transitions: 1600, blocks, gradients }
  })
  const subsets = [...new Map(partitions.flatMap(groupsOf).map((s) => [s.join(" "), s])).values()]
  const reached = (s: readonly number[], i: number, repeat: number): number => {
    const alike = s.filter((j) => j % 2 === i % 2).length
    return 10 + 2 * alike - 3 * (s.length - alike) + 0.01 * Math.sin(repeat + 7 * i + s.length)
  }
  const none = subsets.map((s) => s.map(() => 0))
  const cost = { flops: 0, seconds: 0 }
  return {
    truth: {
      course: "planted",
      seed: 0,
      theta: "",
      tasks: ["a", "b", "c", "d"],
      planted: [0, 1, 0, 1],
      partitions,
      subsets,
      returns: [0, 1, 2, 3].map((r) => subsets.map((s) => s.map((i) => reached(s, i, r)))),
      flops: 1,
      seconds: 1
    },
    estimates: {
      seen: directions.map(() => episodes),
      transitions: 1600,
      blocks,
      parameters: size,
      logistic: none,
      crossFitted: none,
      lookahead: none,
      costs: { gradients: cost, logistic: cost, crossFitted: cost, lookahead: cost }
    },
    seen
  }
}

test("a way that finds the planted groups has no regret, one that never shares has, and halves of the truth agree", () => {
  const judged = judge(planted(), training)
  const of = (method: string) => judged.methods.find((m) => m.method === method)!
  assert.deepEqual([of("adam-gain").regret, of("adam-gain").policies], [0, 2])
  assert.equal(of("expected-gain").regret, 0)
  // Reached: in pairs of a kind 14, alone 12, all in one 8.
  assert.ok(Math.abs(of("each task alone").regret - 2 / 6) < 0.01, `${of("each task alone").regret}`)
  assert.ok(Math.abs(of("one policy").regret - 1) < 0.01)
  assert.ok(of("random grouping").regret > of("adam-gain").regret)
  assert.ok(judged.halves.correlation > 0.9 && judged.halves.groupings > 0.9)
  assert.ok(Math.abs(judged.best - 14) < 0.1 && Math.abs(judged.worst - 8) < 0.1)
  assert.equal(judged.start, 5)
  // Trainings differ by hardly anything: half of them choose as all do, and regret beside their choice is regret.
  assert.equal(of("half of the trainings").regret, 0)
  for (const { fairRegret, regret } of judged.methods) assert.ok(Math.abs(fairRegret - regret) < 0.01)
  assert.deepEqual([of("adam-gain").nmi, of("one policy").nmi], [1, 0])
})

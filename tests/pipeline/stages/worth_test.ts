import assert from "node:assert/strict"
import { test } from "node:test"
import { child, standardNormal, stream, zeroKey } from "../../../core/random/mod.ts"
import {
  bestWorth,
  gradientEstimators,
  gradientMoments,
  type Pull,
  type WorthPoint,
  worthCurve
} from "../../../core/surrogate/estimators/mod.ts"
import { decide } from "../../../pipeline/internal.ts"
import { predictor } from "../../../pipeline/stages/surrogate/predict.ts"
import { noisyTasks } from "../../core/surrogate/estimators/support.ts"

const SIZE = 200
const TASKS = 6

const unitVector = (name: string, seed: number): readonly number[] => {
  const s = stream(child(zeroKey, name, seed))
  const x = Array.from({ length: SIZE }, () => standardNormal(s))
  const length = Math.hypot(...x)
  return x.map((v) => v / length)
}

const [a, b] = [unitVector("a", 0), unitVector("b", 0)]

/** What a run would predict of these tasks, whose updates see 100 transitions of each. */
const curveOf = (
  directions: readonly (readonly number[])[],
  noise: number,
  seed: number,
  possible: readonly [number, number] = [-Infinity, Infinity]
): readonly WorthPoint[] => {
  const gradients = noisyTasks({ directions, noise, blocks: 16, transitions: 4000, seed })
  const data = {
    gradients,
    moments: gradientMoments(gradients),
    start: new Array<number>(directions.length).fill(10),
    possible: directions.map(() => possible),
    batch: (members: number) => 100 * members,
    returnOf: (_task: number, _members: number, { aligned, cosine }: Pull) => {
      const gain = aligned * cosine
      return { value: 10 + gain, low: 10 + gain / 4, high: 10 + 4 * gain }
    }
  }
  return worthCurve(gradientEstimators[0], data, stream(child(zeroKey, "bootstrap", seed)))
}

const decided = (curve: readonly WorthPoint[]) =>
  decide({ start: new Array<number>(TASKS).fill(10), unit: "return", curve }, { k: "auto" })

const seeds = Array.from({ length: 20 }, (_, i) => i)

test("where two kinds of tasks pull apart two groups are found, in 19 of 20 draws of the gradients at least", () => {
  const directions = Array.from({ length: TASKS }, (_, i) => (i % 2 === 0 ? a : b))
  const right = seeds.filter((seed) => {
    const { point, certainty } = decided(curveOf(directions, 1, seed))
    return point.k === 2 && certainty === "clear" && point.labels.every((l, i) => l === i % 2)
  })
  assert.ok(right.length >= 19, `${right.length} of 20`)
})

test("where every task pulls its own way and noise is small each is trained alone", () => {
  const directions = Array.from({ length: TASKS }, (_, i) => unitVector("own", i))
  const right = seeds.filter((seed) => decided(curveOf(directions, 0.1, seed)).point.k === TASKS)
  assert.ok(right.length >= 19, `${right.length} of 20`)
})

test("where all tasks are one task a single policy is said to do, in 19 of 20 draws at least", () => {
  const directions = new Array<readonly number[]>(TASKS).fill(a)
  const right = seeds.filter((seed) => decided(curveOf(directions, 1, seed)).point.k === 1)
  assert.ok(right.length >= 19, `${right.length} of 20`)
})

test("what an estimator counts as a gain is predicted to improve the return, however weak the signal", () => {
  const [blocks, transitions, stepsPerTask] = [16, 2048, 2048]
  for (const seed of seeds) {
    const length = Math.sqrt((0.3 * SIZE) / transitions)
    const gradients = noisyTasks({
      directions: new Array<readonly number[]>(TASKS).fill(a.map((x) => length * x)),
      noise: 1,
      blocks,
      transitions,
      seed
    })
    const seen = Array.from({ length: TASKS }, (_, i) => ({
      transitions,
      blocks,
      gradients: Float32Array.from(gradients.values.subarray(i * blocks * SIZE, (i + 1) * blocks * SIZE)),
      unit: 1,
      episodeLength: 100,
      episodeReturn: 20,
      range: [5, 60] as const,
      rewards: [0, 1] as const,
      limit: 500
    }))
    const updates = (members: number) => ({ batch: stepsPerTask * members, count: 5, rate: 1e-3 })
    for (const { id } of gradientEstimators) {
      const p = predictor(seen, { iterations: 10, stepsPerTask, updates }, id)
      for (const [i, gain] of p.update.gains([0, 1, 2, 3, 4, 5]).entries())
        assert.ok(p.improvementOf(i, TASKS, gain) * gain >= 0, `${id}: gain ${gain} is an improvement of another sign`)
    }
  }
})

test("a worth is predicted within its interval where the model is right, and the interval shrinks with transitions", () => {
  const directions = Array.from({ length: TASKS }, (_, i) => (i % 2 === 0 ? a : b))
  const exact = curveOf(directions, 1e-9, 0)
  const point = curveOf(directions, 1, 3)[1]!
  assert.ok(point.low < point.value && point.value < point.high)
  assert.equal(exact.length, TASKS)
  assert.ok(exact.every((p) => p.returns.length === TASKS))
})

test("no interval holds a return that the rewards cannot add up to", () => {
  const directions = Array.from({ length: TASKS }, (_, i) => (i % 2 === 0 ? a : b))
  const free = curveOf(directions, 1, 3)[0]!
  const possible = [free.low + 0.01, free.high - 0.01] as const
  const bounded = curveOf(directions, 1, 3, possible)[0]!
  for (const [at, end] of [bounded.low, bounded.high].entries()) {
    assert.ok(Math.abs(end - possible[at]!) < 1e-9, `${end}, want ${possible[at]}`)
  }
  assert.deepEqual({ ...bounded, low: free.low, high: free.high }, free)
})

const points = (values: readonly number[], error = 0.01): readonly WorthPoint[] => {
  const best = Math.max(...values)
  return values.map((value, i) => ({
    k: i + 1,
    labels: [],
    returns: [],
    value,
    low: value,
    high: value,
    shortfall: best - value,
    error
  }))
}

test("without a price the fewest policies that are as good as the best are taken, with one those that pay for themselves", () => {
  assert.equal(bestWorth(points([1, 5, 5.002, 4]), 0).k, 2)
  assert.equal(bestWorth(points([1, 5, 8, 9]), 0).k, 4)
  assert.equal(bestWorth(points([1, 5, 8, 9]), 0, 0).k, 4)
  assert.equal(bestWorth(points([1, 5, 8, 9]), 0, 2).k, 3)
  assert.equal(bestWorth(points([1, 5, 8, 9]), 0, 3.5).k, 2)
  assert.equal(bestWorth(points([1, 5, 8, 9]), 0, 100).k, 1)
})

const request = { k: "auto" } as const
const worthOf = (curve: readonly WorthPoint[]) => ({ start: [0], unit: "return" as const, curve })

test("too few transitions to tell is an answer, with how many would do; a difference nobody would pay for is another", () => {
  const open = decide(worthOf(points([10, 12, 11], 3)), request)
  assert.equal(open.certainty, "open")
  assert.match(
    open.text,
    /^not enough transitions to tell one policy from 2, predicted 2 ± 6 of return apart; about 9 times/
  )
  const equal = decide(worthOf(points([10, 10.004, 10], 0.02)), request)
  assert.equal(equal.certainty, "equal")
  assert.equal(equal.point.k, 1)
  assert.match(equal.text, /makes no difference/)
  assert.equal(decide(worthOf(points([1, 12, 11], 0.1)), request).certainty, "clear")
  assert.equal(decide(worthOf(points([10, 12, 11], 3)), { k: 3 }).point.k, 3)
})

test("groups are told from each task alone too, and no two together from all alone, before anything is clear", () => {
  const errors = (values: readonly number[], all: readonly number[]) =>
    points(values).map((p, i) => ({ ...p, error: all[i]! }))
  const alone = decide(worthOf(errors([0, 100, 99.99, 99.98], [1, 0, 20, 20])), request)
  assert.deepEqual([alone.point.k, alone.certainty], [2, "open"])
  assert.match(
    alone.text,
    /^not enough transitions to tell 4 policies from 2, predicted 0\.02 ± 40 of return apart; about/
  )
  const together = decide(worthOf(errors([0, 99, 99.5, 100], [1, 20, 20, 0])), request)
  assert.deepEqual([together.point.k, together.certainty], [4, "open"])
  const one = decide(worthOf(errors([100, 99.9, 99.8], [0, 20, 20])), request)
  assert.deepEqual([one.point.k, one.certainty], [1, "open"])
  assert.match(one.text, /tell 3 policies from one, predicted 0\.2 ± 40/)
  // No worse, and cheaper.
  assert.equal(decide(worthOf(errors([0, 100, 99.99, 99.98], [1, 0, 0.1, 0.1])), request).certainty, "clear")
})

/** From improvements to returns: what grows, where it ends, and that its interval holds it. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { standardNormal, stream, zeroKey } from "../../../../core/random/mod.ts"
import { type Episodes, ownPull, type Pull, returnAfter } from "../../../../core/surrogate/estimators/mod.ts"

/** Rewards that say nothing of where returns end. */
const any = [-1, 1] as const

const episodes = fc
  .tuple(
    fc.double({ min: -1000, max: 1000, noNaN: true }),
    fc.double({ min: 0.1, max: 500, noNaN: true }),
    fc.double({ min: 0.1, max: 500, noNaN: true })
  )
  .map(([mean, below, above]) => ({ mean, lowest: mean - below, highest: mean + above, rewards: any, length: 10 }))

/** The growth that is meant, step by step: dJ/dx = ((J − L)/(J₀ − L))^½ · ((H − J)/(H − J₀))^(3/2). */
const grown = ({ mean, lowest, highest }: Episodes, x: number): number => {
  const steps = 4000
  let j = mean
  for (let k = 0; k < steps; k++) {
    const slope = (v: number): number =>
      Math.sqrt((v - lowest) / (mean - lowest)) * ((highest - v) / (highest - mean)) ** 1.5
    const half = j + (slope(j) * x) / steps / 2
    j += (slope(half) * x) / steps
  }
  return j
}

test("a return grows as its differential equation says, in the mean over how far trainings really go", () => {
  const s = stream(zeroKey)
  const errors = Array.from({ length: 400 }, () => Math.exp(standardNormal(s) / 2))
  for (const [one, x] of [
    [{ mean: 24, lowest: 8, highest: 100, rewards: any, length: 24 }, 20],
    [{ mean: -5.6, lowest: -7.1, highest: 0.4, rewards: any, length: 40 }, 1]
  ] as const) {
    const drawn = errors.map((e) => grown(one, x * e))
    const mean = drawn.reduce((a, b) => a + b, 0) / drawn.length
    const deviation = Math.sqrt(drawn.reduce((sum, v) => sum + (v - mean) ** 2, 0) / drawn.length)
    const { value } = returnAfter(one, ownPull(x))
    // 400 draws, and a rule of five nodes for a curve that is not a polynomial.
    assert.ok(
      Math.abs(value - mean) < 3 * (deviation / 20) + 0.01 * (one.highest - one.lowest),
      `${value}, drawn ${mean}`
    )
  }
})

const part = fc.double({ min: 0, max: 1, noNaN: true })
const improvement = fc.double({ min: 0, max: 1e4, noNaN: true })
const pull: fc.Arbitrary<Pull> = fc.record({
  aligned: improvement,
  cosine: fc.double({ min: -1, max: 1, noNaN: true }),
  reach: part
})

test("no improvement leaves the return, nothing passes the ends, and the interval holds the value", () => {
  fc.assert(
    fc.property(episodes, pull, (e, x) => {
      const tiny = 1e-9 * (e.highest - e.lowest)
      const { low, value, high } = returnAfter(e, x)
      assert.ok(Math.abs(returnAfter(e, { ...x, aligned: 0 }).value - e.mean) < tiny)
      assert.ok(low <= value && value <= high)
      assert.ok(value >= e.lowest - tiny && value <= e.highest + tiny)
    })
  )
})

test("alone a longer training never ends lower, and no group takes a task further than its own way does", () => {
  fc.assert(
    fc.property(episodes, pull, improvement, (e, x, more) => {
      const tiny = 1e-9 * (e.highest - e.lowest)
      const [one, other] = [returnAfter(e, ownPull(x.aligned)), returnAfter(e, ownPull(x.aligned + more))]
      assert.ok(other.value >= one.value - tiny && other.low >= one.low - tiny && other.high >= one.high - tiny)
      assert.ok(returnAfter(e, x).value <= one.value + tiny)
    })
  )
})

test("a short training improves a return by what first order says", () => {
  fc.assert(
    fc.property(episodes, fc.constantFrom(-1, 1), (e, sign) => {
      const x = sign * 1e-6 * Math.min(e.mean - e.lowest, e.highest - e.mean)
      const grown = returnAfter(e, ownPull(x)).value - e.mean
      // The mean of e^ε over the model's error.
      const drift = Math.exp(0.5 ** 2 / 2)
      assert.ok(Math.abs(grown / (x * drift) - 1) < 1e-3, `${grown} for ${x}`)
    })
  )
})

test("where all episodes were alike nothing tells an end: the improvement stands as it is", () => {
  const all = { mean: 3, lowest: 3, highest: 3, rewards: any, length: 1 }
  assert.ok(Math.abs(returnAfter(all, ownPull(0.5)).value - 3 - 0.5 * Math.exp(0.125)) < 0.01)
  assert.ok(Math.abs(returnAfter(all, ownPull(0)).value - 3) < 1e-12)
})

test("where no reward is positive no interval passes 0, and where none is negative none falls below it", () => {
  fc.assert(
    fc.property(episodes, pull, (e, x) => {
      const shift = (by: number) => ({ ...e, mean: e.mean - by, lowest: e.lowest - by, highest: e.highest - by })
      assert.ok(returnAfter({ ...shift(e.highest), rewards: [-1, 0] }, x).high <= 1e-9)
      assert.ok(returnAfter({ ...shift(e.lowest), rewards: [0, 1] }, x).low >= -1e-9)
    })
  )
})

test("where steps are rewarded a task may learn to go on until its time limit, and no interval passes it", () => {
  const steps = { mean: 24, lowest: 8, highest: 100, rewards: [1, 1] as const, length: 24 }
  fc.assert(
    fc.property(pull, fc.integer({ min: 100, max: 1000 }), (x, limit) => {
      const known = returnAfter({ ...steps, limit }, x)
      assert.ok(known.value <= limit + 1e-9 && known.high <= limit + 1e-9 && known.low >= 0)
    })
  )
  const far = ownPull(1e6)
  assert.ok(Math.abs(returnAfter({ ...steps, limit: 500 }, far).value - 500) < 0.1)
  assert.ok(Math.abs(returnAfter(steps, far).value - 100) < 0.1)
  // What costs by the step is not better by lasting longer.
  const costs = { mean: -24, lowest: -100, highest: -8, rewards: [-1, -1] as const, length: 24, limit: 500 }
  assert.ok(Math.abs(returnAfter(costs, far).value + 8) < 0.1)
})

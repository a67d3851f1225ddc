import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { child, fillNormal, standardNormal, stream, zeroKey } from "../../../../core/random/mod.ts"
import { withProducts } from "../../../../core/surrogate/estimators/gradients.ts"
import { type GradientMoments, gradientEstimators, gradientMoments } from "../../../../core/surrogate/estimators/mod.ts"
import { noisyTasks } from "./support.ts"

const estimator = (id: string) => {
  const found = gradientEstimators.find((e) => e.id === id)
  assert.ok(found !== undefined)
  return found
}

/** Gradients that are known exactly: `transitions` so many that their noise leaves no bias. */
const exactly = (means: readonly (readonly number[])[], variance: number): GradientMoments =>
  withProducts({
    tasks: means.length,
    size: means[0]!.length,
    transitions: means.map(() => 1e15),
    mean: Float64Array.from(means.flat()),
    variance: new Float64Array(means.length * means[0]!.length).fill(variance)
  })

const batch = (members: number): number => 100 * members

test("means and variances of blocks are those of the transitions that they are made of", () => {
  const [tasks, blocks, size] = [3, 200, 4]
  const g = noisyTasks({
    directions: [
      [1, 0, 0, 0],
      [0, 2, 0, 0],
      [0, 0, 0, 0]
    ],
    noise: 3,
    blocks,
    transitions: 200 * 50
  })
  const { mean, variance } = gradientMoments(g)
  for (let i = 0; i < tasks * size; i++) {
    const want = i === 0 ? 1 : i === 5 ? 2 : 0
    // A mean of 10,000 transitions of variance 9, and a variance of 200 blocks: five standard errors of each.
    assert.ok(Math.abs(mean[i]! - want) < 5 * 0.03, `mean ${i}: ${mean[i]}`)
    assert.ok(Math.abs(variance[i]! - 9) < 5 * 9 * Math.sqrt(2 / 199), `variance ${i}: ${variance[i]}`)
  }
})

test("gains are what the expected change of θ brings each task to first order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 5, maxLength: 5 }), {
        minLength: 2,
        maxLength: 4
      }),
      (means) => {
        const moments = exactly(means, 0.5)
        const members = means.map((_, i) => i)
        for (const e of gradientEstimators.filter((e) => e.id !== "cosine")) {
          const update = e.update({ moments, batch })
          const direction = update.direction(members)
          const along = means.map((g) => g.reduce((sum, x, c) => sum + x * direction[c]!, 0))
          for (const [i, gain] of update.gains(members).entries()) {
            assert.ok(Math.abs(gain - along[i]!) < 1e-9 * (1 + Math.abs(gain)), `${e.id}: ${gain} and ${along[i]}`)
          }
        }
      }
    ),
    { numRuns: 100 }
  )
})

for (const transitions of [1600, [1600, 200]])
  test(`a task's own noise is no gain: without a gradient estimates are 0 in the mean, of ${transitions} transitions`, () => {
    const ids = ["adam-gain", "expected-gain", "inner-product", "natural-gain"]
    for (const id of ids) {
      const values = Array.from({ length: 200 }, (_, seed) => {
        const g = noisyTasks({
          directions: [new Array(20).fill(0), new Array(20).fill(0)],
          noise: 1,
          blocks: 16,
          transitions,
          seed
        })
        const [gain] = estimator(id)
          .update({ moments: gradientMoments(g), batch })
          .gains([0, 1])
        return gain!
      })
      const m = values.reduce((a, b) => a + b, 0) / values.length
      const error = Math.sqrt(values.reduce((s, v) => s + (v - m) ** 2, 0) / values.length / values.length)
      assert.ok(Math.abs(m) < 4 * error, `${id}: ${m} with an error of ${error}`)
    }
  })

test("the expected gain is that of really drawn directions of length 1", () => {
  const size = 400
  const s = stream(child(zeroKey, "drawn"))
  const [one, two] = [0.3, 0.2].map((length) => {
    const g = new Float64Array(size)
    fillNormal(s, g)
    return Array.from(g, (x) => (length * x) / Math.sqrt(size))
  })
  const noise = 0.02
  const moments = exactly([one!, two!], noise)
  const told = estimator("expected-gain")
    .update({ moments, batch: (n) => 10 * n })
    .gains([0, 1])
  const shared = one!.map((x, c) => (x + two![c]!) / 2)
  const sums = [0, 0]
  const draws = 2000
  for (let d = 0; d < draws; d++) {
    const drawn = shared.map((x) => x + standardNormal(s) * Math.sqrt(noise / 20))
    const length = Math.hypot(...drawn)
    for (const [i, g] of [one!, two!].entries())
      sums[i]! += g.reduce((a, x, c) => a + (x * drawn[c]!) / length, 0) / draws
  }
  for (const i of [0, 1]) assert.ok(Math.abs(sums[i]! / told[i]! - 1) < 0.02, `${sums[i]} and ${told[i]}`)
})

test("the gain of Adam is that of Adam: its mean step over a long run of noisy gradients", () => {
  const signal = [1, 0.3, 0.05, -0.5]
  const [variance, size] = [4, 4]
  const moments = exactly([signal], variance)
  const direction = estimator("adam-gain")
    .update({ moments, batch: () => 16 })
    .direction([0])
  const s = stream(child(zeroKey, "adam"))
  const [m, v, moved] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)]
  const [steps, warm] = [60_000, 5000]
  for (let t = 1; t <= steps; t++) {
    for (let c = 0; c < size; c++) {
      const g = signal[c]! + standardNormal(s) * Math.sqrt(variance / 16)
      m[c] = 0.9 * m[c]! + 0.1 * g
      v[c] = 0.999 * v[c]! + 0.001 * g * g
      if (t > warm) moved[c]! += m[c]! / Math.sqrt(v[c]!) / (steps - warm)
    }
  }
  // Mean steps of unit noise over 55,000 draws that Adam averages by tens: some 0.005.
  for (let c = 0; c < size; c++)
    assert.ok(Math.abs(moved[c]! - direction[c]!) < 0.02, `${moved[c]} and ${direction[c]}`)
})

test("sharing with an equal task never costs, and with an opposed one never helps", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 3, maxLength: 6 }),
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      (g, noise) => {
        const moments = exactly([g, g, g.map((x) => -x)], noise)
        for (const e of gradientEstimators.filter((e) => e.noisy)) {
          const { gains } = e.update({ moments, batch })
          const alone = gains([0])[0]!
          assert.ok(gains([0, 1])[0]! >= alone - 1e-12, e.id)
          assert.ok(gains([0, 2])[0]! <= alone + 1e-12, e.id)
        }
      }
    )
  )
})

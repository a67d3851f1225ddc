/** How tasks pull each other, beside quadratic tasks that are really trained. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { gradientEstimators, gradientMoments, pullsOf, returnAfter } from "../../../../core/surrogate/estimators/mod.ts"
import { noisyTasks } from "./support.ts"

const SIZE = 4

const directions = fc
  .array(
    fc.record({
      way: fc
        .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: SIZE, maxLength: SIZE })
        .filter((x) => Math.hypot(...x) > 0.1),
      slope: fc.double({ min: 0.2, max: 5, noNaN: true })
    }),
    { minLength: 2, maxLength: 4 }
  )
  .map((all) => all.map(({ way, slope }) => way.map((x) => (x * slope) / Math.hypot(...way))))

/** Updates of a batch so large that they have no noise. */
const pullsOn = (gradients: readonly (readonly number[])[]) => {
  const moments = gradientMoments(noisyTasks({ directions: gradients, noise: 0, blocks: 2, transitions: 100 }))
  const [expectedGain] = gradientEstimators
  return pullsOf(expectedGain.update({ moments, batch: () => 1e12 }), moments)
}

/**
 * Tasks with returns −κ_i/2 ‖θ − u_i‖², whose gradients at 0 are these: a path along their mean gradient of this length, or until that is 0.
 * Gives what part of its way to u_i each has come, 1 − ‖θ − u_i‖².
 */
const trained = (gradients: readonly (readonly number[])[], length: number): readonly number[] => {
  const slopes = gradients.map((g) => Math.hypot(...g))
  const ends = gradients.map((g, i) => g.map((x) => x / slopes[i]!))
  const theta = new Array<number>(SIZE).fill(0)
  const steps = 4000
  for (let k = 0; k < steps; k++) {
    const sum = theta.map((t, c) => ends.reduce((s, end, i) => s + slopes[i]! * (end[c]! - t), 0))
    const norm = Math.hypot(...sum)
    if (norm < 1e-9) break
    for (const [c, x] of sum.entries()) theta[c]! += (x / norm) * Math.min(length / steps, norm)
  }
  return ends.map((end) => 1 - end.reduce((s, x, c) => s + (x - theta[c]!) ** 2, 0))
}

test("where tasks are quadratic they go as far together as their pulls say, on a short way and at its end", () => {
  fc.assert(
    fc.property(directions, fc.double({ min: 0.01, max: 2, noNaN: true }), (gradients, length) => {
      const members = gradients.map((_, i) => i)
      const reached = trained(gradients, length)
      for (const [i, { cosine, reach }] of pullsOn(gradients)(members).entries()) {
        const way = Math.min(length, reach)
        const told = 2 * way * cosine - way ** 2
        // A last step that oscillates about the common end.
        assert.ok(Math.abs(told - reached[i]!) < 0.01, `${told}, trained ${reached[i]}`)
      }
    }),
    { numRuns: 50 }
  )
})

test("gains are what is aligned times its cosine, alone as in groups", () => {
  fc.assert(
    fc.property(directions, (gradients) => {
      const members = gradients.map((_, i) => i)
      const moments = gradientMoments(noisyTasks({ directions: gradients, noise: 1, blocks: 8, transitions: 400 }))
      for (const estimator of gradientEstimators) {
        const update = estimator.update({ moments, batch: () => 50 })
        const pulls = pullsOf(update, moments)
        for (const group of [members, [0]]) {
          for (const [a, gain] of update.gains(group).entries()) {
            const { aligned, cosine, reach } = pulls(group)[a]!
            assert.ok(Math.abs(aligned * cosine - gain) <= 1e-12 * Math.abs(gain))
            assert.ok(Math.abs(cosine) <= 1 && reach >= 0 && reach <= 1)
          }
        }
      }
    })
  )
})

test("two tasks that ask for the opposite stay where they were, and two alike go as far as one", () => {
  const episodes = { mean: 10, lowest: 0, highest: 100, rewards: [-1, 1], length: 10 } as const
  const returns = (gradients: readonly (readonly number[])[]) =>
    pullsOn(gradients)([0, 1]).map((pull) => returnAfter(episodes, { ...pull, aligned: 1e6 }).value)
  for (const value of returns([
    [1, 0, 0, 0],
    [-1, 0, 0, 0]
  ]))
    assert.ok(Math.abs(value - 10) < 1e-6)
  for (const value of returns([
    [1, 0, 0, 0],
    [1, 0, 0, 0]
  ]))
    assert.ok(Math.abs(value - 100) < 1e-6)
})

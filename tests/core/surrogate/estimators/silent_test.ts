import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { child, standardNormal, stream, zeroKey } from "../../../../core/random/mod.ts"
import { silentTasks } from "../../../../core/surrogate/estimators/mod.ts"
import { noisyTasks } from "./support.ts"

const SIZE = 60

const towards = (seed: number, length: number): readonly number[] => {
  const s = stream(child(zeroKey, "direction", seed))
  const x = Array.from({ length: SIZE }, () => standardNormal(s))
  const own = Math.hypot(...x)
  return x.map((v) => (length * v) / own)
}

test("tasks without a gradient are silent, those whose gradient stands out of its noise are not", () => {
  const [draws, transitions] = [200, 4000]
  // tr Cov/M = 60 · 1/4000: a gradient of this length is as long as its noise.
  const noise = Math.sqrt(SIZE / transitions)
  let [silent, heard] = [0, 0]
  for (let seed = 0; seed < draws; seed++) {
    const directions = [towards(seed, 0), towards(seed, 2 * noise)]
    const found = silentTasks(noisyTasks({ directions, noise: 1, blocks: 16, transitions, seed }))
    if (found.includes(0)) silent += 1
    if (!found.includes(1)) heard += 1
  }
  // Two standard errors: 2.3% of a normal distribution lie beyond, a few more of this one.
  assert.ok(silent >= 0.93 * draws, `${silent} of ${draws} silent`)
  assert.ok(heard >= 0.99 * draws, `${heard} of ${draws} heard`)
})

test("what is silent does not depend on the unit of the gradients, nor on the other tasks", () => {
  const tasks = fc.array(fc.record({ seed: fc.nat(1000), length: fc.double({ min: 0, max: 1, noNaN: true }) }), {
    minLength: 1,
    maxLength: 4
  })
  fc.assert(
    fc.property(tasks, fc.integer({ min: -20, max: 20 }), fc.nat(1000), (given, exponent, seed) => {
      const directions = given.map((t) => towards(t.seed, t.length))
      const seen = noisyTasks({ directions, noise: 1, blocks: 8, transitions: 400, seed })
      const all = silentTasks(seen)
      const scaled = { ...seen, values: Float64Array.from(seen.values, (x) => x * 2 ** exponent) }
      assert.deepEqual(silentTasks(scaled), all)
      const row = seen.blocks * seen.size
      for (let i = 0; i < seen.tasks; i++) {
        const alone = { ...seen, tasks: 1, values: seen.values.slice(i * row, (i + 1) * row) }
        assert.equal(silentTasks(alone).length === 1, all.includes(i))
      }
    })
  )
})

test("a task whose every transition says zero is silent, with one block too", () => {
  for (const blocks of [1, 4]) {
    const values = Float64Array.from({ length: 2 * blocks * 3 }, (_, at) => (at < blocks * 3 ? 0 : 1))
    assert.deepEqual(silentTasks({ tasks: 2, blocks, size: 3, transitions: [8, 8], values }), [0])
  }
})

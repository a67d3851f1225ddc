import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { mean, sampleStandardDeviation } from "simple-statistics"
import { preserveOutputs, targetScale } from "../../../core/estimate/mod.ts"

const real = fc.double({ min: -100, max: 100, noNaN: true })
const scale = fc.record({ mean: real, deviation: fc.double({ min: 1e-3, max: 1e3, noNaN: true }) })
const targets = fc.array(real, { minLength: 2, maxLength: 20 })

test("outputs are preserved to 1e-12, whatever the targets", () =>
  fc.assert(
    fc.property(
      scale,
      targets,
      fc.array(real, { minLength: 3, maxLength: 3 }),
      real,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (before, g, w, b, beta) => {
        const after = targetScale(before, g, beta)
        const [weights, bias] = [Float64Array.from(w), Float64Array.of(b)]
        const h = [0.3, -1.2, 0.7]
        const valueAt = (s: typeof before): number =>
          s.deviation * (h.reduce((sum, x, i) => sum + x * weights[i]!, 0) + bias[0]!) + s.mean
        const was = valueAt(before)
        preserveOutputs({ weights, bias }, before, after)
        const size = before.deviation * (h.reduce((sum, x, i) => sum + Math.abs(x * w[i]!), 0) + Math.abs(b)) + 200
        assert.ok(Math.abs(valueAt(after) - was) <= 1e-12 * size, `${valueAt(after)} for ${was}`)
      }
    )
  ))

test("with β = 1 the scale is mean and deviation of the targets, with β = 0 what it was", () =>
  fc.assert(
    fc.property(scale, targets, (before, g) => {
      const all = targetScale(before, g, 1)
      const deviation = sampleStandardDeviation(g) * Math.sqrt((g.length - 1) / g.length)
      assert.ok(Math.abs(all.mean - mean(g)) < 1e-9)
      assert.ok(Math.abs(all.deviation - Math.max(1e-4, deviation)) < 1e-5)
      const none = targetScale(before, g, 0)
      assert.ok(none.mean === before.mean && Math.abs(none.deviation - before.deviation) <= 1e-12 * before.deviation)
    })
  ))

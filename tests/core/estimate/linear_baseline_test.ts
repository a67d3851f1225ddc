/** The linear baseline beside what least squares must satisfy. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { linearBaseline } from "../../../core/estimate/mod.ts"
import { fillNormal, key, stream } from "../../../core/random/mod.ts"
import { right } from "../../algorithms/support.ts"

const drawn = (n: number, seed: number): Float64Array => {
  const out = new Float64Array(n)
  fillNormal(stream(right(key(seed))), out)
  return out
}

/** φ(o, t) of one row. */
const features = (o: readonly number[], t: number): readonly number[] => {
  const held = o.map((v) => Math.max(-10, Math.min(10, v)))
  return [...held, ...held.map((v) => v * v), t / 100, (t / 100) ** 2, (t / 100) ** 3, 1]
}

const sizes = fc.record({ n: fc.integer({ min: 1, max: 60 }), width: fc.integer({ min: 0, max: 5 }), seed: fc.nat() })

test("what is linear in the features is found, and told of other observations and times", () =>
  fc.assert(
    fc.property(sizes, ({ n, width, seed }) => {
      const count = n + 10 * (2 * width + 4)
      const observation = drawn(count * width, seed).map((v) => 4 * v)
      const time = Float64Array.from({ length: count }, (_, i) => (7 * i) % 200)
      const beta = drawn(2 * width + 4, seed + 1)
      const value = (r: number): number => {
        const row = Array.from(observation.subarray(r * width, (r + 1) * width))
        return features(row, time[r]!).reduce((sum, f, i) => sum + f * beta[i]!, 0)
      }
      const want = Float64Array.from({ length: count }, (_, r) => value(r))
      // Every other row is one that it was not fitted to.
      const even = Array.from({ length: Math.ceil(count / 2) }, (_, i) => 2 * i)
      const rows = (from: Float64Array, w: number) =>
        Float64Array.from(even.flatMap((r) => Array.from(from.subarray(r * w, (r + 1) * w))))
      const seen = { observation: rows(observation, width), width, time: rows(time, 1) }
      const at = linearBaseline(seen)(rows(want, 1))
      const scale = Math.max(1, ...want.map(Math.abs))
      for (const [r, v] of at({ observation, width, time }).entries())
        assert.ok(Math.abs(v - want[r]!) < 3e-2 * scale, `row ${r}: ${v}, want ${want[r]}`)
    })
  ))

test("the residuals are orthogonal to the features but for the ridge", () => {
  const [count, width] = [50, 3]
  const observation = drawn(count * width, 1)
  const time = Float64Array.from({ length: count }, (_, i) => i)
  const target = drawn(count, 2)
  const seen = { observation, width, time }
  const values = linearBaseline(seen)(target)(seen)
  for (let f = 0; f < 2 * width + 4; f++) {
    let product = 0
    for (let r = 0; r < count; r++) {
      const row = Array.from(observation.subarray(r * width, (r + 1) * width))
      product += features(row, time[r]!)[f]! * (target[r]! - values[r]!)
    }
    // δ·β, of coefficients of some hundreds at most.
    assert.ok(Math.abs(product) < 1e-2, `feature ${f}: ${product}`)
  }
})

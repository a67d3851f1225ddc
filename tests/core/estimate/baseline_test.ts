import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { baselineFitter } from "../../../core/estimate/mod.ts"
import { child, fillNormal, key as keyOf, stream } from "../../../core/random/mod.ts"
import { mean } from "../../../core/stat/mod.ts"
import { right } from "../../algorithms/support.ts"

const COUNT = 600

/** Rows of `size` numbers that are bounded, so that the clipping to five deviations does nothing. */
const rows = (seed: number, size: number): Float64Array => {
  const x = new Float64Array(COUNT * size)
  fillNormal(stream(child(right(keyOf(seed)), "rows")), x)
  return x.map((v) => Math.max(-2, Math.min(2, v)))
}

/** A random polynomial of degree 3 in the first two components. */
const cubic = (c: readonly number[], x: Float64Array, size: number): Float64Array =>
  Float64Array.from({ length: COUNT }, (_, r) => {
    const [a, b] = [x[r * size]!, x[r * size + (size > 1 ? 1 : 0)]!]
    return c[0]! + c[1]! * a + c[2]! * b + c[3]! * a * b + c[4]! * a * a + c[5]! * a * b * b + c[6]! * a * a * a
  })

const deviation = (x: Float64Array): number => {
  const centre = mean(x)
  return Math.sqrt(mean(x.map((v) => (v - centre) ** 2)))
}

const some = fc.record({
  seed: fc.nat(),
  size: fc.integer({ min: 1, max: 3 }),
  c: fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 7, maxLength: 7 })
})

test("baselineFitter() reproduces cubic functions of the observation but for its ridge", () =>
  fc.assert(
    fc.property(some, ({ seed, size, c }) => {
      const x = rows(seed, size)
      const target = cubic(c, x, size)
      const value = baselineFitter(x, size, size, COUNT)(target).values(x, size, COUNT)
      const scale = Math.max(1, deviation(target), Math.abs(mean(target)))
      value.forEach((v, r) => {
        assert.ok(Math.abs(v - target[r]!) <= 0.03 * scale, `row ${r}: ${v}, want ${target[r]}`)
      })
    }),
    { numRuns: 30 }
  ))

test("baselineFitter() sees neither units, nor offsets, nor what is beside the observation", () =>
  fc.assert(
    fc.property(some, ({ seed, size, c }) => {
      const x = rows(seed, size)
      const target = cubic(c, x, size)
      const plain = baselineFitter(x, size, size, COUNT)(target).values(x, size, COUNT)
      const width = size + 2
      const wide = Float64Array.from({ length: COUNT * width }, (_, k) => {
        const [r, i] = [Math.floor(k / width), k % width]
        return i < size ? 1000 * x[r * size + i]! - 7 : Math.sin(k)
      })
      const other = baselineFitter(wide, width, size, COUNT)(target).values(wide, width, COUNT)
      const scale = Math.max(1, deviation(target), Math.abs(mean(target)))
      other.forEach((v, r) => {
        assert.ok(Math.abs(v - plain[r]!) <= 1e-6 * scale, `row ${r}: ${v}, want ${plain[r]}`)
      })
    }),
    { numRuns: 20 }
  ))

test("baselineFitter() never leaves more than the target's own variation", () =>
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 4 }), (seed, size) => {
      const x = rows(seed, size)
      const target = new Float64Array(COUNT)
      fillNormal(stream(child(right(keyOf(seed)), "target")), target)
      const value = baselineFitter(x, size, size, COUNT)(target).values(x, size, COUNT)
      const left = mean(target.map((v, r) => (v - value[r]!) ** 2))
      assert.ok(left <= deviation(target) ** 2 + 1e-4 * mean(target) ** 2)
    }),
    { numRuns: 20 }
  ))

test("baselineFitter() of components that never change is the mean, wherever it is asked", () => {
  const x = new Float64Array(COUNT).fill(3)
  const target = Float64Array.from({ length: COUNT }, (_, r) => r)
  const { values } = baselineFitter(x, 1, 1, COUNT)(target)
  for (const v of values(Float64Array.of(3, 1000), 1, 2)) assert.ok(Math.abs(v / mean(target) - 1) < 1e-3, `${v}`)
})

/** Short gradients beside long ones, and Gram matrices of float32: what tells of a direction is told by either. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { type Aggregator, alignedMtl, caGrad, nashMtl, pcgrad } from "../../../core/aggregate/mod.ts"
import { gramOf } from "../../../core/aggregate/situations.ts"
import { child, fillNormal, stream, zeroKey } from "../../../core/random/mod.ts"

/** As a session in float32 gives it. */
const singles = (gram: Float64Array): Float64Array => Float64Array.from(Float32Array.from(gram))

const weightsOf = (a: Aggregator, tasks: number, gram: Float64Array): Float64Array =>
  a.weigh(
    {
      tasks,
      gram,
      accuracy: 2 ** -20,
      losses: new Float64Array(tasks).fill(1),
      iteration: 0,
      stream: stream(zeroKey)
    },
    a.first(tasks)
  ).weights

const drawn = (count: number, seed: number): Float32Array => {
  const all = new Float64Array(count)
  fillNormal(stream(child(zeroKey, "lengths", seed)), all)
  return Float32Array.from(all)
}

const lengths = fc.array(fc.double({ min: -4, max: 0, noNaN: true }), { minLength: 2, maxLength: 20 })

test("Nash-MTL: what a task has of the direction goes by directions alone, however long its gradient is", () =>
  fc.assert(
    fc.property(lengths, fc.nat(1e6), (exponents, seed) => {
      const [tasks, size] = [exponents.length, 40]
      const gradients = Float64Array.from(drawn(tasks * size, seed))
      const by = exponents.map((e) => 10 ** e)
      const scaled = gradients.map((g, p) => g * by[Math.floor(p / size)]!)
      const even = weightsOf(nashMtl, tasks, singles(gramOf({ tasks, gradients })))
      const got = weightsOf(nashMtl, tasks, singles(gramOf({ tasks, gradients: scaled })))
      for (let i = 0; i < tasks; i++) {
        const share = got[i]! * by[i]!
        assert.ok(Math.abs(share / even[i]! - 1) < 1e-3, `task ${i}: ${share}, was ${even[i]}`)
      }
    })
  ))

test("Aligned-MTL's components are those of all tasks that are independent, the short ones too", () => {
  for (const ratio of [1e-1, 1e-2, 1e-3, 1e-4]) {
    const gram = new Float64Array(100)
    for (let i = 0; i < 10; i++) gram[i * 11] = i === 0 ? ratio * ratio : 1
    const w = weightsOf(alignedMtl, 10, singles(gram))
    assert.ok(Math.abs(w[0]! - 0.1) < 1e-6, `${ratio}: ${w[0]}`)
    for (const v of w.subarray(1)) assert.ok(Math.abs(v / (0.1 * ratio) - 1) < 1e-5, `${ratio}: ${v}`)
  }
})

test("CAGrad stays in its ball where tasks all but cancel out, though float32 does not tell by how much", () =>
  fc.assert(
    fc.property(
      fc.double({ min: -5, max: -1, noNaN: true }),
      fc.double({ min: 0.1, max: 1, noNaN: true }),
      fc.nat(1e6),
      (e, c, seed) => {
        const [tasks, size, delta] = [3, 300, 10 ** e]
        const x = drawn(tasks * size, seed)
        for (let k = 0; k < size; k++) x[2 * size + k] = -x[k]! + delta * x[2 * size + k]!
        const gram = gramOf({ tasks, gradients: Float64Array.from(x) })
        const w = weightsOf(caGrad({ c }), tasks, singles(gram))
        const lengthOf = (v: Float64Array): number => {
          let square = 0
          for (let i = 0; i < tasks; i++) for (let j = 0; j < tasks; j++) square += v[i]! * gram[i * tasks + j]! * v[j]!
          return Math.sqrt(Math.max(0, square))
        }
        const mean = lengthOf(new Float64Array(tasks).fill(1 / tasks))
        const moved = lengthOf(w.map((v) => v - 1 / tasks))
        assert.ok(moved <= 1.2 * c * mean, `${moved / (c * mean)} of the radius`)
      }
    )
  ))

test("PCGrad does not divide by a gradient whose square is none", () => {
  const w = weightsOf(pcgrad, 2, Float64Array.of(1, -1e-30, -1e-30, 0))
  assert.deepEqual([...w], [1, 1])
})

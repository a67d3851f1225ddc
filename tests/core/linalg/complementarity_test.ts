/** The complementarity solver beside its own conditions of optimality. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { complementarity } from "../../../core/linalg/mod.ts"
import { fillNormal, key, stream } from "../../../core/random/mod.ts"
import { right } from "../../algorithms/support.ts"

/** A = B Bᵀ + ε·I of B `[n, rank]`, and q. */
const problem = (n: number, rank: number, seed: number) => {
  const s = stream(right(key(seed)))
  const [b, q] = [new Float64Array(n * rank), new Float64Array(n)]
  fillNormal(s, b)
  fillNormal(s, q)
  const a = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < rank; k++) a[i * n + j]! += b[i * rank + k]! * b[j * rank + k]!
      if (i === j) a[i * n + j]! += 1e-6
    }
  return { a, q }
}

const sizes = fc.record({ n: fc.integer({ min: 1, max: 30 }), rank: fc.integer({ min: 1, max: 40 }), seed: fc.nat() })

test("complementarity() gives the one point where x ≥ 0, s = A x + q ≥ 0 and x s = 0, from any start", () =>
  fc.assert(
    fc.property(sizes, fc.boolean(), ({ n, rank, seed }, all) => {
      const { a, q } = problem(n, rank, seed)
      const { x, residual } = complementarity(n, a, q, new Uint8Array(n).fill(all ? 1 : 0))
      assert.ok(residual < 1e-9, `residual ${residual}`)
      for (let i = 0; i < n; i++) {
        let [s, size] = [q[i]!, Math.abs(q[i]!)]
        for (let j = 0; j < n; j++) {
          s += a[i * n + j]! * x[j]!
          size += Math.abs(a[i * n + j]! * x[j]!)
        }
        assert.ok(x[i]! >= 0 && s > -1e-9 * size, `x ${x[i]}, s ${s}`)
        assert.ok(x[i] === 0 || Math.abs(s) <= 1e-9 * size, `x ${x[i]} s ${s}`)
      }
    })
  ))

test("complementarity() leaves its arguments as they are, and says where a nearly equal problem may start", () => {
  const { a, q } = problem(8, 8, 1)
  const [before, start] = [[a.slice(), q.slice()], new Uint8Array(8)]
  const { active, x } = complementarity(8, a, q, start)
  assert.deepEqual([a, q], before)
  assert.deepEqual(start, new Uint8Array(8))
  assert.deepEqual(complementarity(8, a, q, active).x, x)
})

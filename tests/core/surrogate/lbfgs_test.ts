import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { type Key, key as keyOf, standardNormal, stream } from "../../../core/random/mod.ts"
import { advance, gradientNorm, type Lbfgs, lbfgs } from "../../../core/surrogate/mod.ts"
import { right } from "../../algorithms/support.ts"

/** F(x) = ½·(x − c)ᵀ A (x − c) with A = B Bᵀ/d + δI: its minimiser is c, its minimum 0. */
interface Quadratic {
  readonly d: number
  readonly a: Float64Array
  readonly c: Float64Array
}

const quadratic = (key: Key, d: number, delta: number): Quadratic => {
  const s = stream(key)
  const b = Float64Array.from({ length: d * d }, () => standardNormal(s))
  const a = new Float64Array(d * d)
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < d; k++) a[i * d + j]! += (b[i * d + k]! * b[j * d + k]!) / d
    }
    a[i * d + i]! += delta
  }
  return { d, a, c: Float64Array.from({ length: d }, () => standardNormal(s)) }
}

/** Value and gradient of problem k at its point. */
const evaluate = ({ d, a, c }: Quadratic, x: Float64Array, k: number, loss: Float64Array, gradient: Float64Array) => {
  loss[k] = 0
  for (let i = 0; i < d; i++) {
    let g = 0
    for (let j = 0; j < d; j++) g += a[i * d + j]! * (x[k * d + j]! - c[j]!)
    gradient[k * d + i] = g
    loss[k]! += 0.5 * g * (x[k * d + i]! - c[i]!)
  }
}

/** Evaluations until all are done, at most `limit`. `watch` sees every state. */
const minimise = (o: Lbfgs, problems: readonly Quadratic[], limit: number, watch: () => void = () => {}): number => {
  const loss = new Float64Array(problems.length)
  const gradient = new Float64Array(o.x.length)
  for (let n = 1; n <= limit; n++) {
    problems.forEach((q, k) => {
      evaluate(q, o.x, k, loss, gradient)
    })
    const open = advance(o, loss, gradient)
    watch()
    if (open === 0) return n
  }
  return limit
}

const some = fc.record({
  seed: fc.nat(),
  d: fc.integer({ min: 1, max: 12 }),
  problems: fc.integer({ min: 1, max: 5 }),
  delta: fc.constantFrom(1, 0.1, 0.01)
})

const problemsOf = (x: {
  readonly seed: number
  readonly d: number
  readonly problems: number
  readonly delta: number
}) =>
  Array.from({ length: x.problems }, (_, k) => quadratic(right(keyOf(BigInt(x.seed) * 16n + BigInt(k))), x.d, x.delta))

test("lbfgs() finds the minimiser of convex quadratics, all of them together", () =>
  fc.assert(
    fc.property(some, (x) => {
      const problems = problemsOf(x)
      const o = lbfgs(problems.length, x.d, { tolerance: 1e-9, noise: 1e-16 })
      minimise(o, problems, 1000)
      problems.forEach(({ c }, k) => {
        assert.equal(o.done[k], 1)
        // ‖x − c‖ ≤ ‖∇F‖/δ, and ‖∇F‖ ≤ 1e-9 of that at 0, which is at most a few dozen.
        c.forEach((v, i) => {
          assert.ok(Math.abs(o.best[k * x.d + i]! - v) <= 1e-5, `problem ${k}: ${o.best[k * x.d + i]}, want ${v}`)
        })
      })
    })
  ))

test("lbfgs() never lets a best loss rise, and done means what it says", () =>
  fc.assert(
    fc.property(some, (x) => {
      const problems = problemsOf(x)
      const tolerance = 1e-4
      const o = lbfgs(problems.length, x.d, { tolerance, noise: 0 })
      let before = o.loss.slice()
      const first: number[] = []
      minimise(o, problems, 200, () => {
        if (first.length === 0) first.push(...problems.map((_, k) => gradientNorm(o, k)))
        o.loss.forEach((v, k) => {
          assert.ok(v <= before[k]!, `${v} after ${before[k]}`)
        })
        before = o.loss.slice()
      })
      problems.forEach((_, k) => {
        if (o.done[k] === 1) assert.ok(gradientNorm(o, k) <= tolerance * first[k]!)
      })
      assert.ok(o.done.every((v) => v === 1))
    })
  ))

test("lbfgs() solves each problem as if it were alone", () =>
  fc.assert(
    fc.property(some, (x) => {
      const problems = problemsOf(x)
      const together = lbfgs(problems.length, x.d)
      minimise(together, problems, 300)
      problems.forEach((q, k) => {
        const alone = lbfgs(1, x.d)
        minimise(alone, [q], 300)
        assert.deepEqual(alone.best, together.best.slice(k * x.d, (k + 1) * x.d))
        assert.equal(alone.iterations[0], together.iterations[k])
      })
    })
  ))

test("lbfgs() with the inverse Hessian as preconditioner needs one step", () => {
  const diagonal = Float64Array.of(1, 10, 100, 1000)
  const a = new Float64Array(16)
  diagonal.forEach((v, i) => {
    a[i * 4 + i] = v
  })
  const q = { d: 4, a, c: Float64Array.of(1, -2, 3, -4) }
  const inverse = (v: Float64Array): void => {
    for (let i = 0; i < 4; i++) v[i]! /= diagonal[i]!
  }
  const preconditioned = lbfgs(1, 4, { precondition: inverse, tolerance: 1e-10 })
  assert.equal(minimise(preconditioned, [q], 100), 2)
  assert.deepEqual(Array.from(preconditioned.best), Array.from(q.c))
  const without = lbfgs(1, 4, { tolerance: 1e-10 })
  assert.ok(minimise(without, [q], 100) > 5)
})

test("lbfgs() is done at once where the gradient is 0 at the start", () => {
  const o = lbfgs(1, 2)
  const flat = { d: 2, a: Float64Array.of(1, 0, 0, 1), c: new Float64Array(2) }
  assert.equal(minimise(o, [flat], 10), 1)
  assert.deepEqual(o.best, new Float64Array(2))
})

test("lbfgs() steps back from points where the loss is not finite", () => {
  // F(x) = −log(1 − x) − 3x on x < 1, whose minimiser is 2/3; the first trial point is at 1.
  const o = lbfgs(1, 1, { tolerance: 1e-10, noise: 1e-16 })
  for (let n = 0; n < 200; n++) {
    const x = o.x[0]!
    const inside = x < 1
    const loss = inside ? -Math.log(1 - x) - 3 * x : Number.NaN
    if (advance(o, Float64Array.of(loss), Float64Array.of(inside ? 1 / (1 - x) - 3 : Number.NaN)) === 0) break
  }
  assert.ok(Math.abs(o.best[0]! - 2 / 3) < 1e-8, `${o.best[0]}`)
})

test("lbfgs() asks at no point that is none, where a stretch of a convex function has no curvature", () => {
  /** A parabola, then a line down, then a parabola whose minimum is at 50. */
  const of = (x: number): readonly [number, number] => {
    if (x < 2) return [(x - 4) ** 2 / 4, (x - 4) / 2]
    return x < 40 ? [3 - x, -1] : [3 - x + (x - 40) ** 2 / 20, -1 + (x - 40) / 10]
  }
  for (const memory of [1, 3]) {
    const o = lbfgs(1, 1, { memory, noise: 1e-15, tolerance: 1e-8 })
    for (let i = 0; i < 100 && o.done[0] === 0; i++) {
      assert.ok(Number.isFinite(o.x[0]!), `${o.x[0]} after ${i} evaluations, memory ${memory}`)
      const [loss, gradient] = of(o.x[0]!)
      advance(o, Float64Array.of(loss), Float64Array.of(gradient))
    }
    assert.ok(Math.abs(o.best[0]! - 50) < 1e-6, `${o.best[0]}`)
  }
})

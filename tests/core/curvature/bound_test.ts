import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import {
  type Bound,
  type BoundInput,
  byProducts,
  hessianBound,
  lanczos,
  positivePart
} from "../../../core/curvature/mod.ts"
import { eigh } from "../../../core/linalg/mod.ts"
import { right } from "../../support/right.ts"
import { symmetric } from "../linalg/matrices.ts"
import { multiply } from "./matrices.ts"

const positive = fc.double({ min: 1e-3, max: 1e3, noNaN: true })
const inputs: fc.Arbitrary<BoundInput> = fc
  .record({
    samples: fc.integer({ min: 1, max: 1_000_000 }),
    range: positive,
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    weighted: positive,
    square: positive,
    size: fc.integer({ min: 1, max: 100_000 }),
    norm: positive,
    lipschitz: positive,
    radius: positive,
    delta: fc.double({ min: 1e-6, max: 0.5, noNaN: true })
  })
  .map(({ part, ...x }) => ({ ...x, training: part * x.range }))

const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) <= 1e-9 * (1 + Math.abs(b)), `${a} for ${b}`)

test("hessianBound()'s terms are the theorem's, written out once more", () =>
  fc.assert(
    fc.property(inputs, (x) => {
      const b = right(hessianBound(x))
      const beta = 1 / (1 + b.epsilon)
      const delta = x.delta / 22
      near(b.hessian, Math.sqrt((x.range * x.weighted) / x.samples) / beta)
      near(b.confidence, (x.range * Math.log(1 / delta)) / (2 * beta * (1 - beta) * x.samples))
      near(b.training, x.training / beta)
      near(b.gap + x.training, b.training + b.hessian + b.confidence)
      near(b.total, b.gap + b.concentration + b.taylor)
      const c2 = 4 * x.norm * Math.sqrt(x.size)
      const c3 = (12 * x.size * x.radius * x.lipschitz) / (Math.E * x.norm)
      const trace = (Math.sqrt(x.range / (2 * (1 - beta) ** 2 * x.samples)) * x.square) / Math.sqrt(x.weighted)
      const spread = c2 * Math.sqrt(Math.max(0, Math.log((c3 * x.samples) / delta)) / x.samples)
      near(b.concentration, (trace * spread) / (2 * beta))
      near(b.taylor, (1 + 1 / beta) * x.lipschitz * trace ** 1.5)
    })
  ))

test("Σ of rank one makes both of its terms equal, and √2 of them what the theorem's term allows", () =>
  fc.assert(
    fc.property(inputs, (x) => {
      const { epsilon, hessian } = right(hessianBound(x))
      const beta = 1 / (1 + epsilon)
      // Equation (22) at s·v vᵀ/√H: C vᵀΣ⁻¹v/(4β(1−β)n) + (1−β)/(2β) ⟨Σ, H⟩, with vᵀΣ⁻¹v = √H/s and ⟨Σ, H⟩ = s√H.
      const s = Math.sqrt(x.range / (2 * (1 - beta) ** 2 * x.samples))
      const root = Math.sqrt(x.weighted)
      const [divergence, curvature] = [
        (x.range * root) / s / (4 * beta * (1 - beta) * x.samples),
        ((1 - beta) / (2 * beta)) * s * root
      ]
      near(divergence, curvature)
      near((divergence + curvature) * Math.SQRT2, hessian)
    })
  ))

test("hessianBound() grows with H and falls with n", () =>
  fc.assert(
    fc.property(inputs, (x) => {
      const at = (change: Partial<BoundInput>): Bound => right(hessianBound({ ...x, ...change }))
      assert.ok(at({ weighted: 2 * x.weighted }).gap >= at({}).gap)
      assert.ok(at({ samples: 2 * x.samples }).gap <= at({}).gap)
    })
  ))

test("hessianBound() refuses what the theorem says nothing about, by name", () => {
  const x = { samples: 10, range: 1, training: 0.5, weighted: 1, square: 1, size: 3, norm: 1, lipschitz: 1, radius: 1 }
  const refusal = (change: Partial<BoundInput>): string => {
    const found = hessianBound({ ...x, delta: 0.05, ...change })
    return E.isLeft(found) ? found.left.message : "accepted"
  }
  assert.match(refusal({ weighted: -1 }), /by this weighted: want a finite number >= 0, got -1/)
  assert.match(refusal({ range: Number.NaN }), /by this range: .* got NaN/)
  assert.match(refusal({ delta: 0 }), /probability in \(0, 1\), got 0/)
  assert.match(refusal({ samples: 0 }), /at least one, got 0/)
  assert.match(refusal({ training: 2 }), /a mean loss of at most 1, got 2/)
  assert.equal(refusal({ weighted: 0 }), "accepted")
})

test("positivePart() of a whole Lanczos run is bᵀA⁺b of the dense decomposition", () =>
  fc.assert(
    fc.property(symmetric(9), ({ n, a }) => {
      const b = Float64Array.from({ length: n }, (_, i) => 1 + i / n)
      const square = b.reduce((s, x) => s + x * x, 0)
      const found = right(byProducts(lanczos(b, { tolerance: 0 }), multiply(n, a)))
      const { values, vectors } = eigh(n, a)
      const dense = values.reduce((sum, value, i) => {
        const along = b.reduce((s, x, j) => s + x * vectors[i * n + j]!, 0)
        return sum + Math.max(0, value) * along * along
      }, 0)
      // An eigenvalue of rounding may fall on either side of 0.
      assert.ok(Math.abs(positivePart(found, square) - dense) <= 1e-9 * square)
    })
  ))

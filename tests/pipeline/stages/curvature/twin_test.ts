/** The Hessian of the policy-gradient loss beside curvlinops' of the same policy and transitions in PyTorch. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, type Scope } from "effect"
import {
  diagonal,
  hutchinson,
  hutchPlusPlus,
  lanczos,
  positivePart,
  together,
  withinBlock,
  xtrace
} from "../../../../core/curvature/mod.ts"
import { child, fillNormal, stream, zeroKey } from "../../../../core/random/mod.ts"
import type { Session } from "../../../../core/service/session.ts"
import { answered, lossOf, rowProductsOf } from "../../../../pipeline/stages/curvature/hessian.ts"
import { chosenRows } from "../../../../pipeline/stages/curvature/rows.ts"
import { lookAt } from "../../../../pipeline/stages/curvature/spectrum.ts"
import { weightedHessian } from "../../../../pipeline/stages/curvature/weighted.ts"
import { layer as reference } from "../../../../plugins/sessions/reference.ts"
import { inSession } from "../../../algorithms/support.ts"
import { right } from "../../../support/right.ts"
import { policy, rows, theta, twin } from "./twin.ts"

const inFloat64 = <A, Err>(effect: Effect.Effect<A, Err, Session | Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(effect).pipe(Effect.provide(reference)))

/** Sums of some hundred products in float64. */
const F64 = 1e-10
/** The same in float32, of numbers up to one. */
const F32 = 1e-5

const close = (got: number, want: number, tolerance: number): void =>
  assert.ok(Math.abs(got - want) <= tolerance, `${got} for ${want}`)

test("the loss, its Hessian's products, trace, layers and eigenvalues are curvlinops'", () =>
  inFloat64(
    Effect.gen(function* () {
      const { losses, products } = (yield* lossOf(policy))(theta, rows)
      const all = yield* losses
      close(all.reduce((s, x) => s + x, 0) / rows.count, twin.loss, F64)
      const [product] = yield* products([Float64Array.from(twin.vector)])
      for (const [i, x] of twin.product.entries()) close(product![i]!, x, F64)
      const exact = right(yield* answered(diagonal(policy.size), products))
      close(
        exact.reduce((s, x) => s + x, 0),
        twin.trace,
        F64
      )
      const { blocks } = policy.network.layout
      for (const [b, { offset, shape }] of blocks.entries()) {
        const size = shape.reduce((s, x) => s * x, 1)
        const own = right(yield* answered(withinBlock(diagonal(size), { offset, size }, policy.size), products))
        close(
          own.reduce((s, x) => s + x, 0),
          twin.blocks[b]!,
          F64
        )
      }
      const start = new Float64Array(policy.size)
      fillNormal(stream(zeroKey), start)
      const { values } = right(yield* answered(lanczos(start, { tolerance: 1e-12, steps: policy.size }), products))
      close(values[0]!, twin.values[0]!, F64)
      close(values[values.length - 1]!, twin.values[policy.size - 1]!, F64)
      const whole = right(yield* answered(lanczos(theta, { tolerance: 0, steps: policy.size }), products))
      const square = theta.reduce((s, x) => s + x * x, 0)
      close(positivePart(whole, square), twin.weighted, 1e-6)
    })
  ))

test("every estimator is within three of its own deviations of curvlinops' trace, in the mean over seeds", () =>
  inSession(
    Effect.gen(function* () {
      const { products } = (yield* lossOf(policy))(theta, rows)
      const n = policy.size
      for (const estimator of [hutchinson, hutchPlusPlus, xtrace]) {
        const all = yield* answered(
          together(
            Array.from({ length: 30 }, (_, seed) =>
              estimator(n, { stream: stream(child(zeroKey, "trace", seed)), probes: 24 })
            )
          ),
          products
        )
        const found = all.map((t) => right(t).estimate)
        const mean = found.reduce((s, x) => s + x, 0) / found.length
        const deviation = Math.sqrt(found.reduce((s, x) => s + (x - mean) ** 2, 0) / (found.length - 1))
        close(mean, twin.trace, 3 * (deviation / Math.sqrt(found.length) + F32))
      }
    })
  ))

test("eight vectors at once have the products that each has alone", () =>
  inSession(
    Effect.gen(function* () {
      const { products } = (yield* lossOf(policy))(theta, rows)
      const vectors = Array.from({ length: 11 }, (_, seed) => {
        const v = new Float64Array(policy.size)
        fillNormal(stream(child(zeroKey, seed)), v)
        return v
      })
      const at = yield* products(vectors)
      for (const [i, v] of vectors.entries()) {
        const [alone] = yield* products([v])
        for (const [j, x] of alone!.entries()) close(at[i]![j]!, x, F32)
      }
    })
  ))

test("single transitions' Hessians have the whole one as their mean", () =>
  inFloat64(
    Effect.gen(function* () {
      const v = Float64Array.from(twin.vector)
      const own = (yield* rowProductsOf(policy))(theta, rows)
      const each = yield* own(Array.from({ length: rows.count }, () => v))
      for (const [i, x] of twin.product.entries()) {
        close(each.reduce((s, product) => s + product[i]!, 0) / rows.count, x, F64)
      }
    })
  ))

test("H of single transitions settles as the steps grow, and is no less than what the whole Hessian curves along", () =>
  inFloat64(
    Effect.gen(function* () {
      const few = chosenRows(rows, [0, 1, 2, 3, 4, 5, 6, 7])
      const own = (yield* rowProductsOf(policy))(theta, few)
      const at = (steps: number) => weightedHessian(own, few.count, theta, steps)
      const [eight, all] = [yield* at(8), yield* at(60)]
      // As good as `measuring` says, and far better than the transitions that are drawn tell.
      assert.ok(Math.abs(eight.weighted.estimate - all.weighted.estimate) <= 0.15 * all.weighted.estimate)
      const [product] = yield* (yield* lossOf(policy))(theta, few).products([theta])
      const along = theta.reduce((s, x, i) => s + x * product![i]!, 0)
      assert.ok(all.weighted.estimate >= along - F64)
      assert.ok(all.norm >= eight.norm - F64)
    })
  ))

test("lookAt() has the trace and ends of curvlinops within its intervals and residuals, and a trace for every layer", () =>
  inSession(
    Effect.gen(function* () {
      const { products } = (yield* lossOf(policy))(theta, rows)
      const looking = { probes: 60, relative: 0, layers: true, exact: false, spectrum: false }
      const seen = yield* lookAt(products, policy, looking, zeroKey)
      assert.ok(seen.trace.low <= twin.trace && twin.trace <= seen.trace.high)
      close(seen.largest.value, twin.values[0]!, seen.largest.residual + F32)
      close(seen.smallest.value, twin.values[policy.size - 1]!, seen.smallest.residual + F32)
      assert.deepEqual(
        seen.layers?.map((l) => l.name),
        ["W1", "b1", "W2", "b2", "W3", "b3"]
      )
    })
  ))

test("lookAt()'s spectrum has as many of curvlinops' eigenvalues on either side as its eight starts can tell", () =>
  inSession(
    Effect.gen(function* () {
      const { products } = (yield* lossOf(policy))(theta, rows)
      const looking = { probes: 2, relative: 0, layers: false, exact: false, spectrum: true }
      const { spectrum } = yield* lookAt(products, policy, looking, zeroKey)
      assert.ok(spectrum !== undefined)
      const n = policy.size
      const [largest, smallest] = [twin.values[0]!, twin.values[n - 1]!]
      assert.ok(spectrum.values.every((x) => x >= smallest - F32 && x <= largest + F32))
      close(
        spectrum.weights.reduce((a, b) => a + b),
        1,
        1e-9
      )
      // What lies apart from all others is told apart; a start sees a part q of n with a deviation of √(2q(1 − q)/n).
      for (const least of [0.02 * largest, 0.1 * largest]) {
        const q = twin.values.filter((x) => x > least).length / n
        const above = spectrum.weights.filter((_, i) => spectrum.values[i]! > least)
        close(
          above.reduce((a, b) => a + b, 0),
          q,
          3 * Math.sqrt((2 * q * (1 - q)) / n / 8)
        )
      }
    })
  ))

test("exact traces are curvlinops', whole and of every layer; a policy too large for them is refused", () =>
  inSession(
    Effect.gen(function* () {
      const { products } = (yield* lossOf(policy))(theta, rows)
      const exact = { probes: 8, relative: 0, layers: true, exact: true, spectrum: false }
      const seen = yield* lookAt(products, policy, exact, zeroKey)
      close(seen.trace.estimate, twin.trace, 100 * F32)
      assert.equal(seen.trace.probes, policy.size)
      for (const [i, layer] of seen.layers!.entries()) close(layer.estimate, twin.blocks[i]!, 100 * F32)
      const refused = yield* Effect.flip(lookAt(products, { ...policy, size: 10_000 }, exact, zeroKey))
      assert.match(refused.message, /fewer than 10000 parameters, got 10000; estimate it/)
    })
  ))

test("NaN among the parameters is refused by name", () =>
  inSession(
    Effect.gen(function* () {
      const broken = theta.map((x, i) => (i === 3 ? Number.NaN : x))
      const { products } = (yield* lossOf(policy))(broken, rows)
      const refused = yield* Effect.flip(
        lookAt(products, policy, { probes: 8, relative: 0, layers: false, exact: false, spectrum: false }, zeroKey)
      )
      assert.match(refused.message, /want products of finite numbers, got NaN in row \d+/)
    })
  ))

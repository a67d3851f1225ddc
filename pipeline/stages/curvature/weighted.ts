/** H of Theorem 1: the mean over transitions of the positive part of each one's own Hessian, along a direction. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { lanczos, type MatrixFree, positivePart } from "../../../core/curvature/mod.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import { tInterval } from "../../../core/stat/mod.ts"
import type { Products } from "./hessian.ts"

/**
 * Along v, by the transitions whose Hessians' products these are,
 *
 *     H = vᵀ E[∇²ℓ_t(W)]⁺ v = E ‖v‖² Σ_i ω_i max(θ_i, 0),    θ, ω of Lanczos on ∇²ℓ_t from v
 *
 * and the largest |θ| that was seen. Negative directions are cut off before the mean is taken, so each transition needs a
 * quadrature of its own; those of all of them are asked for at once.
 *
 * - Source: Zhang et al., section 5, above theorem 1.
 */
export const weightedHessian = Effect.fnUntraced(function* (
  products: Products,
  transitions: number,
  v: Float64Array,
  steps: number
) {
  const square = v.reduce((sum, x) => sum + x * x, 0)
  if (square === 0) return { square, weighted: { estimate: 0, low: 0, high: 0, level: LEVEL }, norm: 0 }
  const each = yield* answeredByRow(
    Array.from({ length: transitions }, () => lanczos(v, { steps, tolerance: 0 })),
    products,
    v.length
  )
  const all = yield* fromEither(E.sequenceArray(each))
  const norm = Math.max(...all.map(({ values }) => Math.max(values[0]!, -values[values.length - 1]!)))
  const { estimate, low, high } = yield* fromEither(
    tInterval(
      all.map((l) => positivePart(l, square)),
      LEVEL
    )
  )
  return { square, weighted: { estimate, low, high, level: LEVEL }, norm }
})

const LEVEL = 0.95

/** One computation a row, each on the row's own matrix; a row whose computation has ended is asked for in vain. */
const answeredByRow = Effect.fnUntraced(function* <A>(
  computations: readonly MatrixFree<A>[],
  products: Products,
  size: number
) {
  const idle = new Float64Array(size)
  const at = computations.map((c) => c.next())
  while (at.some((a) => a.done !== true)) {
    const found = yield* products(at.map((a) => (a.done === true ? idle : a.value[0]!)))
    for (const [i, c] of computations.entries()) if (at[i]!.done !== true) at[i] = c.next([found[i]!])
  }
  return at.flatMap((a) => (a.done === true ? [a.value] : []))
})

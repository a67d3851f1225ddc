import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { ArgumentError } from "../failure/mod.ts"
import { signs } from "./hutchinson.ts"
import type { MatrixFree } from "./matrix_free.ts"
import { dot } from "./orthonormal.ts"
import { bilinear, emptyRange, gram, traceOf, wider } from "./range.ts"
import { type Trace, type TraceOptions, untilNarrow } from "./trace.ts"

/**
 * Hutch++: the trace on a basis of the range exactly, and what is left by Hutchinson's estimate.
 *
 *     Q = orth(A S),    tr A ≈ tr(QᵀA Q) + (1/g) Σ_i h_iᵀ A h_i,    h_i = (I − Q Qᵀ) z_i,    S, z_i of random signs
 *
 * Two thirds of the probes make the basis, one third estimates the rest. Given Q the samples of the rest are independent. Where spectra decay, the error falls as 1/probes instead of 1/√probes.
 *
 * - Shapes: of a matrix of n rows; vectors `[n]`.
 * - Units: those of A.
 * - Errors: `ArgumentError` for probes below 2 or options out of range, and for products that are not finite.
 * - Source: Meyer, Musco, Musco and Woodruff, arXiv:2010.09649, algorithm 1. Differs: asks for A z_i, not A h_i, so that the basis
 *   can grow without asking again.
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { curvature, random } from "policygradex"
 *
 * const estimating = curvature.hutchPlusPlus(2, { stream: random.stream(random.zeroKey), probes: 6 })
 * const found = curvature.byProducts(estimating, (v) => Float64Array.of(3 * v[0]!, v[1]!))
 * E.map(({ estimate }: curvature.Trace) => Math.round(1e9 * estimate) / 1e9)(found) // => right(4)
 * ```
 */
export function* hutchPlusPlus(n: number, options: TraceOptions): MatrixFree<E.Either<ArgumentError, Trace>> {
  let range = emptyRange
  const z: Float64Array[] = []
  const products: Float64Array[] = []
  const draw = (count: number) => Array.from({ length: count }, () => signs(n, options.stream))
  function* upTo(probes: number) {
    const basis = Math.min(Math.floor(probes / 3), Math.floor((probes - 2) / 2))
    const fresh = draw(basis - range.probes.length)
    const rest = draw(probes - 2 * basis - z.length)
    const found = yield* wider(range, fresh, rest)
    return pipe(
      found,
      E.map((more) => {
        range = more.range
        z.push(...rest)
        products.push(...more.beside)
        const h = gram(range.basis, range.image)
        const values = z.map((probe, i) => {
          const c = Float64Array.from(range.basis, (q) => dot(q, probe))
          const across = range.image.reduce((sum, image, j) => sum + c[j]! * dot(image, probe), 0)
          return traceOf(h) + dot(probe, products[i]!) - 2 * across + bilinear(c, h, c)
        })
        return { values, probes: range.probes.length + range.basis.length + z.length }
      })
    )
  }
  return yield* untilNarrow({ least: 2, upTo }, options)
}

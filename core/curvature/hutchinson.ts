import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { ArgumentError } from "../failure/mod.ts"
import { random, type Stream } from "../random/mod.ts"
import { checkedProducts, type MatrixFree } from "./matrix_free.ts"
import { dot } from "./orthonormal.ts"
import { type Trace, type TraceOptions, untilNarrow } from "./trace.ts"

/**
 * Hutchinson's estimate of a trace, by probes of random signs.
 *
 *     tr A ≈ (1/k) Σ_i z_iᵀ A z_i,    z_i ∈ {−1, 1}ⁿ,    Var = (2/k) Σ_{i≠j} A_ij²
 *
 * - Shapes: of a matrix of n rows; vectors `[n]`.
 * - Units: those of A.
 * - Errors: `ArgumentError` for probes below 2 or options out of range, and for products that are not finite.
 * - Source: Hutchinson, Commun. Stat. Simul. Comput. 18 (1989), 1059; Avron and Toledo, J. ACM 58 (2011), 8, for the variance.
 *
 * @example Of a diagonal matrix each probe gives the trace itself
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { curvature, random } from "policygradex"
 *
 * const estimating = curvature.hutchinson(2, { stream: random.stream(random.zeroKey), probes: 2 })
 * const found = curvature.byProducts(estimating, (v) => Float64Array.of(3 * v[0]!, v[1]!))
 * E.map(({ estimate, probes }: curvature.Trace) => ({ estimate, probes }))(found) // => right({ estimate: 4, probes: 2 })
 * ```
 */
export function* hutchinson(n: number, options: TraceOptions): MatrixFree<E.Either<ArgumentError, Trace>> {
  const values: number[] = []
  function* upTo(probes: number) {
    const asked = Array.from({ length: probes - values.length }, () => signs(n, options.stream))
    const products = checkedProducts("estimate a trace", asked, yield asked)
    return pipe(
      products,
      E.map((all) => {
        for (const [i, product] of all.entries()) values.push(dot(asked[i]!, product))
        return { values, probes }
      })
    )
  }
  return yield* untilNarrow({ least: 2, upTo }, options)
}

/** n random signs. */
export const signs = (n: number, stream: Stream): Float64Array =>
  Float64Array.from({ length: n }, () => (random(stream) < 0.5 ? -1 : 1))

import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, cannot } from "../failure/mod.ts"
import { exp } from "../math/mod.ts"
import { fillNormal, type Stream } from "../random/mod.ts"
import { lanczos } from "./lanczos.ts"
import { type MatrixFree, together } from "./matrix_free.ts"

/** A spectrum as so many points: where eigenvalues are, and which part of them. */
export interface Spectrum {
  /** θ, ascending. */
  readonly values: Float64Array
  /** The part of all eigenvalues that each stands for; they sum to one. */
  readonly weights: Float64Array
}

/** How closely to look. */
export interface SpectrumOptions {
  /** Draws the starts. */
  readonly stream: Stream
  /** Random starts, each of which sees the whole spectrum in its own weights. */
  readonly starts: number
  /** Lanczos steps from each, which are products. */
  readonly steps: number
}

/**
 * The spectrum of a matrix by Lanczos from random starts: moments up to 2·steps − 1 as the starts see them.
 *
 *     φ(t) = (1/n) Σ_i δ(t − λ_i) ≈ (1/starts) Σ_l Σ_i ω_i^(l) δ(t − θ_i^(l))
 *
 * - Shapes: of a matrix of n rows; results `[starts·steps]`, or fewer where a start's space is exhausted.
 * - Units: those of A.
 * - Errors: `ArgumentError` for starts that are no whole number >= 1, and as `lanczos`.
 * - Source: Lin, Saad and Yang, arXiv:1308.5467, section 3.2.1; of networks: Ghorbani, Krishnan and Xiao, arXiv:1901.10159.
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { curvature, random } from "policygradex"
 *
 * const stream = random.stream(random.zeroKey)
 * const looking = curvature.spectrum(2, { stream, starts: 1, steps: 1 })
 * const found = curvature.byProducts(looking, (v) => v.map((x) => 2 * x))
 * E.map(({ weights }: curvature.Spectrum) => weights)(found) // => right(Float64Array.of(1))
 * ```
 */
export function* spectrum(
  n: number,
  { stream, starts, steps }: SpectrumOptions
): MatrixFree<E.Either<ArgumentError, Spectrum>> {
  if (!(Number.isInteger(starts) && starts >= 1)) {
    return cannot("estimate a spectrum", "starts: a whole number >= 1", String(starts))
  }
  const from = Array.from({ length: starts }, () => {
    const start = new Float64Array(n)
    fillNormal(stream, start)
    return start
  })
  const seen = yield* together(from.map((start) => lanczos(start, { steps, tolerance: 0 })))
  return pipe(
    E.sequenceArray(seen),
    E.map((all) => {
      const points = all
        .flatMap(({ values, weights }) => [...values].map((value, i) => ({ value, weight: weights[i]! / starts })))
        .sort((a, b) => a.value - b.value)
      return {
        values: Float64Array.from(points, ({ value }) => value),
        weights: Float64Array.from(points, ({ weight }) => weight)
      }
    })
  )
}

/**
 * The eigenvalue below or at which this part of a spectrum lies: the least θ_i with Σ_{θ_j ≤ θ_i} ω_j ≥ part.
 *
 * - Shapes: `part` in (0, 1].
 * - Units: those of the matrix.
 *
 * @example
 * const two = { values: Float64Array.of(-1, 3), weights: Float64Array.of(0.25, 0.75) }
 * quantile(two, 0.5) // => 3
 */
export const quantile = ({ values, weights }: Spectrum, part: number): number => {
  let sum = 0
  for (const [i, weight] of weights.entries()) {
    sum += weight
    // Weights are rounded: the last value has all below it.
    if (sum >= part) return values[i]!
  }
  return values[values.length - 1]!
}

/**
 * A spectrum's density at some places, each of its points a normal density of this width.
 *
 *     φ_σ(t) = Σ_i ω_i exp(−(t − θ_i)²/(2σ²)) / (σ √(2π))
 *
 * - Shapes: `at` and the result `[any]`.
 * - Units: `at` and `width` those of the matrix; the result their inverse.
 * - Source: Lin, Saad and Yang, arXiv:1308.5467, section 2.3.
 */
export const density = ({ values, weights }: Spectrum, at: Float64Array, width: number): Float64Array =>
  at.map((t) =>
    values.reduce((sum, value, i) => {
      const x = (t - value) / width
      return sum + (weights[i]! * exp(-0.5 * x * x)) / (width * Math.sqrt(2 * Math.PI))
    }, 0)
  )

import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { ArgumentError } from "../failure/mod.ts"
import { norm } from "../linalg/mod.ts"
import { fillNormal } from "../random/mod.ts"
import type { MatrixFree } from "./matrix_free.ts"
import { dot } from "./orthonormal.ts"
import { emptyRange, gram, type Range, wider } from "./range.ts"
import { type Samples, type Trace, type TraceOptions, untilNarrow } from "./trace.ts"

/**
 * XTrace: every probe estimates what the basis of all the others leaves, so that none is spent on one of the two alone.
 *
 *     Q_i = orth(A Ω_{−i}),    t_i = tr(Q_iᵀ A Q_i) + κ_i ω_iᵀ (I − Q_i Q_iᵀ) A (I − Q_i Q_iᵀ) ω_i
 *     κ_i = (n − k + 1) / ‖(I − Q_i Q_iᵀ) ω_i‖²,    tr A ≈ t̄ = (1/k) Σ_i t_i
 *
 * The t_i share their bases, so their spread alone makes the interval too narrow. With t_i^(j) the estimate of ω_i by the basis without
 * ω_j too, E t_i^(j) = tr A whatever the other probes are, whence an estimate of the covariance without bias:
 *
 *     Cov(t_i, t_j) = E (t_i − t_i^(j)) (t_j − t_j^(i)),    Var t̄ = E s²/k + Cov
 *
 * - Shapes: of a matrix of n rows; vectors `[n]`. k probes take 2k products.
 * - Units: those of A.
 * - Errors: `ArgumentError` for probes below 4 or options out of range, and for products that are not finite.
 * - Source: Epperly, Tropp and Webber, arXiv:2301.07825, sections 2.1 and 2.3. Differs: the covariance, which they leave out.
 *
 * @example Of a matrix of rank one, two probes know the range
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { curvature, random } from "policygradex"
 *
 * const estimating = curvature.xtrace(2, { stream: random.stream(random.zeroKey), probes: 4 })
 * const found = curvature.byProducts(estimating, (v) => Float64Array.of(3 * v[0]!, 0))
 * E.map(({ estimate }: curvature.Trace) => estimate)(found) // => right(3)
 * ```
 */
export function* xtrace(n: number, options: TraceOptions): MatrixFree<E.Either<ArgumentError, Trace>> {
  let range = emptyRange
  function* upTo(probes: number) {
    const fresh = Array.from({ length: Math.floor(probes / 2) - range.probes.length }, () => {
      const omega = new Float64Array(n)
      fillNormal(options.stream, omega)
      return omega
    })
    const found = yield* wider(range, fresh)
    return pipe(
      found,
      E.map((more): Samples => {
        range = more.range
        return { ...leftOut(n, range), probes: range.probes.length + range.basis.length }
      })
    )
  }
  return yield* untilNarrow({ least: 4, upTo }, options)
}

/** A vector within Q, in its coordinates, and its product with H = QᵀA Q. */
interface Within {
  readonly x: Float64Array
  readonly hx: Float64Array
}

/** All t_i and their covariance; where Q holds the whole range each of them is the trace on it. */
const leftOut = (n: number, range: Range): Pick<Samples, "values" | "covariance"> => {
  const { probes, products, basis, image } = range
  const k = probes.length
  const h = gram(basis, image)
  const trace = h.reduce((sum, row, i) => sum + row[i]!, 0)
  if (basis.length < k) return { values: probes.map(() => trace), covariance: 0 }
  const within = (x: Float64Array): Within => ({ x, hx: Float64Array.from(h, (row) => dot(row, x)) })
  const own = probes.map((omega, i) => ({
    square: dot(omega, omega),
    product: dot(omega, products[i]!),
    inside: within(Float64Array.from(basis, (q) => dot(q, omega))),
    image: Float64Array.from(image, (z) => dot(z, omega)),
    normal: within(normalTo(range, i))
  }))
  /** ω_i's estimate by the basis without these orthonormal directions. */
  const without = (i: number, directions: readonly Within[]): number => {
    const { square, product, inside, image } = own[i]!
    const left = directions.reduce((at, d) => less(at, dot(d.x, inside.x), d), inside)
    const rest = product - 2 * dot(image, left.x) + dot(left.x, left.hx)
    const lost = directions.reduce((sum, d) => sum + dot(d.x, d.hx), 0)
    return trace - lost + (rest * (n - k + directions.length)) / (square - dot(left.x, left.x))
  }
  const values = own.map(({ normal }, i) => without(i, [normal]))
  let covariance = 0
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [own[i]!.normal, own[j]!.normal]
      const pair = [a, unit(less(b, dot(a.x, b.x), a))]
      covariance += (values[i]! - without(i, pair)) * (values[j]! - without(j, pair))
    }
  }
  return { values, covariance: (2 * covariance) / (k * (k - 1)) }
}

/** a − c·b. */
const less = (a: Within, c: number, b: Within): Within => ({
  x: a.x.map((v, i) => v - c * b.x[i]!),
  hx: a.hx.map((v, i) => v - c * b.hx[i]!)
})

const unit = ({ x, hx }: Within): Within => {
  const length = norm(x)
  return { x: x.map((v) => v / length), hx: hx.map((v) => v / length) }
}

/** Along R⁻ᵀ e_i, by forward substitution: the direction within Q that the products of all other probes leave free. */
const normalTo = ({ columns }: Range, i: number): Float64Array => {
  const s = new Float64Array(columns.length)
  s[i] = 1 / columns[i]![i]!
  for (let l = i + 1; l < s.length; l++) {
    const r = columns[l]!
    let sum = 0
    for (let j = i; j < l; j++) sum += r[j]! * s[j]!
    s[l] = -sum / r[l]!
  }
  const length = norm(s)
  return s.map((x) => x / length)
}

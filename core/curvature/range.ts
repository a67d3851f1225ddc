import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../failure/mod.ts"
import { norm } from "../linalg/mod.ts"
import { checkedProducts, type MatrixFree } from "./matrix_free.ts"
import { divided, dot, orthogonalise } from "./orthonormal.ts"

/** What products with probes tell of a matrix's range. */
export interface Range {
  /** Ω `[k][n]`, whose products span the range. */
  readonly probes: readonly Float64Array[]
  /** A Ω `[k][n]`. */
  readonly products: readonly Float64Array[]
  /** Q `[r][n]`, orthonormal. */
  readonly basis: readonly Float64Array[]
  /** A Q `[r][n]`. */
  readonly image: readonly Float64Array[]
  /** R of A Ω = Q R, by columns; a column may be shorter than r. */
  readonly columns: readonly Float64Array[]
}

/** Nothing known yet. */
export const emptyRange: Range = { probes: [], products: [], basis: [], image: [], columns: [] }

/**
 * More of the range by more probes, and beside them the products with other vectors, asked in the same breath.
 *
 *     Y = A Ω = Q R,    Z = A Q
 *
 * A product that adds nothing to Q to rounding leaves r < k: then Q holds the whole range.
 *
 * - Source: Halko, Martinsson and Tropp, arXiv:0909.4061, section 4.1.
 */
export function* wider(
  { probes, products, basis, image, columns }: Range,
  fresh: readonly Float64Array[],
  beside: readonly Float64Array[] = []
): MatrixFree<E.Either<ArgumentError, { readonly range: Range; readonly beside: readonly Float64Array[] }>> {
  const asked = [...fresh, ...beside]
  const first = asked.length === 0 ? E.right([]) : checkedProducts(DOING, asked, yield asked)
  if (E.isLeft(first)) return first
  const grown = [...basis]
  const added = first.right.slice(0, fresh.length).map((product) => {
    const y = product.slice()
    const before = norm(y)
    const coordinates = orthogonalise(y, grown)
    const rest = norm(y)
    if (!(rest > ROUNDING * before)) return coordinates
    grown.push(divided(y, rest))
    return Float64Array.of(...coordinates, rest)
  })
  const q = grown.slice(basis.length)
  const second = q.length === 0 ? E.right([]) : checkedProducts(DOING, q, yield q)
  if (E.isLeft(second)) return second
  return E.right({
    range: {
      probes: [...probes, ...fresh],
      products: [...products, ...first.right.slice(0, fresh.length)],
      basis: grown,
      image: [...image, ...second.right],
      columns: [...columns, ...added]
    },
    beside: first.right.slice(fresh.length)
  })
}

const DOING = "estimate a trace"

/** What is left of a product is rounding below this part of it: some thousand roundings of sums of some thousand terms. */
const ROUNDING = 1e-12

/** XᵀY of vectors of one length, by rows. */
export const gram = (x: readonly Float64Array[], y: readonly Float64Array[]): readonly Float64Array[] =>
  x.map((a) => Float64Array.from(y, (b) => dot(a, b)))

/** uᵀ M v of a matrix by rows. */
export const bilinear = (u: Float64Array, m: readonly Float64Array[], v: Float64Array): number =>
  m.reduce((sum, row, i) => sum + u[i]! * dot(row, v), 0)

/** The sum of the diagonal of a matrix by rows. */
export const traceOf = (m: readonly Float64Array[]): number => m.reduce((sum, row, i) => sum + row[i]!, 0)

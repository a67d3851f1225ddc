import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../failure/mod.ts"
import { checkedProducts, type MatrixFree } from "./matrix_free.ts"

/**
 * The diagonal of a matrix, exactly, by one product a row: its sum is the trace, and the sum over a block's rows the block's.
 *
 *     A_ii = (A e_i)_i
 *
 * - Shapes: of a matrix of n rows; `[n]`.
 * - Units: those of A.
 * - Errors: `ArgumentError` for n that is no whole number >= 1, or products that are not finite.
 * - Source: the definition; what the estimates are held to.
 *
 * @example
 * ```ts
 * import { curvature } from "policygradex"
 *
 * const product = (v: Float64Array) => Float64Array.of(3 * v[0]! + v[1]!, v[0]! + 2 * v[1]!)
 * curvature.byProducts(curvature.diagonal(2), product) // => right(Float64Array.of(3, 2))
 * ```
 */
export function* diagonal(n: number): MatrixFree<E.Either<ArgumentError, Float64Array>> {
  if (!(Number.isInteger(n) && n >= 1)) return cannot(DOING, "a whole number of rows >= 1", String(n))
  const out = new Float64Array(n)
  for (let first = 0; first < n; first += AT_ONCE) {
    const asked = Array.from({ length: Math.min(AT_ONCE, n - first) }, (_, i) => {
      const e = new Float64Array(n)
      e[first + i] = 1
      return e
    })
    const products = checkedProducts(DOING, asked, yield asked)
    if (E.isLeft(products)) return products
    for (const [i, product] of products.right.entries()) out[first + i] = product[first + i]!
  }
  return E.right(out)
}

const DOING = "take a diagonal"

/** Rows asked at once: enough to fill a block of products, few enough to hold them. */
const AT_ONCE = 32

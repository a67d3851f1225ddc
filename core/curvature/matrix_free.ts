import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../failure/mod.ts"

/**
 * A computation on a symmetric matrix that is only known by its products, which may take their time: yields vectors, and wants
 * the matrix times each of them, in that order. What it yields it does not change any more.
 *
 * - Shapes: each vector and each product `[n]`.
 */
export type MatrixFree<A> = Generator<readonly Float64Array[], A, readonly Float64Array[]>

/**
 * Runs a computation where products are at hand.
 *
 * @example The largest eigenvalue of diag(3, 1)
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { curvature } from "policygradex"
 *
 * const diagonal = (v: Float64Array) => Float64Array.of(3 * v[0]!, v[1]!)
 * const found = curvature.byProducts(curvature.lanczos(Float64Array.of(1, 1)), diagonal)
 * E.map((l: curvature.Lanczos) => Math.round(1e9 * l.values[0]!) / 1e9)(found) // => right(3)
 * ```
 */
export const byProducts = <A>(computation: MatrixFree<A>, product: (v: Float64Array) => Float64Array): A => {
  let at = computation.next()
  while (at.done !== true) at = computation.next(at.value.map(product))
  return at.value
}

/** Several computations on one matrix in lock-step: what all of them ask at a time is asked at once. */
export function* together<A>(computations: readonly MatrixFree<A>[]): MatrixFree<readonly A[]> {
  const at = computations.map((c) => c.next())
  for (;;) {
    const asked = at.map((a) => (a.done === true ? [] : a.value))
    if (at.every((a) => a.done === true)) return at.flatMap((a) => (a.done === true ? [a.value] : []))
    const products = yield asked.flat()
    let first = 0
    for (const [i, computation] of computations.entries()) {
      if (at[i]!.done === true) continue
      const next = first + asked[i]!.length
      at[i] = computation.next(products.slice(first, next))
      first = next
    }
  }
}

/** A diagonal block of a matrix, such as the one of a layer. */
export interface Block {
  /** Its first row. */
  readonly offset: number
  readonly size: number
}

/**
 * A computation on a diagonal block, as one on the whole matrix of n rows.
 *
 *     A_BB u = (A E_B u)_B,    E_B u = u in the block's rows and 0 elsewhere
 *
 * - Source: the definition.
 */
export function* withinBlock<A>(computation: MatrixFree<A>, { offset, size }: Block, n: number): MatrixFree<A> {
  let at = computation.next()
  while (at.done !== true) {
    const products = yield at.value.map((v) => {
      const whole = new Float64Array(n)
      whole.set(v, offset)
      return whole
    })
    at = computation.next(products.map((p) => p.subarray(offset, offset + size)))
  }
  return at.value
}

/** The products, if there is one for each vector that was asked and all are finite. */
export const checkedProducts = (
  doing: string,
  asked: readonly Float64Array[],
  products: readonly Float64Array[]
): E.Either<ArgumentError, readonly Float64Array[]> => {
  if (products.length !== asked.length) {
    return cannot(doing, `${asked.length} products, one for each vector`, String(products.length))
  }
  for (const [i, product] of products.entries()) {
    const n = asked[i]!.length
    if (product.length !== n) return cannot(doing, `products of ${n} numbers`, String(product.length))
    const odd = firstBroken(product)
    if (odd >= 0) {
      return cannot(
        doing,
        "products of finite numbers",
        `${product[odd]} in row ${odd}`,
        "look for NaN in the parameters or the data"
      )
    }
  }
  return E.right(products)
}

/** The first number that is not finite, or −1; a plain loop, as this passes over every product. */
const firstBroken = (x: Float64Array): number => {
  for (let i = 0; i < x.length; i++) if (!Number.isFinite(x[i]!)) return i
  return -1
}

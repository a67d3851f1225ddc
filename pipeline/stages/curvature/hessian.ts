/** Hessians of the policy-gradient loss by a session: whole, and of single transitions. */
import { Effect } from "effect"
import type { MatrixFree } from "../../../core/curvature/mod.ts"
import type { Floats } from "../../../core/random/mod.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import { realOf } from "../../../core/service/real.ts"
import { type Numbers, Session, type SessionFailure } from "../../../core/service/session.ts"
import { type LossPolicy, type LossRows, lossProgram, productsProgram, rowProductsProgram } from "./loss.ts"

/** Products of a symmetric matrix with some vectors, in their order. */
export type Products = (vectors: readonly Float64Array[]) => Effect.Effect<readonly Float64Array[], SessionFailure>

/** Runs a computation on the matrix whose products these are. */
export const answered = Effect.fnUntraced(function* <A>(computation: MatrixFree<A>, products: Products) {
  let at = computation.next()
  while (at.done !== true) at = computation.next(yield* products(at.value))
  return at.value
})

/** Rows a call. */
const ROWS = 256

/**
 * Vectors a call, where there are so many: eight share the pass over the rows that does not depend on them, and their products are
 * one larger one. A product then takes 0.6 of the time of one alone (native and wasm, three layers of 64); sixteen are no faster.
 */
const VECTORS = 8

/** Rows a call where each has a vector of its own. */
const OWN_ROWS = 64

/** What of a θ's loss can be asked, while the scope lives. */
export interface LossAt {
  /** The loss of every row. */
  readonly losses: Effect.Effect<Float64Array, SessionFailure>
  /** Products of the mean loss's Hessian. */
  readonly products: Products
}

/** Makes ready to ask for the loss of a policy: its programs are compiled once, for any θ and rows. */
export const lossOf = Effect.fnUntraced(function* (policy: LossPolicy) {
  const session = yield* Session
  const Real = realOf(session)
  const each = yield* session.compile(yield* fromEither(lossProgram(policy, ROWS)))
  const single = yield* session.compile(yield* fromEither(productsProgram(policy, ROWS, 1)))
  const several = yield* session.compile(yield* fromEither(productsProgram(policy, ROWS, VECTORS)))

  return (theta: Numbers, rows: LossRows): LossAt => {
    const chunks = chunksOf(policy, rows, ROWS, Real)
    const losses = Effect.gen(function* () {
      const out = new Float64Array(rows.count)
      for (const { from, count, inputs } of chunks) {
        const { each: found } = yield* each.run({ theta, ...inputs })
        out.set(found.subarray(0, count), from)
      }
      return out
    })
    const products: Products = Effect.fnUntraced(function* (vectors) {
      const out = vectors.map(() => new Float64Array(policy.size))
      for (let first = 0; first < vectors.length; ) {
        const size = vectors.length - first >= VECTORS / 2 ? VECTORS : 1
        const together = vectors.slice(first, first + size)
        const packed = new Real(size * policy.size)
        for (const [i, v] of together.entries()) packed.set(v, i * policy.size)
        const call = size === 1 ? single : several
        for (const { inputs } of chunks) {
          const { "hvp.theta": found } = yield* call.run({ theta, ...inputs, "v.theta": packed })
          for (const [i] of together.entries()) add(out[first + i]!, found, i * policy.size)
        }
        first += together.length
        yield* Effect.yieldNow
      }
      return out
    })
    return { losses, products }
  }
})

/** Products of the Hessian of each of these rows' own losses with a vector of its own. */
export const rowProductsOf = Effect.fnUntraced(function* (policy: LossPolicy) {
  const session = yield* Session
  const Real = realOf(session)
  const own = yield* session.compile(yield* fromEither(rowProductsProgram(policy, OWN_ROWS)))
  return (theta: Numbers, rows: LossRows): Products => {
    const chunks = chunksOf(policy, rows, OWN_ROWS, Real)
    return Effect.fnUntraced(function* (vectors) {
      const out: Float64Array[] = []
      for (const { from, count, inputs } of chunks) {
        const packed = new Real(OWN_ROWS * policy.size)
        for (let i = 0; i < count; i++) packed.set(vectors[from + i]!, i * policy.size)
        const { "hvp.theta": found } = yield* own.run({
          theta,
          ...inputs,
          weight: new Real(OWN_ROWS).fill(1),
          "v.theta": packed
        })
        for (let i = 0; i < count; i++)
          out.push(Float64Array.from(found.subarray(i * policy.size, (i + 1) * policy.size)))
        yield* Effect.yieldNow
      }
      return out
    })
  }
})

const add = (out: Float64Array, from: Floats, start: number): void => {
  for (let i = 0; i < out.length; i++) out[i] = out[i]! + from[start + i]!
}

/** The rows as inputs of a program for `size` of them; those that fill up weigh nothing. */
const chunksOf = (
  policy: LossPolicy,
  { count: all, observation, action, logProb, advantage }: LossRows,
  size: number,
  Real: Float32ArrayConstructor | Float64ArrayConstructor
) =>
  Array.from({ length: Math.ceil(all / size) }, (_, c) => {
    const from = c * size
    const count = Math.min(size, all - from)
    const part = (x: Floats, width: number) => {
      const out = new Real(size * width)
      out.set(x.subarray(from * width, (from + count) * width))
      return out
    }
    const inputs = {
      observation: part(observation, policy.inputs),
      action: part(action, policy.actionSize),
      logProb: part(logProb, 1),
      advantage: part(advantage, 1),
      weight: new Real(size).fill(1 / all, 0, count)
    }
    return { from, count, inputs }
  })

/** The natural-gradient step: as far as policies may move, and no further. */
import { Effect, Schema } from "effect"
import { conjugateGradientSteps } from "../../core/linalg/mod.ts"
import { gradients, mean, pullback, pushforward, stopGradient, type Tensor } from "../../core/program/mod.ts"
import { count, number } from "../../core/service/setting.ts"
import type { Policy } from "../policy.ts"

/** How far a step may go, and how it is looked for. */
export const TrustRegion = Schema.Struct({
  kl: number(1e-8, 10, "δ: the policies move by at most this KL divergence, mean over states and tasks"),
  damping: number(0, 1e3, "ξ: added to the Fisher matrix's diagonal"),
  iterations: count(1, 1000, "of conjugate gradients"),
  shrink: number(0.01, 0.99, "each try of the line search is this much shorter than the last"),
  tries: count(1, 100, "of the line search")
})
export type TrustRegion = typeof TrustRegion.Type

type HeadTensors = Readonly<Record<string, Tensor>>

/** The same numbers, through which no derivative passes. */
const fixed = (head: HeadTensors): HeadTensors =>
  Object.fromEntries(Object.entries(head).map(([name, part]) => [name, stopGradient(part)]))

/**
 * The product of a direction v with the Fisher matrix of a policy, whose head depends on what is learned in any way.
 *
 *     F v = Jᵀ M J v,   J = ∂h/∂w,   M = ∇²_h KL(h_old ‖ h) at h_old
 *
 * That is ∇²_w KL exactly, since ∇_h KL = 0 at h_old; J v is one forward pass, Jᵀ one backward pass, and no matrix is ever
 * made.
 *
 * - Shapes: `seeds` are the parts of w with v's; the result has those parts.
 * - Source: Schulman et al., arXiv:1502.05477, appendix C.
 */
export const fisherProduct = (
  policy: Policy,
  head: HeadTensors,
  seeds: readonly { readonly of: Tensor; readonly tangent: Tensor }[]
): readonly Tensor[] => {
  const parts = Object.values(head)
  const along = pushforward(parts, seeds)
  const slopes = gradients(mean(policy.kl(fixed(head), head)), parts)
  const bent = pushforward(
    slopes,
    parts.map((of, i) => ({ of, tangent: along[i]! }))
  )
  return pullback(
    parts.map((of, i) => ({ of, cotangent: bent[i]! })),
    seeds.map((s) => s.of)
  )
}

/** What a trial step showed, mean over tasks. */
export interface Trial {
  readonly loss: number
  readonly kl: number
}

/** The step that was taken; all 0 where none was better. */
export interface TrustStep {
  /** w' − w. */
  readonly step: Float64Array
  /** L(w) − L(w'), never negative. */
  readonly improvement: number
  /** KL(π_w ‖ π_w'), at most δ. */
  readonly kl: number
  /** Trials that were not good enough. */
  readonly refused: number
  /** ‖(F + ξI) x + g‖ / ‖g‖ of the direction. */
  readonly residual: number
}

/**
 * The longest good step along the natural gradient.
 *
 *     (F + ξI) x = −g,   s = √(2δ / xᵀ(F + ξI)x)·x,   w' = w + βʲ s  for the first j with  L(w') < L(w),  KL ≤ δ
 *
 * - Shapes: g, x `[metaSize]`. `multiply(p)` gives F p, `attempt(step)` what w + step is worth.
 * - Source: Schulman et al., arXiv:1502.05477, appendix C.
 */
export const trustStep = Effect.fn("trustStep")(function* <Failure>(
  { kl: most, damping, iterations, shrink, tries }: TrustRegion,
  gradient: Float64Array,
  multiply: (p: Float64Array) => Effect.Effect<Float64Array, Failure>,
  attempt: (step: Float64Array) => Effect.Effect<Trial, Failure>
) {
  const still = { step: new Float64Array(gradient.length), improvement: 0, kl: 0 }
  const solving = conjugateGradientSteps(
    gradient.map((g) => -g),
    { maxIterations: iterations }
  )
  let asked = solving.next()
  while (asked.done !== true) {
    const p = asked.value
    const product = yield* multiply(p)
    asked = solving.next(product.map((v, i) => v + damping * p[i]!))
  }
  const { x, remainder, residual } = asked.value
  // (F + ξI) x is what the remainder lacks of −g.
  const square = x.reduce((sum, v, i) => sum - v * (gradient[i]! + remainder[i]!), 0)
  if (!(square > 0)) return { ...still, refused: 0, residual } satisfies TrustStep
  const { loss: before } = yield* attempt(still.step)
  const longest = Math.sqrt((2 * most) / square)
  for (let j = 0, scale = longest; j < tries; j++, scale *= shrink) {
    const step = x.map((v) => scale * v)
    const { loss, kl } = yield* attempt(step)
    if (loss < before && kl <= most) {
      return { step, improvement: before - loss, kl, refused: j, residual } satisfies TrustStep
    }
  }
  return { ...still, refused: tries, residual } satisfies TrustStep
})

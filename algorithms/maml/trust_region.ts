/** The natural-gradient step of MAML-TRPO: as far as the adapted policies may move, and no further. */
import { Effect } from "effect"
import { conjugateGradientSteps } from "../../core/linalg/mod.ts"
import {
  concat,
  gradients,
  mean,
  program,
  pullback,
  pushforward,
  type Shape,
  slice,
  stopGradient,
  type Tensor
} from "../../core/program/mod.ts"
import type { Maml } from "./config.ts"
import { adaptation, at, type MetaObjective, metaShapes, metaSize, outerLoss, samplesOf } from "./mathematics.ts"

/**
 * One task's product of a direction v with the Fisher matrix of its adapted policy, as a function of what is learned.
 *
 *     F v = Jᵀ M J v,   J = ∂h/∂w,   h = head(θᴷ(w)) on the states after adaptation,   M = ∇²_h KL(h_old ‖ h) at h_old
 *
 * That is ∇²_w KL exactly, since ∇_h KL = 0 at h_old; J v is one forward pass through the whole adaptation, Jᵀ one
 * backward pass, and no matrix is ever made.
 *
 * - Shapes: w = θ, then α where it is learned; `direction`, `product` `[metaSize]`.
 * - Source: Schulman et al., arXiv:1502.05477, appendix C; Finn et al., arXiv:1703.03400, section 5.3.
 */
export const fisherProgram = ({ config: c, order, policy, n }: MetaObjective) => {
  const shapes: Record<string, Shape> = { ...metaShapes(c, policy, n), direction: [metaSize(c, policy)] }
  return program("maml.fisher", shapes, (x) => {
    const start = at(x)
    const samples = samplesOf(x, c.inner.steps)
    const { adapted } = adaptation(c, order, policy, start, samples)
    const p = policy.size
    const learned = c.inner.learnRates ? [start.theta, start.rate] : [start.theta]
    const seeds = learned.map((of, i) => ({ of, tangent: slice(x.direction!, [i * p], [p]) }))
    const head = policy.head(adapted, samples[samples.length - 1]!.observation)
    const parts = Object.values(head)
    const along = pushforward(parts, seeds)
    const slopes = gradients(mean(policy.kl(fixed(head), head)), parts)
    const bent = pushforward(
      slopes,
      parts.map((of, i) => ({ of, tangent: along[i]! }))
    )
    const product = pullback(
      parts.map((of, i) => ({ of, cotangent: bent[i]! })),
      learned
    )
    return { product: concat(product, 0) }
  })
}

/** One task's loss after adaptation, and how far its adapted policy is from what it was at `old` parameters. */
export const trialProgram = ({ config: c, order, policy, n }: MetaObjective) => {
  const p = [policy.size]
  const shapes: Record<string, Shape> = { score: [], ...metaShapes(c, policy, n), oldTheta: p, oldRate: p }
  return program("maml.trial", shapes, (x) => {
    const samples = samplesOf(x, c.inner.steps)
    const { observation } = samples[samples.length - 1]!
    const way = adaptation(c, order, policy, at(x), samples)
    const was = adaptation(c, order, policy, { theta: x.oldTheta!, rate: x.oldRate! }, samples)
    const kl = mean(policy.kl(policy.head(was.adapted, observation), policy.head(way.adapted, observation)))
    return { loss: outerLoss(c, policy, samples, way, x.score!), kl }
  })
}

const fixed = (head: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(Object.entries(head).map(([name, part]) => [name, stopGradient(part)]))

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
export const trustStep = Effect.fn("maml.trustStep")(function* <Failure>(
  { kl: most, damping, iterations, shrink, tries }: Maml["outer"]["trust"],
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

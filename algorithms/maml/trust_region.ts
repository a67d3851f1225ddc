/** What MAML-TRPO's step asks of the adapted policies: products with their Fisher matrix, and trials. */
import { concat, mean, program, type Shape, slice } from "../../core/program/mod.ts"
import { fisherProduct } from "../meta/trust_region.ts"
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
    const product = fisherProduct(policy, head, seeds)
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

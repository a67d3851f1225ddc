/** The within-task problem on one rollout, as tensors: what adaptation makes less. */

import { adam } from "../../core/optim/mod.ts"
import {
  add,
  exp,
  gradients,
  mean,
  mul,
  neg,
  norm,
  program,
  type Shape,
  sigmoid,
  square,
  sub,
  sum,
  type Tensor
} from "../../core/program/mod.ts"
import { partShapes, type Sample } from "../meta/sample.ts"
import type { Policy } from "../policy.ts"
import type { BoMrl } from "./config.ts"

/** What is solved for one task: its policy, and n transitions of the meta-policy. */
export interface InnerProblem {
  readonly config: BoMrl
  readonly policy: Policy
  readonly n: number
}

/**
 * What a rollout says of π_θ's return: the mean of h(ρ)·A, ρ = π_θ(a|s)/π_ϕ(a|s).
 *
 *     saturating: h(x) = 2/(1 + e^{−2(x − 1)}),   ratio: h(x) = x,   linear: h(ρ)·A ≈ gᵀθ, g = ∇_ϕ mean ρ·A
 *
 * h(1) = h′(1) = 1: all three have one gradient at ϕ. Differs: advantages in place of Q, which differ by what no action changes
 * where h is linear.
 *
 * - Source: Xu and Zhu, NeurIPS 2024, eq. (2), (7) and (9).
 */
const surrogate = ({ config, policy }: InnerProblem, s: Sample, theta: Tensor, phi: Tensor): Tensor => {
  const ratioAt = (at: Tensor) => exp(sub(policy.logProb(at, s.observation, s.action).logProb, s.logProb))
  if (config.inner.surrogate === "linear") {
    const [g] = gradients(mean(mul(ratioAt(phi), s.advantage)), [phi])
    return sum(mul(g!, theta))
  }
  const ratio = ratioAt(theta)
  const worth = config.inner.surrogate === "ratio" ? ratio : mul(sigmoid(mul(sub(ratio, 1), 2)), 2)
  return mean(mul(worth, s.advantage))
}

/** D² on a rollout's states. Source: Xu and Zhu, NeurIPS 2024, section 3. */
const distance = ({ config, policy }: InnerProblem, s: Sample, theta: Tensor, phi: Tensor): Tensor => {
  const kind = config.inner.distance
  if (kind === "D3") return sum(square(sub(theta, phi)))
  const [adapted, meta] = [policy.head(theta, s.observation), policy.head(phi, s.observation)]
  return mean(kind === "D1" ? policy.kl(meta, adapted) : policy.kl(adapted, meta))
}

/**
 * The inner objective, to be made small: λ·D²(π_ϕ, π_θ) − mean h(ρ)·A.
 *
 * - Shapes: θ, ϕ `[p]`; the result `[]`.
 * - Source: Xu and Zhu, NeurIPS 2024, eq. (7), whose argmin is meant of this.
 */
export const innerObjective = (problem: InnerProblem, s: Sample, theta: Tensor, phi: Tensor): Tensor =>
  add(mul(distance(problem, s, theta, phi), problem.config.inner.lambda), neg(surrogate(problem, s, theta, phi)))

const optimizer = adam()

/** θ and ϕ of one task, and its rollout. */
export const innerShapes = ({ policy, n }: InnerProblem): Readonly<Record<string, Shape>> => ({
  theta: [policy.size],
  phi: [policy.size],
  ...partShapes(policy, n)
})

/** The rollout among the inputs of a program with {@link innerShapes}. */
export const sampleOf = (x: Readonly<Record<string, Tensor>>): Sample => ({
  observation: x.observation!,
  action: x.action!,
  logProb: x.logProb!,
  advantage: x.advantage!
})

/** Names and sizes of what Adam carries from one inner step to the next; all 0 at the first. */
export const innerState = (policy: Policy): Readonly<Record<string, Shape>> => optimizer.state(policy.size)

/** One step of Adam down the inner objective. Source: Xu and Zhu, NeurIPS 2024, algorithm 2, line 5. */
export const adamProgram = (problem: InnerProblem) => {
  const shapes: Record<string, Shape> = { ...innerShapes(problem), ...innerState(problem.policy) }
  return program("bilevel.adam", shapes, (x) => {
    const [grad] = gradients(innerObjective(problem, sampleOf(x), x.theta!, x.phi!), [x.theta!])
    const state = { m: x.m!, v: x.v!, correction: x.correction! }
    const next = optimizer.step({ theta: x.theta!, grad: grad!, rate: problem.config.inner.rate }, state)
    return { theta: next.theta, ...next.state }
  })
}

/** The certificate of a solution: the inner objective and the norm of its gradient, both `[]`. */
export const certificateProgram = (problem: InnerProblem) =>
  program("bilevel.certificate", innerShapes(problem), (x) => {
    const objective = innerObjective(problem, sampleOf(x), x.theta!, x.phi!)
    const [grad] = gradients(objective, [x.theta!])
    return { objective, gradientNorm: norm(grad!) }
  })

/** The within-task problem on one rollout, as tensors: what adaptation makes less. */

import { adam } from "../../core/optim/mod.ts"
import {
  exp,
  gradients,
  mean,
  mul,
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
import type { Policy, PolicyTrace } from "../policy.ts"
import type { BoMrl } from "./config.ts"

/** What is solved for one task: its policy, and n transitions of the meta-policy. */
export interface InnerProblem {
  readonly config: BoMrl
  readonly policy: Policy
  readonly n: number
}

/** π_θ on a rollout: one pass through the network serves the surrogate and the distance. */
type Trace = Pick<PolicyTrace, "logProb" | "head">

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
const surrogate = (
  kind: BoMrl["inner"]["surrogate"],
  s: Sample,
  adapted: Trace,
  meta: Trace,
  { theta, phi }: Point
) => {
  const ratioOf = ({ logProb }: Trace) => exp(sub(logProb, s.logProb))
  if (kind === "linear") {
    const [g] = gradients(mean(mul(ratioOf(meta), s.advantage)), [phi])
    return sum(mul(g!, theta))
  }
  const ratio = ratioOf(adapted)
  const worth = kind === "ratio" ? ratio : mul(sigmoid(mul(sub(ratio, 1), 2)), 2)
  return mean(mul(worth, s.advantage))
}

/** Where the inner objective is taken. */
interface Point {
  readonly theta: Tensor
  readonly phi: Tensor
}

/**
 * The inner objective, to be made small: λ·D²(π_ϕ, π_θ) − mean h(ρ)·A.
 *
 * - Shapes: θ, ϕ `[p]`; the result `[]`.
 * - Source: Xu and Zhu, NeurIPS 2024, eq. (7), whose argmin is meant of this; section 3 for D.
 */
export const innerObjective = ({ config, policy }: InnerProblem, s: Sample, theta: Tensor, phi: Tensor): Tensor => {
  const { distance, lambda } = config.inner
  const [adapted, meta] = [theta, phi].map((at) => policy.logProb(at, s.observation, s.action))
  const apart =
    distance === "D3"
      ? sum(square(sub(theta, phi)))
      : mean(distance === "D1" ? policy.kl(meta!.head, adapted!.head) : policy.kl(adapted!.head, meta!.head))
  return sub(mul(apart, lambda), surrogate(config.inner.surrogate, s, adapted!, meta!, { theta, phi }))
}

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

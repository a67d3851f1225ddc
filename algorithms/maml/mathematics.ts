/** What a meta-learner computes, as programs: the adaptation, the meta-gradient of one task, and the outer step. */
import { clipNorm, type Optimizer } from "../../core/optim/mod.ts"
import {
  add,
  concat,
  div,
  gradients,
  mean,
  mul,
  norm,
  program,
  reshape,
  type Shape,
  slice,
  sub,
  type Tensor
} from "../../core/program/mod.ts"
import { combination } from "../combination.ts"
import {
  clippedLoss,
  divergence,
  type Loss,
  partShapes,
  parts,
  policyGradientLoss,
  type Sample
} from "../meta/sample.ts"
import type { Policy } from "../policy.ts"
import { adapt } from "./adaptation.ts"
import type { Maml, Order } from "./config.ts"

/** Numbers that are learned: θ, then α where it is learned. */
export const metaSize = (c: Maml, policy: Policy): number => (c.inner.learnRates ? 2 : 1) * policy.size

/** What the inner learner makes less on one rollout, once an epoch. */
const innerLosses = ({ inner }: Maml, policy: Policy, s: Sample): readonly Loss[] => {
  const loss =
    inner.learner === "ppo" ? clippedLoss(policy, inner.clip, s) : policyGradientLoss(policy, inner.objective, s)
  return new Array<Loss>(inner.epochs).fill(loss)
}

/** The adaptation to one rollout of a task: θ ← θ − α ⊙ ∇L(θ), once an epoch; α a number for each parameter. */
export const adaptProgram = (c: Maml, policy: Policy, n: number) =>
  program("maml.adapt", { theta: [policy.size], rate: [policy.size], ...partShapes(policy, n) }, (x) => ({
    theta: adapt(x.theta, innerLosses(c, policy, x), x.rate, "first")
  }))

/** The meta-objective of one task: how it is adapted and what its adapted policy is to do, from rollouts of n transitions. */
export interface MetaObjective {
  readonly config: Maml
  readonly order: Order
  readonly policy: Policy
  readonly n: number
}

/** Figures of one task's meta-gradient, each an output: L(θᴷ), KL(π_old ‖ π_θᴷ) after adaptation, ‖gradient‖. */
export const metricNames = ["loss", "kl", "gradientNorm"] as const

/**
 * The meta-gradient of one task, from a rollout before each of K inner steps and one after the last.
 *
 *     second:   ∇_θ L(θᴷ),   θᴷ adapted from θ by {@link adapt}: exact, through all inner steps
 *     first:    ∇L(θᴷ)
 *     reptile:  (θ − θᴷ⁺¹)/α, the last rollout used for one more inner step
 *
 *     L(θᴷ) = L_outer(θᴷ) + η/K·Σ_k KL(π_oldᵏ ‖ π_θᵏ) − c·score·1/K·Σ_k mean log π_θᵏ(aᵏ|sᵏ)
 *
 * The last term credits what was done before adaptation with what came of it afterwards: `score` is the task's mean
 * return after adaptation, standardised over tasks.
 *
 * - Shapes: θ and α (`rate`) `[p]`; `score` and all metrics `[]`; sample k as {@link partShapes}; `gradient` `[metaSize]`, θ's then α's.
 * - Source: Finn et al., arXiv:1703.03400, algorithm 3; Nichol et al., arXiv:1803.02999, algorithm 2; the penalty from
 *   Rothfuss et al., arXiv:1810.06784, eq. 12; the last term from Stadie et al., arXiv:1803.01118, eq. 4.
 */
export const metaGradientProgram = ({ config: c, order, policy, n }: MetaObjective) => {
  const shapes: Record<string, Shape> = { score: [], ...metaShapes(c, policy, n) }
  return program("maml.metaGradient", shapes, (x) => {
    const { theta, rate } = at(x)
    const samples = samplesOf(x, c.inner.steps)
    const way = adaptation(c, order, policy, { theta, rate }, samples)
    const last = samples[samples.length - 1]!
    const kl = divergence(policy, last)(way.adapted)
    if (order === "reptile") {
      const losses = innerLosses(c, policy, last)
      const end = adapt(way.adapted, losses, rate, "first")
      const gradient = div(sub(theta, end), c.inner.rate)
      return { loss: losses[0]!(way.adapted), kl, gradient, gradientNorm: norm(gradient) }
    }
    const loss = outerLoss(c, policy, samples, way, x.score!)
    const gradient = concat(gradients(loss, c.inner.learnRates ? [theta, rate] : [theta]), 0)
    return { loss, kl, gradient, gradientNorm: norm(gradient) }
  })
}

/** θ and α, and all rollouts of one task: inputs of a program that takes the adaptation anew. */
export const metaShapes = (c: Maml, policy: Policy, n: number): Readonly<Record<string, Shape>> => {
  const shapes: Record<string, Shape> = { theta: [policy.size], rate: [policy.size] }
  for (let k = 0; k <= c.inner.steps; k++) for (const part of parts) shapes[part + k] = partShapes(policy, n)[part]
  return shapes
}

type Inputs = Readonly<Record<string, Tensor>>

/** Where a program with {@link metaShapes} starts from. */
export const at = (x: Inputs): Point => ({ theta: x.theta!, rate: x.rate! })

/** What is learned: the parameters to adapt from, and the step sizes. */
export interface Point {
  readonly theta: Tensor
  readonly rate: Tensor
}

/** The rollouts among a program's inputs. */
export const samplesOf = (x: Inputs, steps: number): readonly Sample[] =>
  Array.from({ length: steps + 1 }, (_, k) => ({
    observation: x[`observation${k}`]!,
    action: x[`action${k}`]!,
    logProb: x[`logProb${k}`]!,
    advantage: x[`advantage${k}`]!
  }))

/** The way of one task's parameters: θ⁰, θ¹, …, θᴷ, each rollout's own; the last is `adapted`. */
export const adaptation = (
  c: Maml,
  order: Order,
  policy: Policy,
  { theta, rate }: Point,
  samples: readonly Sample[]
): { readonly path: readonly Tensor[]; readonly adapted: Tensor } => {
  const path = [theta]
  let adapted = theta
  for (const s of samples.slice(0, -1)) {
    adapted = adapt(adapted, innerLosses(c, policy, s), rate, order === "second" ? "second" : "first")
    path.push(adapted)
  }
  return { path, adapted }
}

/** What the outer learner makes less for one task, as the equation of {@link metaGradientProgram} has it. */
export const outerLoss = (
  c: Maml,
  policy: Policy,
  samples: readonly Sample[],
  { path, adapted }: ReturnType<typeof adaptation>,
  score: Tensor
): Tensor => {
  const before = samples.slice(0, -1)
  const after = samples[samples.length - 1]!
  const { learner, clip, klPenalty, exploration } = c.outer
  const loss = learner === "ppo" ? clippedLoss(policy, clip, after) : policyGradientLoss(policy, "ratio", after)
  let total = loss(adapted)
  for (const [k, s] of before.entries()) {
    const theta = path[k]!
    if (klPenalty > 0) total = add(total, mul(divergence(policy, s)(theta), klPenalty / before.length))
    if (exploration > 0) {
      const { logProb } = policy.logProb(theta, s.observation, s.action)
      total = sub(total, mul(mul(score, mean(logProb)), exploration / before.length))
    }
  }
  return total
}

/**
 * One outer step: the optimiser's on the weighted mean of the tasks' meta-gradients.
 *
 *     g = Σ_i w_i g_i,   scaled down to a norm of at most `maxGradientNorm`
 *
 * - Shapes: `gradient` `[tasks, metaSize]`; `weight` `[tasks]`; `gradientNorm` `[]`, before the scaling.
 */
export const outerProgram = (c: Maml, optimizer: Optimizer<string>, policy: Policy, tasks: number) => {
  const size = metaSize(c, policy)
  const p = policy.size
  const shapes = { theta: [p], rate: [p], ...optimizer.state(size), gradient: [tasks, size], weight: [tasks] }
  return program("maml.outer", shapes, (x) => {
    const raw = combination(x.weight, reshape(x.gradient, [tasks * size]), [size])
    const limit = c.outer.maxGradientNorm
    const grad = limit === "off" ? raw : clipNorm(raw, limit).grad
    const learned = c.inner.learnRates ? concat([x.theta, x.rate], 0) : x.theta
    const next = optimizer.step({ theta: learned, grad, rate: c.outer.learningRate }, x)
    const rate = c.inner.learnRates ? slice(next.theta, [p], [p]) : x.rate
    return { theta: slice(next.theta, [0], [p]), rate, ...next.state, gradientNorm: norm(raw) }
  })
}

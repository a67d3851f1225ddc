/** What a meta-learner computes, as programs: the adaptation, the meta-gradient of one task, and the outer step. */
import { adam, clipNorm } from "../../core/optim/mod.ts"
import {
  add,
  concat,
  div,
  gradients,
  matmul,
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
import type { Policy } from "../policy.ts"
import { adapt, clippedLoss, divergence, type Loss, policyGradientLoss, type Sample } from "./adaptation.ts"
import type { Maml, Order } from "./config.ts"

const optimiser = adam()

/** Adam's state for n parameters, all starting at 0. */
export const momentShapes = optimiser.state

/** The parts of a sample, in the order in which programs name them: `observation0`, … for the first rollout. */
export const parts = ["observation", "action", "logProb", "advantage"] as const

/** The shape of each part of n transitions. */
export const partShapes = (policy: Policy, n: number): Readonly<Record<(typeof parts)[number], Shape>> => ({
  observation: [n, policy.inputs],
  action: policy.actionShape(n),
  logProb: [n],
  advantage: [n]
})

/** Numbers that are learned: θ, then α where it is learned. */
export const metaSize = (c: Maml, policy: Policy): number => (c.inner.learnRates ? 2 : 1) * policy.size

/** One step of the adaptation to one task: θ ← θ − α ⊙ ∇L(θ); α a number for each parameter. */
export const adaptProgram = (c: Maml, policy: Policy, n: number) =>
  program("maml.adapt", { theta: [policy.size], rate: [policy.size], ...partShapes(policy, n) }, (x) => ({
    theta: adapt(x.theta, [policyGradientLoss(policy, c.inner.objective, x)], x.rate, "first")
  }))

/** Figures of one task's meta-gradient, each an output: L(θᴷ), KL(π_old ‖ π_θᴷ) after adaptation, ‖gradient‖. */
export const figures = ["loss", "kl", "gradientNorm"] as const

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
 * - Shapes: θ and α (`rate`) `[p]`; `score` and all figures `[]`; sample k as {@link partShapes}; `gradient` `[metaSize]`, θ's then α's.
 * - Source: Finn et al., arXiv:1703.03400, algorithm 3; Nichol et al., arXiv:1803.02999, algorithm 2; the penalty from
 *   Rothfuss et al., arXiv:1810.06784, eq. 12; the last term from Stadie et al., arXiv:1803.01118, eq. 4.
 */
export const metaGradientProgram = (c: Maml, order: Order, policy: Policy, n: number) => {
  const { steps } = c.inner
  const shapes: Record<string, Shape> = { theta: [policy.size], rate: [policy.size], score: [] }
  for (let k = 0; k <= steps; k++) for (const part of parts) shapes[part + k] = partShapes(policy, n)[part]
  return program("maml.metaGradient", shapes, (x) => {
    const samples = Array.from(
      { length: steps + 1 },
      (_, k): Sample => ({
        observation: x[`observation${k}`]!,
        action: x[`action${k}`]!,
        logProb: x[`logProb${k}`]!,
        advantage: x[`advantage${k}`]!
      })
    )
    const out = metaGradient(c, order, policy, { theta: x.theta!, rate: x.rate! }, samples, x.score!)
    return { ...out, gradientNorm: norm(out.gradient) }
  })
}

const metaGradient = (
  c: Maml,
  order: Order,
  policy: Policy,
  { theta: start, rate }: { readonly theta: Tensor; readonly rate: Tensor },
  samples: readonly Sample[],
  score: Tensor
) => {
  const before = samples.slice(0, -1)
  const after = samples[samples.length - 1]!
  const inner = samples.map((s) => policyGradientLoss(policy, c.inner.objective, s))
  // θ⁰, θ¹, …, θᴷ: each sample's own policy.
  const path = [start]
  for (const loss of inner.slice(0, -1)) {
    path.push(adapt(path[path.length - 1]!, [loss], rate, order === "second" ? "second" : "first"))
  }
  const adapted = path[path.length - 1]!
  const kl = divergence(policy, after)(adapted)
  if (order === "reptile") {
    const end = adapt(adapted, inner.slice(-1), rate, "first")
    return { loss: inner[inner.length - 1]!(adapted), kl, gradient: div(sub(start, end), c.inner.rate) }
  }
  const outer: Loss =
    c.outer.objective === "ppo" ? clippedLoss(policy, c.outer.clip, after) : policyGradientLoss(policy, "ratio", after)
  const loss = outer(adapted)
  let total = loss
  for (const [k, s] of before.entries()) {
    const theta = path[k]!
    if (c.outer.klPenalty > 0) {
      total = add(total, mul(divergence(policy, s)(theta), c.outer.klPenalty / before.length))
    }
    if (c.outer.exploration > 0) {
      const { logProb } = policy.logProb(theta, s.observation, s.action)
      total = sub(total, mul(mul(score, mean(logProb)), c.outer.exploration / before.length))
    }
  }
  return { loss: total, kl, gradient: concat(gradients(total, c.inner.learnRates ? [start, rate] : [start]), 0) }
}

/**
 * One outer step: Adam on the weighted mean of the tasks' meta-gradients.
 *
 *     g = Σ_i w_i g_i,   scaled down to a norm of at most `maxGradientNorm`
 *
 * - Shapes: `gradient` `[tasks, metaSize]`; `weight` `[tasks]`; `gradientNorm` `[]`, before the scaling.
 */
export const outerProgram = (c: Maml, policy: Policy, tasks: number) => {
  const size = metaSize(c, policy)
  const p = policy.size
  const shapes = { theta: [p], rate: [p], ...optimiser.state(size), gradient: [tasks, size], weight: [tasks] }
  return program("maml.outer", shapes, (x) => {
    const raw = reshape(matmul(reshape(x.weight, [1, tasks]), x.gradient), [size])
    const limit = c.outer.maxGradientNorm
    const grad = limit === "off" ? raw : clipNorm(raw, limit).grad
    const { m, v, correction } = x
    const learned = c.inner.learnRates ? concat([x.theta, x.rate], 0) : x.theta
    const next = optimiser.step({ theta: learned, grad, rate: c.outer.learningRate }, { m, v, correction })
    const rate = c.inner.learnRates ? slice(next.theta, [p], [p]) : x.rate
    return { theta: slice(next.theta, [0], [p]), rate, ...next.state, gradientNorm: norm(raw) }
  })
}

/** What SAC computes, as programs: no numbers, no device. */
import { type Layout, layout } from "../../core/network/mod.ts"
import {
  add,
  constant,
  exp,
  less,
  logSoftmax,
  mul,
  neg,
  program,
  square,
  sub,
  type Tensor
} from "../../core/program/mod.ts"
import type { Policy } from "../policy.ts"
import { type ActionKind, actionKindOf, type Soft, type Twins } from "./action_kind.ts"
import type { Sac } from "./config.ts"

/** Policy and twin critics; the critics' parameters are one vector, one critic after the other. */
export interface Networks {
  readonly policy: Policy
  readonly actionKind: ActionKind
  readonly twins: Layout<"q1" | "q2">
  /** What a later training starts from beside θ: the critics, and the mean over tasks of log α. */
  readonly value: Layout<"twins" | "logAlpha">
  /** θ, then that. */
  readonly layout: Layout<"policy" | "value">
}

export const networks = (policy: Policy, correction: Sac["correction"]): Networks => {
  const actionKind = actionKindOf(policy, correction)
  const shape = [actionKind.critic.layout.size]
  const twins = layout([
    { name: "q1", shape },
    { name: "q2", shape }
  ])
  const value = layout([
    { name: "twins", shape: [twins.size] },
    { name: "logAlpha", shape: [1] }
  ])
  return {
    policy,
    actionKind,
    twins,
    value,
    layout: layout([
      { name: "policy", shape: [policy.size] },
      { name: "value", shape: [value.size] }
    ])
  }
}

/** The critics of their common parameters. */
export const both = (n: Networks, phi: Tensor): Twins => [n.twins.view(phi, "q1"), n.twins.view(phi, "q2")]

/** Metrics of an update, in the order of the output `metrics`, one of each task. */
export const metricNames = ["policyLoss", "valueLoss", "worth", "entropy", "temperature"] as const

/**
 * V(s) at the median action, or its expectation for discrete ones, without the entropy: the critics' baseline.
 *
 *     v(s) = min_i Q_i(s, tanh μ(s))
 */
export const valueProgram = (n: Networks, rows: number) =>
  program(
    "sac.value",
    { parameters: [n.layout.size], observation: [rows, n.policy.inputs] },
    ({ parameters, observation }) => {
      const head = n.policy.head(n.layout.view(parameters, "policy"), observation)
      const noise = constant(new Float64Array(rows * n.actionKind.noise), [rows, n.actionKind.noise])
      const critics = both(n, n.value.view(n.layout.view(parameters, "value"), "twins"))
      return { value: n.actionKind.soft(head, critics, observation, noise).q }
    }
  )

/**
 * What both critics are moved to.
 *
 *     y = r + γ·(1 − terminated)·(min_i Q̄_i(s', a') − α·log π(a'|s'))
 */
export const target = (
  gamma: number,
  x: { readonly reward: Tensor; readonly terminated: Tensor; readonly alpha: Tensor },
  next: Soft
): Tensor => add(x.reward, mul(mul(sub(1, x.terminated), sub(next.q, mul(x.alpha, next.logProb))), gamma))

/** ½·Σ_i (Q_i(s, a) − y)² of every row. Source: arXiv:1812.05905, eq. 5, summed over the critics. */
export const criticLoss = (worths: Twins, y: Tensor): Tensor =>
  mul(add(square(sub(worths[0], y)), square(sub(worths[1], y))), 0.5)

/** α·log π(a|s) − min_i Q_i(s, a) of every row. Source: arXiv:1812.05905, eq. 9. */
export const actorLoss = (alpha: Tensor, now: Soft): Tensor => sub(mul(alpha, now.logProb), now.q)

/**
 * −log α·(log π(a|s) + H̄) of every row, H̄ the entropy aimed at. Source: arXiv:1812.05905, eq. 18. Differs: log α for α,
 * as in the published code.
 */
export const temperatureLoss = (logAlpha: Tensor, logProb: Tensor, targetEntropy: number): Tensor =>
  neg(mul(logAlpha, add(logProb, targetEntropy)))

/** Rows of a batch that T tasks share equally. */
export const batchOf = (c: Sac, tasks: number): number => Math.ceil(c.batch / tasks) * tasks

/**
 * Weights of the tasks' losses, 1 in the mean.
 *
 *     w_i = T·exp(−log α_i) / Σ_j exp(−log α_j)
 *
 * - Shapes: log α and w `[T]`.
 * - Source: Sodhani, Zhang and Pineau, arXiv:2102.06177, whose multi-task SAC has them; rainx0r/metaworld-algorithms' definition.
 */
export const taskWeights = (logAlpha: Tensor): Tensor => mul(exp(logSoftmax(neg(logAlpha))), logAlpha.shape[0] ?? 1)

/**
 * 1 for a task that counts, 0 for one whose critics' mean loss is above the limit.
 *
 * - Shapes: losses and result `[T]`.
 * - Source: Sun et al., arXiv:2210.11653, its loss mask-out; the loss there is of actor, critics and temperature together.
 */
export const withinLoss = (limit: number, losses: Tensor): Tensor => sub(1, less(limit, losses))

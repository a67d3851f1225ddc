/** What SAC computes, as programs: no numbers, no device. */
import { type Layout, layout } from "../../core/network/mod.ts"
import {
  add,
  constant,
  div,
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
import { ofRows, type ValueHeads, valueHeads } from "../scaled_heads.ts"
import { type ActionKind, actionKindOf, type Soft, type Twins } from "./action_kind.ts"
import type { Sac } from "./config.ts"

/** Policy and twin critics; the critics' parameters are one vector, one critic after the other. */
export interface Networks {
  readonly policy: Policy
  readonly actionKind: ActionKind
  readonly twins: Layout<"q1" | "q2">
  /** The heads of either critic, where what they are to reach is normalised. */
  readonly heads: ValueHeads | undefined
  /** What a later training starts from beside θ: the critics, the mean over tasks of log α, and the heads' μ and σ. */
  readonly value: Layout<"twins" | "logAlpha" | "mean" | "deviation">
  /** θ, then that. */
  readonly layout: Layout<"policy" | "value">
}

export const networks = (policy: Policy, { correction, popArt }: Pick<Sac, "correction" | "popArt">): Networks => {
  const actionKind = actionKindOf(policy, correction)
  const heads = popArt === "off" ? undefined : valueHeads(policy)
  const shape = [actionKind.critic.layout.size]
  const twins = layout([
    { name: "q1", shape },
    { name: "q2", shape }
  ])
  const value = layout([
    { name: "twins", shape: [twins.size] },
    { name: "logAlpha", shape: [1] },
    { name: "mean", shape: [heads?.count ?? 0] },
    { name: "deviation", shape: [heads?.count ?? 0] }
  ])
  return {
    policy,
    actionKind,
    twins,
    heads,
    value,
    layout: layout([
      { name: "policy", shape: [policy.size] },
      { name: "value", shape: [value.size] }
    ])
  }
}

/** The critics of their common parameters. */
export const both = (n: Networks, phi: Tensor): Twins => [n.twins.view(phi, "q1"), n.twins.view(phi, "q2")]

/** μ and σ of each head, where there are some. */
export type Scales = Readonly<Partial<Record<"mean" | "deviation", Tensor>>>

/** σ·q + μ: what critics say of rows, in the rewards' own unit. */
export const inUnit = ({ policy }: Networks, { mean, deviation }: Scales, q: Tensor, observation: Tensor): Tensor =>
  mean === undefined || deviation === undefined
    ? q
    : add(mul(q, ofRows(policy, deviation, observation)), ofRows(policy, mean, observation))

/** (y − μ)/σ: what critics of rows are moved to, in the unit in which they learn. */
export const inScale = ({ policy }: Networks, { mean, deviation }: Scales, y: Tensor, observation: Tensor): Tensor =>
  mean === undefined || deviation === undefined
    ? y
    : div(sub(y, ofRows(policy, mean, observation)), ofRows(policy, deviation, observation))

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
      const all = n.layout.view(parameters, "value")
      const { q } = n.actionKind.soft(head, both(n, n.value.view(all, "twins")), observation, noise)
      const scales = n.heads && { mean: n.value.view(all, "mean"), deviation: n.value.view(all, "deviation") }
      return { value: inUnit(n, scales ?? {}, q, observation) }
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

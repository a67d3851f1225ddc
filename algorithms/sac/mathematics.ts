/** What SAC computes, as programs: no numbers, no device. */
import { type Layout, layout } from "../../core/network/mod.ts"
import { adam } from "../../core/optim/mod.ts"
import {
  add,
  concat,
  constant,
  exp,
  gradients,
  mean,
  mul,
  neg,
  program,
  reshape,
  square,
  stopGradient,
  sub,
  sum,
  type Tensor
} from "../../core/program/mod.ts"
import type { Policy } from "../policy.ts"
import { type ActionKind, actionKindOf, type Soft, type Twins } from "./action_kind.ts"
import type { Sac } from "./config.ts"

/** Policy and twin critics; the critics' parameters are one vector, one critic after the other. */
export interface Networks {
  readonly policy: Policy
  readonly form: ActionKind
  readonly twins: Layout<"q1" | "q2">
  /** What a later training starts from beside θ: the critics, and the mean over tasks of log α. */
  readonly value: Layout<"twins" | "logAlpha">
  /** θ, then that. */
  readonly layout: Layout<"policy" | "value">
}

export const networks = (policy: Policy, correction: Sac["correction"]): Networks => {
  const form = actionKindOf(policy, correction)
  const shape = [form.critic.layout.size]
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
    form,
    twins,
    value,
    layout: layout([
      { name: "policy", shape: [policy.size] },
      { name: "value", shape: [value.size] }
    ])
  }
}

const both = (n: Networks, phi: Tensor): Twins => [n.twins.view(phi, "q1"), n.twins.view(phi, "q2")]

/** Figures of an update, in the order of the output `figures`, one of each task. */
export const figures = ["policyLoss", "valueLoss", "worth", "entropy", "temperature"] as const

/** Adam as PyTorch has it. */
const optimiser = adam()

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
      const noise = constant(new Float64Array(rows * n.form.noise), [rows, n.form.noise])
      const critics = both(n, n.value.view(n.layout.view(parameters, "value"), "twins"))
      return { value: n.form.soft(head, critics, observation, noise).q }
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

/** Shapes of all that an update changes, for T tasks; everything but parameters and log α starts at 0. */
export const residentShapes = (n: Networks, tasks: number) => {
  const [policy, value, logAlpha] = [[n.policy.size], [n.twins.size], [tasks]]
  return {
    policy,
    value,
    target: value,
    logAlpha,
    policyM: policy,
    policyV: policy,
    valueM: value,
    valueV: value,
    logAlphaM: logAlpha,
    logAlphaV: logAlpha,
    correction: [2]
  } as const
}

/** Rows of a batch that T tasks share equally. */
export const batchOf = (c: Sac, tasks: number): number => Math.ceil(c.batch / tasks) * tasks

/**
 * One update on a batch of which each of T tasks has an equal and consecutive part.
 *
 *     φ ← Adam on mean criticLoss;   θ ← Adam on mean actorLoss at the new φ;   log α_g ← Adam on its task's mean
 *     φ̄ ← (1 − τ)·φ̄ + τ·φ
 *
 * α is that of before the update throughout.
 *
 * - Shapes: `[batch]` but for observations `[batch, inputs]`, noise, and vector actions; `figures` `[5, T]` in the order
 *   of {@link figures}.
 * - Source: Haarnoja et al., arXiv:1812.05905, algorithm 1; the order of the three steps is Stable-Baselines3's.
 */
export const updateProgram = (c: Sac, n: Networks, tasks: number) => {
  const batch = batchOf(c, tasks)
  const { form, policy } = n
  const shapes = {
    ...residentShapes(n, tasks),
    observation: [batch, policy.inputs],
    nextObservation: [batch, policy.inputs],
    action: form.actionShape(batch),
    reward: [batch],
    terminated: [batch],
    noise: [batch, form.noise],
    nextNoise: [batch, form.noise]
  }
  const perTask = (x: Tensor): Tensor => reshape(x, [tasks, batch / tasks])
  const rows = (x: Tensor): Tensor =>
    reshape(add(reshape(x, [tasks, 1]), constant(new Float64Array(batch), [tasks, batch / tasks])), [batch])
  const targetEntropy = c.targetEntropy === "auto" ? form.targetEntropy : c.targetEntropy
  return program("sac.update", shapes, (x) => {
    const { observation, nextObservation, correction } = x
    const logAlpha = rows(x.logAlpha)
    const alpha = exp(logAlpha)
    const step = (theta: Tensor, grad: Tensor, m: Tensor, v: Tensor) =>
      optimiser.step({ theta, grad, rate: c.learningRate }, { m, v, correction })

    const next = form.soft(policy.head(x.policy, nextObservation), both(n, x.target), nextObservation, x.nextNoise)
    const y = stopGradient(target(c.gamma, { reward: x.reward, terminated: x.terminated, alpha }, next))
    const critics = both(n, x.value)
    const miss = criticLoss(
      [form.worth(critics[0], observation, x.action), form.worth(critics[1], observation, x.action)],
      y
    )
    const [valueGradient] = gradients(mean(miss), [x.value])
    const value = step(x.value, valueGradient!, x.valueM, x.valueV)

    // The new critics count as given: that their targets came from this policy is not followed back.
    const given = both(n, stopGradient(value.theta))
    const now = form.soft(policy.head(x.policy, observation), given, observation, x.noise)
    const loss = actorLoss(alpha, now)
    const [policyGradient] = gradients(mean(loss), [x.policy])
    const theta = step(x.policy, policyGradient!, x.policyM, x.policyV)

    const alphaLoss = sum(mean(perTask(temperatureLoss(logAlpha, now.logProb, targetEntropy)), { axes: [1] }))
    const [temperatureGradient] = gradients(alphaLoss, [x.logAlpha])
    const alphaStep = step(x.logAlpha, temperatureGradient!, x.logAlphaM, x.logAlphaV)
    const learnt = c.temperature === "auto"

    const seen = [loss, miss, now.q, neg(now.logProb), alpha]
    return {
      policy: theta.theta,
      value: value.theta,
      target: add(mul(x.target, 1 - c.tau), mul(value.theta, c.tau)),
      logAlpha: learnt ? alphaStep.theta : x.logAlpha,
      policyM: theta.state.m,
      policyV: theta.state.v,
      valueM: value.state.m,
      valueV: value.state.v,
      logAlphaM: learnt ? alphaStep.state.m : x.logAlphaM,
      logAlphaV: learnt ? alphaStep.state.v : x.logAlphaV,
      correction: value.state.correction,
      figures: concat(
        seen.map((t) => reshape(mean(perTask(t), { axes: [1] }), [1, tasks])),
        0
      )
    }
  })
}

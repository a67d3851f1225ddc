/** What PPO computes, as programs: no numbers, no device. */
import { standardise } from "../../core/estimate/mod.ts"
import { type Layout, layout, type Mlp, mlp } from "../../core/network/mod.ts"
import { adam, clipNorm } from "../../core/optim/mod.ts"
import {
  add,
  clip,
  concat,
  exp,
  gradients,
  less,
  max,
  mean,
  min,
  mul,
  neg,
  norm,
  program,
  reshape,
  square,
  sub,
  type Tensor
} from "../../core/program/mod.ts"
import type { Policy } from "../policy.ts"
import type { Ppo } from "./config.ts"

/** Policy and value function: separate networks, one vector of parameters, θ first. */
export interface Networks {
  readonly policy: Policy
  readonly value: Mlp
  readonly layout: Layout<"policy" | "value">
}

/** Adam's ε: 1e-5 as in the published PPO code, against 1e-8 in Adam's paper. */
const optimiser = adam({ epsilon: 1e-5 })

/** What the update keeps between calls beside the parameters, all starting at 0, and its shapes for n parameters. */
export const momentShapes = optimiser.state

/** Per-row figures of an update, in the order of the output `rows`. */
export const figures = ["policyLoss", "valueLoss", "entropy", "kl", "clipFraction"] as const

export const networks = (policy: Policy): Networks => {
  const { layers, width, activation } = policy.config
  const hidden = new Array<number>(layers).fill(width)
  const value = mlp({ inputs: policy.inputs, hidden, outputs: 1, activation })
  return {
    policy,
    value,
    layout: layout([
      { name: "policy", shape: [policy.size] },
      { name: "value", shape: [value.layout.size] }
    ])
  }
}

/** v(s) of every row. */
export const valueProgram = (n: Networks, rows: number) =>
  program("value", { parameters: [n.layout.size], observation: [rows, n.policy.inputs] }, (x) => ({
    value: predict(n, x.parameters, x.observation)
  }))

const predict = (n: Networks, parameters: Tensor, observation: Tensor): Tensor => {
  const { output } = n.value.forward(n.layout.view(parameters, "value"), observation)
  return reshape(output, [observation.shape[0] ?? 0])
}

/**
 * One minibatch step.
 *
 *     ρ = π_θ(a|s) / π_old(a|s),   Â = A, or (A − mean A)/std A
 *     L^CLIP = mean min(ρ·Â, clip(ρ, 1 − ε, 1 + ε)·Â)
 *     L^VF = mean (v − R)², or mean max((v − R)², (v_old + clip(v − v_old, −δ, δ) − R)²)
 *     loss = −L^CLIP + c₁·L^VF − c₂·mean entropy
 *     (θ, φ) ← Adam on ∂loss, scaled down to a norm of at most `maxGradientNorm` over both networks
 *
 * KL(π_old ‖ π_θ) is estimated by mean(ρ − 1 − log ρ), which is never negative.
 *
 * - Shapes: `[batch]` but for observation `[batch, inputs]` and vector actions; `rows` is `[5, batch]` in
 *   the order of {@link figures}, `figures` `[5]` its means.
 * - Source: Schulman et al., arXiv:1707.06347, eq. 7 and 9; value clipping and ε of Adam from OpenAI's `baselines`;
 *   the KL estimate from Schulman, "Approximating KL divergence", 2020, k3.
 */
export const updateProgram = (c: Ppo, n: Networks, batch: number) => {
  const moments = optimiser.state(n.layout.size)
  const shapes = {
    parameters: [n.layout.size],
    ...moments,
    rate: [],
    observation: [batch, n.policy.inputs],
    action: n.policy.actionShape(batch),
    logProb: [batch],
    advantage: [batch],
    return: [batch],
    value: [batch]
  }
  return program("ppo.update", shapes, (x) => {
    const { logProb, entropy } = n.policy.logProb(n.layout.view(x.parameters, "policy"), x.observation, x.action)
    const logRatio = sub(logProb, x.logProb)
    const ratio = exp(logRatio)
    const advantage = c.normaliseAdvantages ? standardise(x.advantage) : x.advantage
    const clipped = clip(ratio, 1 - c.clip, 1 + c.clip)
    const policyLoss = neg(min(mul(ratio, advantage), mul(clipped, advantage)))
    const valueLoss = valueLossOf(c, predict(n, x.parameters, x.observation), x.value, x.return)
    const loss = sub(add(mean(policyLoss), mul(mean(valueLoss), c.value)), mul(mean(entropy), c.entropy))
    const [raw] = gradients(loss, [x.parameters])
    const { grad, length } = limited(raw!, c.maxGradientNorm)
    const { m, v, correction } = x
    const next = optimiser.step({ theta: x.parameters, grad, rate: x.rate }, { m, v, correction })
    const kl = sub(sub(ratio, 1), logRatio)
    const outside = less(c.clip, max(sub(ratio, 1), sub(1, ratio)))
    const rows = concat(
      [policyLoss, valueLoss, entropy, kl, outside].map((t) => reshape(t, [1, batch])),
      0
    )
    return { parameters: next.theta, ...next.state, rows, figures: mean(rows, { axes: [1] }), gradientNorm: length }
  })
}

/** (v − R)², or the larger of that and the loss of a value that moved by no more than δ. */
const valueLossOf = (c: Ppo, value: Tensor, old: Tensor, target: Tensor): Tensor => {
  const plain = square(sub(value, target))
  if (c.valueClip === "off") return plain
  const held = add(old, clip(sub(value, old), -c.valueClip, c.valueClip))
  return max(plain, square(sub(held, target)))
}

const limited = (grad: Tensor, limit: Ppo["maxGradientNorm"]): { grad: Tensor; length: Tensor } => {
  if (limit === "off") return { grad, length: norm(grad) }
  const clipped = clipNorm(grad, limit)
  return { grad: clipped.grad, length: clipped.norm }
}

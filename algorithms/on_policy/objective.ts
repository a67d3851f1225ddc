/** What distinguishes one on-policy learner from another, and the step that all of them take. */
import type { Schema } from "effect"
import { adam, clipNorm } from "../../core/optim/mod.ts"
import { concat, gradients, mean, norm, program, reshape, type Tensor } from "../../core/program/mod.ts"
import { type Networks, predict } from "./networks.ts"

/** How the loop runs; what is left out stands in {@link loopDefaults}. */
export interface Loop {
  /** Adam's. */
  readonly learningRate: number
  /** Whether the learning rate falls to 0 over the training, linearly. */
  readonly anneal: boolean
  /** Passes over each rollout. */
  readonly epochs: number
  /** Transitions a step; more than there are is all of them. */
  readonly batch: number
  /** γ, per step. */
  readonly gamma: number
  /** λ of the advantages. */
  readonly lambda: number
  /** The gradient over both networks is scaled down to this norm. */
  readonly maxGradientNorm: number | "off"
  /** An iteration's update ends once the figure `kl` of a step is above this. */
  readonly klStop: number | "off"
}

/** One step on all of a rollout. */
export const loopDefaults: Loop = {
  learningRate: 1e-3,
  anneal: false,
  epochs: 1,
  batch: Number.POSITIVE_INFINITY,
  gamma: 0.99,
  lambda: 0.95,
  maxGradientNorm: 0.5,
  klStop: "off"
}

/** Transitions that one step learns from: each `[batch]`. */
export interface Minibatch {
  /** log π_θ(a|s): depends on θ, like `entropy`. */
  readonly logProb: Tensor
  readonly entropy: Tensor
  /** v_φ(s): depends on φ. */
  readonly value: Tensor
  /** When the transitions were drawn. */
  readonly old: { readonly logProb: Tensor; readonly value: Tensor }
  /** By generalised advantage estimation, not normalised. */
  readonly advantage: Tensor
  /** The λ-return, what v(s) should have been. */
  readonly return: Tensor
}

/** What a step minimises, and what it shows. */
export interface Loss<F extends string> {
  /** One number. */
  readonly loss: Tensor
  /** Of each transition: `[batch]`. Their means by task are the iteration's metrics. */
  readonly figures: Readonly<Record<F, Tensor>>
}

/** An on-policy learner: its objective, and how often it steps on it. C is its configuration, F names its figures. */
export interface OnPolicy<C, F extends string = string> {
  readonly id: string
  /** Rises whenever numbers change. */
  readonly version: string
  readonly summary: string
  readonly config: Schema.Codec<C, unknown>
  readonly defaults: C
  readonly figures: readonly F[]
  /** A {@link Loop} is its own configuration's, where that has the fields. */
  readonly loop: (config: C) => Partial<Loop>
  readonly objective: (config: C, batch: Minibatch) => Loss<F>
}

/** Adam's ε: 1e-5 as in the published PPO code, against 1e-8 in Adam's paper. */
const optimiser = adam({ epsilon: 1e-5 })

/** What the update keeps between calls beside the parameters, all starting at 0, and its shapes for n parameters. */
export const momentShapes = optimiser.state

/**
 * One step: (θ, φ) ← Adam on the gradient of the objective's loss, scaled down to a norm of at most `maxGradientNorm`.
 *
 * - Shapes: `[batch]` but for observation `[batch, inputs]` and vector actions; `rows` is `[figures, batch]` in the
 *   order of `kind.figures`, `figures` its means.
 */
export const updateProgram = <C>(kind: OnPolicy<C>, c: C, n: Networks, batch: number) => {
  const { maxGradientNorm } = { ...loopDefaults, ...kind.loop(c) }
  const shapes = {
    parameters: [n.layout.size],
    ...optimiser.state(n.layout.size),
    rate: [],
    observation: [batch, n.policy.inputs],
    action: n.policy.actionShape(batch),
    logProb: [batch],
    advantage: [batch],
    return: [batch],
    value: [batch]
  }
  return program(`${kind.id}.update`, shapes, (x) => {
    const { logProb, entropy } = n.policy.logProb(n.layout.view(x.parameters, "policy"), x.observation, x.action)
    const { loss, figures } = kind.objective(c, {
      logProb,
      entropy,
      value: predict(n, x.parameters, x.observation),
      old: { logProb: x.logProb, value: x.value },
      advantage: x.advantage,
      return: x.return
    })
    const [raw] = gradients(loss, [x.parameters])
    const { grad, length } = limited(raw!, maxGradientNorm)
    const { m, v, correction } = x
    const next = optimiser.step({ theta: x.parameters, grad, rate: x.rate }, { m, v, correction })
    const rows = concat(
      kind.figures.map((name) => reshape(figures[name]!, [1, batch])),
      0
    )
    return { parameters: next.theta, ...next.state, rows, figures: mean(rows, { axes: [1] }), gradientNorm: length }
  })
}

const limited = (grad: Tensor, limit: Loop["maxGradientNorm"]): { grad: Tensor; length: Tensor } => {
  if (limit === "off") return { grad, length: norm(grad) }
  const clipped = clipNorm(grad, limit)
  return { grad: clipped.grad, length: clipped.norm }
}

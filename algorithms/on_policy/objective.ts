/** What distinguishes one on-policy learner from another, and the step that all of them take. */
import type { Schema } from "effect"
import { adam, clipNorm, type Optimizer } from "../../core/optim/mod.ts"
import {
  concat,
  gradients,
  mean,
  mul,
  norm,
  program,
  reshape,
  slice,
  sum,
  type Tensor
} from "../../core/program/mod.ts"
import type { UpdateSize, Updates } from "../algorithm.ts"
import { combination } from "../combination.ts"
import { type Networks, predict } from "./networks.ts"

/** How the loop runs; what is left out stands in {@link loopDefaults}. */
export interface Loop {
  /** The optimiser's. */
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
  /** An iteration's update ends once the metric `kl` of a step is above this. */
  readonly klStop: number | "off"
  readonly optimizer: Optimizer<string>
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
  klStop: "off",
  // ε: 1e-5 as in the published PPO code, against 1e-8 in Adam's paper.
  optimizer: adam({ epsilon: 1e-5 })
}

/** The loop where minibatches grow with the tasks: as many updates as of a task alone. */
export const withBudget = (
  loop: Loop,
  { tasks, stepsPerTask, budget }: Omit<UpdateSize, "environmentsPerTask">
): Loop => (budget === "updates" ? { ...loop, batch: Math.min(loop.batch, stepsPerTask) * tasks } : loop)

/** What an iteration of the loop does to θ. */
export const updatesOf = (loop: Loop, size: UpdateSize): Updates => {
  const rows = size.tasks * size.stepsPerTask
  const batch = Math.min(withBudget(loop, size).batch, rows)
  return { count: loop.epochs * Math.floor(rows / batch), rate: loop.learningRate * (loop.anneal ? 0.5 : 1), batch }
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
  /** Of each transition: `[batch]`. A step is on their mean, or on what an aggregator makes of the tasks' means. */
  readonly loss: Tensor
  /** Of each transition: `[batch]`. Their means by task are the iteration's metrics. */
  readonly metrics: Readonly<Record<F, Tensor>>
}

/** An on-policy learner: its objective, and how often it steps on it. C is its configuration, F names its metrics. */
export interface OnPolicy<C, F extends string = string> {
  readonly id: string
  /** Rises whenever numbers change. */
  readonly version: string
  readonly summary: string
  readonly config: Schema.Codec<C, unknown>
  readonly defaults: C
  readonly metrics: readonly F[]
  /** A {@link Loop} is its own configuration's, where that has the fields. */
  readonly loop: (config: C) => Partial<Loop>
  readonly objective: (config: C, batch: Minibatch) => Loss<F>
}

/** What a step is given of each transition, beside the optimiser's state: shapes for so many. */
const batchShapes = (n: Networks, batch: number) => ({
  observation: [batch, n.policy.inputs],
  action: n.policy.actionShape(batch),
  logProb: [batch],
  advantage: [batch],
  return: [batch],
  value: [batch]
})

type BatchTensors = Readonly<Record<keyof ReturnType<typeof batchShapes>, Tensor>>

/** Loss and metrics of a minibatch at these parameters: `rows` is `[metrics, batch]` in the order of `kind.metrics`. */
const lossOf = <C>(kind: OnPolicy<C>, c: C, n: Networks, parameters: Tensor, x: BatchTensors) => {
  const { logProb, entropy } = n.policy.logProb(n.layout.view(parameters, "policy"), x.observation, x.action)
  const { loss, metrics } = kind.objective(c, {
    logProb,
    entropy,
    value: predict(n, parameters, x.observation),
    old: { logProb: x.logProb, value: x.value },
    advantage: x.advantage,
    return: x.return
  })
  const batch = x.logProb.shape[0] ?? 0
  const rows = concat(
    kind.metrics.map((name) => reshape(metrics[name]!, [1, batch])),
    0
  )
  return { loss, rows, metrics: mean(rows, { axes: [1] }) }
}

/** (θ, φ) ← the optimiser's step on a gradient that is scaled down to a norm of at most `maxGradientNorm`. */
const stepOn = ({ optimizer, maxGradientNorm }: Loop, gradient: Tensor, x: Readonly<Record<string, Tensor>>) => {
  const { grad, norm: gradientNorm } =
    maxGradientNorm === "off" ? { grad: gradient, norm: norm(gradient) } : clipNorm(gradient, maxGradientNorm)
  const next = optimizer.step({ theta: x.parameters!, grad, rate: x.rate! }, x)
  return { parameters: next.theta, ...next.state, gradientNorm }
}

/**
 * One step on the mean loss.
 *
 * - Shapes: `[batch]` but for observation `[batch, inputs]` and vector actions; `rows` is `[metrics, batch]` in the
 *   order of `kind.metrics`, `metrics` its means.
 */
export const updateProgram = <C>(kind: OnPolicy<C>, c: C, n: Networks, batch: number) => {
  const loop = { ...loopDefaults, ...kind.loop(c) }
  const { size } = n.layout
  const shapes = { parameters: [size], ...loop.optimizer.state(size), rate: [], ...batchShapes(n, batch) }
  return program(`${kind.id}.update`, shapes, (x) => {
    const { loss, ...seen } = lossOf(kind, c, n, x.parameters, x)
    const [gradient] = gradients(mean(loss), [x.parameters])
    return { ...stepOn(loop, gradient!, x), ...seen }
  })
}

/**
 * The gradient of every task's loss, the mean over its own transitions.
 *
 * - Shapes: `member` `[tasks, batch]`, 1/n in the row of a transition's task, which has n in this batch, else 0;
 *   `taskGradients` `[tasks, parameters]`.
 */
export const taskGradientProgram = <C>(kind: OnPolicy<C>, c: C, n: Networks, batch: number, tasks: number) => {
  const { size } = n.layout
  const shapes = { parameters: [size], member: [tasks, batch], ...batchShapes(n, batch) }
  return program(`${kind.id}.taskGradients`, shapes, (x) => {
    const { loss, ...seen } = lossOf(kind, c, n, x.parameters, x)
    const own = Array.from({ length: tasks }, (_, t) => {
      const share = reshape(slice(x.member, [t, 0], [1, batch]), [batch])
      const [gradient] = gradients(sum(mul(share, loss)), [x.parameters])
      return reshape(gradient!, [1, size])
    })
    return { taskGradients: concat(own, 0), ...seen }
  })
}

/** One step on a combination of task gradients, `weights` `[tasks]`. */
export const combinedStepProgram = <C>(kind: OnPolicy<C>, c: C, n: Networks, tasks: number) => {
  const loop = { ...loopDefaults, ...kind.loop(c) }
  const { size } = n.layout
  const shapes = {
    parameters: [size],
    ...loop.optimizer.state(size),
    rate: [],
    taskGradients: [tasks, size],
    weights: [tasks]
  }
  return program(`${kind.id}.combinedStep`, shapes, (x) => {
    return stepOn(loop, combination(x.weights, x.taskGradients), x)
  })
}

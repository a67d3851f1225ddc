/** What distinguishes one on-policy learner from another, and the step that all of them take. */
import type { Schema } from "effect"
import { adam, clipNorm, type Optimizer } from "../../core/optim/mod.ts"
import {
  concat,
  gradients,
  mapExamples,
  mean,
  mul,
  norm,
  program,
  pullback,
  reshape,
  sum,
  type Tensor
} from "../../core/program/mod.ts"
import type { UpdateSize, Updates } from "../algorithm.ts"
import { combination, gathered, named } from "../combination.ts"
import { type Networks, predict } from "./networks.ts"
import { type PriorWeights, priorLogProb } from "./prior.ts"

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
  /** Advantages are against the value network, or against a linear baseline that is fitted to each task's rollout. */
  readonly baseline: "network" | "linear"
  /** β by which scales of what values are to reach follow a rollout (PopArt); off: values are learned in the rewards' own unit. */
  readonly popArt: number | "off"
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
  baseline: "network",
  popArt: "off",
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
  /** log π_0(a|s) of the policy that is told no task: depends on θ. Only where the learner has a {@link OnPolicy.prior}. */
  readonly prior?: Tensor
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
  /**
   * The metric that combinations go by which go by losses, as they are made for losses above 0: that of the value function, say. Without
   * one they go by the loss itself. The weights are the whole loss's either way.
   */
  readonly positive?: F
  /** How rewards draw the policy to what it is where it is told no task; without it they do not. */
  readonly prior?: (config: C) => PriorWeights
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

/** What of a transition depends on the parameters. */
type Heads = Readonly<Record<"logProb" | "entropy" | "value", Tensor>> & { readonly prior?: Tensor }

type Seen = Pick<BatchTensors, "observation" | "action">

const headsOf = <C>({ prior }: Pick<OnPolicy<C>, "prior">, n: Networks, parameters: Tensor, x: Seen): Heads => {
  const theta = n.layout.view(parameters, "policy")
  const { logProb, entropy } = n.policy.logProb(theta, x.observation, x.action)
  const heads = { logProb, entropy, value: predict(n, parameters, x.observation) }
  return prior === undefined ? heads : { ...heads, prior: priorLogProb(n.policy, theta, x) }
}

/** The names of the heads that there are, and their tensors. */
const partsOf = ({ prior, ...heads }: Heads): Readonly<Record<string, Tensor>> =>
  prior === undefined ? heads : { ...heads, prior }

/**
 * Loss and metrics of a minibatch with these heads, and what combinations by losses go by: `rows` is `[metrics, batch]` in the order of
 * `kind.metrics`.
 */
const lossOf = <C>(kind: OnPolicy<C>, c: C, heads: Heads, x: BatchTensors) => {
  const { loss, metrics } = kind.objective(c, {
    ...heads,
    old: { logProb: x.logProb, value: x.value },
    advantage: x.advantage,
    return: x.return
  })
  const batch = x.logProb.shape[0] ?? 0
  const rows = concat(
    kind.metrics.map((name) => reshape(metrics[name]!, [1, batch])),
    0
  )
  const judged = kind.positive === undefined ? loss : metrics[kind.positive]!
  return { loss, judged, seen: { rows, metrics: mean(rows, { axes: [1] }) } }
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
    const { loss, seen } = lossOf(kind, c, headsOf(kind, n, x.parameters, x), x)
    const [gradient] = gradients(mean(loss), [x.parameters])
    return { ...stepOn(loop, gradient!, x), ...seen }
  })
}

/**
 * The same on Σ_i w_i·(mean loss of task i).
 *
 * - Shapes: rows as in {@link TaskBatch}; `weights` (w) and the tasks' `losses` that they go by, which do not depend on them, `[tasks]`.
 */
export const weighedProgram = <C>(kind: OnPolicy<C>, c: C, n: Networks, b: TaskBatch) => {
  const loop = { ...loopDefaults, ...kind.loop(c) }
  const { size } = n.layout
  const rows = batchShapes(n, b.tasks * b.each)
  const shapes = { parameters: [size], ...loop.optimizer.state(size), rate: [], ...rows, weights: [b.tasks] }
  return program(`${kind.id}.weighed`, shapes, (x) => {
    const { loss, judged, seen } = lossOf(kind, c, headsOf(kind, n, x.parameters, x), x)
    const [gradient] = gradients(sum(mul(meansOf(b, loss), x.weights)), [x.parameters])
    return { ...stepOn(loop, gradient!, x), losses: meansOf(b, judged), ...seen }
  })
}

/** A minibatch whose rows are those of one task after another, equally many of each. */
export interface TaskBatch {
  readonly tasks: number
  /** Transitions of each. */
  readonly each: number
}

/** What the heads depend on, with an axis over tasks. */
const split = ({ tasks, each }: TaskBatch, { observation, action }: BatchTensors) => {
  const rows = (t: Tensor): Tensor => reshape(t, [tasks, each, ...t.shape.slice(1)])
  return { observation: rows(observation), action: rows(action) }
}

/** The heads of all rows, computed task by task as {@link taskGradientProgram} does. */
const headsByTask = <C>(
  kind: Pick<OnPolicy<C>, "prior">,
  n: Networks,
  parameters: Tensor,
  b: TaskBatch,
  x: BatchTensors
): Heads => {
  const all = mapExamples(split(b, x), (one) => partsOf(headsOf(kind, n, parameters, one)))
  const flat = (name: string): Tensor => reshape(all[name]!, [b.tasks * b.each])
  const heads = { logProb: flat("logProb"), entropy: flat("entropy"), value: flat("value") }
  return kind.prior === undefined ? heads : { ...heads, prior: flat("prior") }
}

const meansOf = ({ tasks, each }: TaskBatch, loss: Tensor): Tensor => mean(reshape(loss, [tasks, each]), { axes: [1] })

/**
 * The gradient of every task's loss, the mean over its own transitions.
 *
 * The objective is that of the whole minibatch; what it says of each row's heads is followed back task by task, in one pass: the
 * same products as for the mean loss, but that those of weights end before they are summed over tasks.
 *
 * - Shapes: rows as in {@link TaskBatch}; `taskGradients` as `gathered` gives them, `gram` `[tasks, tasks]`, `losses` `[tasks]`.
 */
export const taskGradientProgram = <C>(kind: OnPolicy<C>, c: C, n: Networks, b: TaskBatch) => {
  const shapes = { parameters: [n.layout.size], ...batchShapes(n, b.tasks * b.each) }
  return program(`${kind.id}.taskGradients`, shapes, (x) => {
    const heads = headsByTask(kind, n, x.parameters, b, x)
    const { loss, judged, seen } = lossOf(kind, c, heads, x)
    const parts = Object.entries(partsOf(heads))
    const along = gradients(
      mul(sum(loss), 1 / b.each),
      parts.map(([, of]) => of)
    )
    const slopes = Object.fromEntries(parts.map(([name], i) => [name, reshape(along[i]!, [b.tasks, b.each])]))
    const given: Readonly<Record<string, Tensor>> = { ...split(b, x), ...slopes }
    const pieces = mapExamples(given, (one) => {
      const own = partsOf(headsOf(kind, n, x.parameters, { observation: one.observation!, action: one.action! }))
      const followed = Object.entries(own).map(([name, of]) => ({ of, cotangent: one[name]! }))
      return named(pullback(followed, [x.parameters])[0]!)
    })
    return { ...gathered(pieces), losses: meansOf(b, judged), ...seen }
  })
}

/** What combinations by losses go by alone: `losses` `[tasks]`. */
export const taskLossProgram = <C>(kind: OnPolicy<C>, c: C, n: Networks, b: TaskBatch) =>
  program(`${kind.id}.taskLosses`, { parameters: [n.layout.size], ...batchShapes(n, b.tasks * b.each) }, (x) => ({
    losses: meansOf(b, lossOf(kind, c, headsOf(kind, n, x.parameters, x), x).judged)
  }))

/** One step on a combination of task gradients, `weights` `[tasks]`, whose pieces have these sizes. */
export const combinedStepProgram = <C>(
  kind: OnPolicy<C>,
  c: C,
  n: Networks,
  { tasks }: TaskBatch,
  sizes: readonly number[]
) => {
  const loop = { ...loopDefaults, ...kind.loop(c) }
  const { size } = n.layout
  const shapes = {
    parameters: [size],
    ...loop.optimizer.state(size),
    rate: [],
    taskGradients: [tasks * size],
    weights: [tasks]
  }
  return program(`${kind.id}.combinedStep`, shapes, (x) => {
    return stepOn(loop, combination(x.weights, x.taskGradients, sizes), x)
  })
}

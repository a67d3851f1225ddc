/** An update as one program, and what the parts of one are made of. */
import { clipNorm, type Optimizer } from "../../core/optim/mod.ts"
import {
  add,
  concat,
  constant,
  div,
  exp,
  gradients,
  mean,
  mul,
  neg,
  program,
  reshape,
  type Shape,
  stopGradient,
  sum,
  type Tensor
} from "../../core/program/mod.ts"
import { ofRows } from "../scaled_heads.ts"
import type { Sac } from "./config.ts"
import {
  actorLoss,
  batchOf,
  both,
  criticLoss,
  inScale,
  inUnit,
  type Networks,
  type Scales,
  target,
  taskWeights,
  temperatureLoss,
  withinLoss
} from "./mathematics.ts"

/** What an update is made of. */
export interface Updating {
  readonly config: Sac
  readonly networks: Networks
  readonly optimizer: Optimizer<string>
  readonly tasks: number
}

export type Tensors = Readonly<Record<string, Tensor>>

/** What the optimiser moves, each with a state of its own. */
export type Moved = "policy" | "value" | "logAlpha"

/** What a part's state is called among all that a training keeps: policyM, valueM, … */
const stateName = (part: Moved, name: string): string => `${part}${name.charAt(0).toUpperCase()}${name.slice(1)}`

export const sizeOf = ({ networks, tasks }: Updating, part: Moved): number =>
  ({ policy: networks.policy.size, value: networks.twins.size, logAlpha: tasks })[part]

/** Shapes of a part's optimiser state. */
export const optimizerShapes = (u: Updating, part: Moved): Readonly<Record<string, Shape>> => {
  const state = Object.entries(u.optimizer.state(sizeOf(u, part)))
  return Object.fromEntries(state.map(([name, shape]) => [stateName(part, name), shape]))
}

/** A part's own name and those of its optimiser state. */
export const namesOf = (u: Updating, part: Moved): readonly string[] => [part, ...Object.keys(optimizerShapes(u, part))]

/** Shapes of all that an update changes; the optimiser's states stand under names of their own. */
export interface StateShapes {
  readonly policy: Shape
  readonly value: Shape
  readonly target: Shape
  readonly logAlpha: Shape
  readonly [optimizer: string]: Shape
}

/** Of the heads' μ and σ, where there are some. */
export const scaleShapes = ({ networks: { heads } }: Updating): Readonly<Record<string, Shape>> =>
  heads === undefined ? {} : { mean: [heads.count], deviation: [heads.count] }

/** For T tasks; everything but parameters and log α starts at 0. */
export const stateShapes = (u: Updating): StateShapes => ({
  ...optimizerShapes(u, "policy"),
  ...optimizerShapes(u, "value"),
  ...optimizerShapes(u, "logAlpha"),
  policy: [sizeOf(u, "policy")],
  value: [sizeOf(u, "value")],
  target: [sizeOf(u, "value")],
  logAlpha: [sizeOf(u, "logAlpha")],
  ...scaleShapes(u)
})

/** The optimiser's step on one part: its numbers and its state after it, under the names of {@link stateShapes}. */
export const step = ({ optimizer, config }: Updating, part: Moved, x: Tensors, grad: Tensor): Tensors => {
  const names = Object.keys(optimizer.state(0))
  const limit = part === "logAlpha" ? "off" : config.maxGradientNorm
  const gradient = limit === "off" ? grad : clipNorm(grad, limit).grad
  const state = Object.fromEntries(names.map((name) => [name, x[stateName(part, name)]!]))
  const next = optimizer.step({ theta: x[part]!, grad: gradient, rate: config.learningRate }, state)
  const kept = Object.entries(next.state).map(([name, t]) => [stateName(part, name), t] as const)
  return { [part]: next.theta, ...Object.fromEntries(kept) }
}

/** The step on log α; none where the temperature is fixed. */
export const temperatureStep = (u: Updating, x: Tensors, grad: Tensor): Tensors =>
  u.config.temperature === "auto"
    ? step(u, "logAlpha", x, grad)
    : Object.fromEntries(namesOf(u, "logAlpha").map((name) => [name, x[name]!]))

/** φ̄ ← (1 − τ)·φ̄ + τ·φ */
export const follow = ({ config: c }: Updating, from: Tensor, value: Tensor): Tensor =>
  add(mul(from, 1 - c.tau), mul(value, c.tau))

/** Shapes of so many rows of a batch: what the critics learn from, and what the policy does. */
export const criticRows = ({ networks: { policy, actionKind } }: Updating, rows: number) => ({
  observation: [rows, policy.inputs],
  nextObservation: [rows, policy.inputs],
  action: actionKind.actionShape(rows),
  reward: [rows],
  terminated: [rows],
  nextNoise: [rows, actionKind.noise]
})

/** What the critics of rows are moved to, in the rewards' own unit: given, where their heads' scales take it in beforehand. */
export const aimRows = ({ networks: { heads } }: Updating, rows: number): Readonly<Record<string, Shape>> =>
  heads === undefined ? {} : { rawAim: [rows] }

export const actorRows = ({ networks: { policy, actionKind } }: Updating, rows: number) => ({
  observation: [rows, policy.inputs],
  noise: [rows, actionKind.noise]
})

type CriticTensors = Scales &
  Readonly<Record<keyof ReturnType<typeof criticRows> | "policy" | "value" | "target", Tensor>> & {
    readonly rawAim?: Tensor | undefined
  }
type ActorTensors = Scales & Readonly<Record<keyof ReturnType<typeof actorRows> | "policy", Tensor>>

/** What the critics of rows are moved to, in the rewards' own unit. */
export const rawAims = (
  { config, networks: n }: Updating,
  x: Omit<CriticTensors, "value" | "observation" | "action">,
  alpha: Tensor
): Tensor => {
  const { q, logProb } = n.actionKind.soft(
    n.policy.head(x.policy, x.nextObservation),
    both(n, x.target),
    x.nextObservation,
    x.nextNoise
  )
  const next = { q: inUnit(n, x, q, x.nextObservation), logProb }
  return target(config.gamma, { reward: x.reward, terminated: x.terminated, alpha }, next)
}

/** The same in the unit in which they learn; as given, it is not followed back. */
export const aims = (u: Updating, x: CriticTensors, alpha: Tensor): Tensor =>
  stopGradient(inScale(u.networks, x, x.rawAim ?? rawAims(u, x, alpha), x.observation))

/** {@link criticLoss} of rows that are moved to y. */
export const misses = (
  { networks: n }: Updating,
  x: Pick<CriticTensors, "value" | "observation" | "action">,
  y: Tensor
): Tensor => {
  const now = both(n, x.value)
  return criticLoss(
    [n.actionKind.q(now[0], x.observation, x.action), n.actionKind.q(now[1], x.observation, x.action)],
    y
  )
}

/**
 * {@link actorLoss} of rows. The critics count as given: that their targets came from this policy is not followed back.
 *
 * Where critics are normalised a task's loss is over its σ, so that all tasks count alike; its least is where it was.
 *
 * - Source: of the scale Hessel et al., arXiv:1809.04474, whose policy gradient is by normalised advantages.
 */
export const actor = ({ networks: n }: Updating, x: ActorTensors, alpha: Tensor, value: Tensor) => {
  const { q, logProb } = n.actionKind.soft(
    n.policy.head(x.policy, x.observation),
    both(n, stopGradient(value)),
    x.observation,
    x.noise
  )
  const now = { q: inUnit(n, x, q, x.observation), logProb }
  const loss = actorLoss(alpha, now)
  return { loss: x.deviation === undefined ? loss : div(loss, ofRows(n.policy, x.deviation, x.observation)), now }
}

export const entropyAim = ({ config: c, networks }: Updating): number =>
  c.targetEntropy === "auto" ? networks.actionKind.targetEntropy : c.targetEntropy

const updateShapes = (u: Updating) => {
  const batch = batchOf(u.config, u.tasks)
  return { ...stateShapes(u), ...criticRows(u, batch), ...actorRows(u, batch), ...aimRows(u, batch) }
}

type UpdateTensors = CriticTensors & ActorTensors & Readonly<Record<"logAlpha", Tensor>> & Tensors

/**
 * One update on a batch of which each of T tasks has an equal and consecutive part.
 *
 *     φ ← a step on mean criticLoss;   θ ← on mean actorLoss at the new φ;   log α_g ← on its task's mean
 *     φ̄ ← (1 − τ)·φ̄ + τ·φ
 *
 * α is that of before the update throughout.
 *
 * - Shapes: `[batch]` but for observations `[batch, inputs]`, noise, and vector actions; `metrics` `[5, T]` in the order
 *   of `metricNames`.
 * - Source: Haarnoja et al., arXiv:1812.05905, algorithm 1; the order of the three steps is Stable-Baselines3's.
 */
export const updateProgram = (u: Updating) =>
  program("sac.update", updateShapes(u), (x) => {
    const { losses: _inMetrics, aim: _forNobody, ...updated } = update(u, x)
    return updated
  })

/**
 * The same with Σ_i w_i·(mean of task i) for each mean of losses.
 *
 * - Shapes: `valueWeights`, `policyWeights` (w) `[T]`; more outputs, which do not depend on them: the critics' `losses` `[T]` and what
 *   the critics are moved to, `aim` `[batch]`.
 */
export const weighedUpdateProgram = (u: Updating) => {
  const shapes = { ...updateShapes(u), valueWeights: [u.tasks], policyWeights: [u.tasks] }
  return program("sac.weighedUpdate", shapes, (x) => update(u, x, { value: x.valueWeights, policy: x.policyWeights }))
}

/** Numbers of every task `[T]` as numbers of its rows in a batch `[batch]`. */
export const rowsOf = ({ config, tasks }: Updating, ofTasks: Tensor): Tensor => {
  const batch = batchOf(config, tasks)
  const each = constant(new Float64Array(batch), [tasks, batch / tasks])
  return reshape(add(reshape(ofTasks, [tasks, 1]), each), [batch])
}

const update = (u: Updating, x: UpdateTensors, weights?: Readonly<Record<"value" | "policy", Tensor>>): Tensors => {
  const { tasks } = u
  const each = batchOf(u.config, tasks) / tasks
  const perTask = (of: Tensor): Tensor => mean(reshape(of, [tasks, each]), { axes: [1] })
  const rows = (of: Tensor): Tensor => rowsOf(u, of)
  const rowLogAlpha = rows(x.logAlpha)
  const alpha = exp(rowLogAlpha)
  const aim = aims(u, x, alpha)
  const miss = misses(u, x, aim)
  const losses = perTask(miss)
  const { taskWeights: byTask, maxTaskLoss } = u.config
  const within = maxTaskLoss === "off" ? undefined : stopGradient(withinLoss(maxTaskLoss, losses))
  /** Rows as they weigh. */
  const weighed = (loss: Tensor, w: Tensor | undefined): Tensor => {
    const own = byTask ? mul(loss, rows(taskWeights(x.logAlpha))) : loss
    const counted = within === undefined ? own : mul(own, rows(within))
    return w === undefined ? counted : mul(counted, rows(mul(w, tasks)))
  }
  const [valueGradient] = gradients(mean(weighed(miss, weights?.value)), [x.value])
  const moved = step(u, "value", x, valueGradient!)

  const { loss, now } = actor(u, x, alpha, moved.value!)
  const [policyGradient] = gradients(mean(weighed(loss, weights?.policy)), [x.policy])

  const alphaLoss = sum(perTask(temperatureLoss(rowLogAlpha, now.logProb, entropyAim(u))))
  const [temperatureGradient] = gradients(alphaLoss, [x.logAlpha])

  const seen = [loss, miss, now.q, neg(now.logProb), alpha]
  return {
    losses,
    aim,
    ...step(u, "policy", x, policyGradient!),
    ...moved,
    target: follow(u, x.target, moved.value!),
    ...temperatureStep(u, x, temperatureGradient!),
    metrics: concat(
      seen.map((t) => reshape(perTask(t), [1, tasks])),
      0
    )
  }
}

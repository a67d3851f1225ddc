/** One update: epochs of minibatch steps over a rollout, each step one session call. */
import { Effect } from "effect"
import { fillPermutation, type Stream } from "../../core/random/mod.ts"
import { pauseEvery } from "../environment_runner.ts"
import type { RolloutBuffer } from "../rollouts.ts"
import type { Estimates } from "./advantage.ts"
import { type Stepping, stepper } from "./step.ts"

/** What an update showed. */
export interface UpdateReport {
  /** Means of `metrics` by task over the last epoch: `[tasks, metrics]`. */
  readonly means: Float64Array
  /** Mean norm of the gradient before it was clipped, over all steps. */
  readonly gradientNorm: number
  /** Minibatch steps taken. */
  readonly steps: number
  /** Tasks of the first minibatch with a metric that is not finite; then the update ended there. */
  readonly broken: readonly number[] | undefined
  /** Mean metrics over the last minibatch that was finite; NaN if the first was not. */
  readonly lastFinite: Float64Array
}

/** When an update is. */
export interface UpdateAt {
  readonly learningRate: number
  /** Iterations done before. */
  readonly iteration: number
}

/** What updates are made of. */
export interface Updating<C> extends Omit<Stepping<C>, "batch"> {
  /** Transitions of a rollout. */
  readonly count: number
  readonly environments: number
}

/**
 * Makes updates ready for rollouts of `count` transitions of `environments` environments in `tasks` equal groups.
 *
 * Each epoch visits the transitions in a new random order; those that do not fill a minibatch wait for the next epoch. Where
 * task gradients are combined, a minibatch has equally many of each task.
 */
export const updater = Effect.fn("on_policy.updater")(function* <C>(u: Updating<C>) {
  const { kind, loop, networks, count, environments, tasks } = u
  const balanced = u.combiner !== undefined
  const wanted = Math.min(loop.batch, count)
  const batch = balanced ? Math.max(1, Math.floor(wanted / tasks)) * tasks : wanted
  const { metrics } = kind
  const kl = metrics.indexOf("kl")
  const { inputs, actionSize } = networks.policy
  const step = yield* stepper({ ...u, batch })
  const { inputs: inputRows, outputs: out, rate } = step
  const pause = pauseEvery(step.flops)
  const order = new Int32Array(count)
  const perTask = environments / tasks
  const sums = new Float64Array(tasks * metrics.length)
  const seen = new Float64Array(tasks)

  /** The transitions in the order of an epoch's minibatches. */
  const shuffle = balanced
    ? balancedOrder({ environments, tasks, each: batch / tasks }, order)
    : (s: Stream) => fillPermutation(s, order)

  const gather = (from: number, e: RolloutBuffer, x: Estimates): void => {
    for (let k = 0; k < batch; k++) {
      const row = order[from + k]!
      for (let i = 0; i < inputs; i++) inputRows.observation[k * inputs + i] = e.observation[row * inputs + i]!
      for (let i = 0; i < actionSize; i++) inputRows.action[k * actionSize + i] = e.action[row * actionSize + i]!
      inputRows.logProb[k] = e.logProb[row]!
      inputRows.advantage[k] = x.advantage[row]!
      inputRows.return[k] = x.target[row]!
      inputRows.value[k] = x.value[row]!
    }
  }

  const taskOf = (k: number): number => Math.floor((order[k]! % environments) / perTask)

  /** Adds a minibatch's metrics to its tasks. */
  const account = (from: number): void => {
    for (let k = 0; k < batch; k++) {
      const task = taskOf(from + k)
      seen[task]! += 1
      for (let f = 0; f < metrics.length; f++) sums[task * metrics.length + f]! += out.rows[f * batch + k]!
    }
  }

  const brokenTasks = (from: number): number[] => {
    const found = new Set<number>()
    const finite = (k: number): boolean => metrics.every((_, f) => Number.isFinite(out.rows[f * batch + k]!))
    for (let k = 0; k < batch; k++) if (!finite(k)) found.add(taskOf(from + k))
    return [...found]
  }

  return Effect.fnUntraced(function* (e: RolloutBuffer, x: Estimates, at: UpdateAt, shuffler: Stream) {
    rate[0] = at.learningRate
    const lastFinite = new Float64Array(metrics.length).fill(Number.NaN)
    let [steps, norms, stop] = [0, 0, false]
    for (let epoch = 0; epoch < loop.epochs && !stop; epoch++) {
      const last = epoch + 1 === loop.epochs || loop.klStop !== "off"
      shuffle(shuffler)
      sums.fill(0)
      seen.fill(0)
      for (let from = 0; from + batch <= count && !stop; from += batch) {
        gather(from, e, x)
        yield* step.take(shuffler, at.iteration)
        steps++
        norms += out.gradientNorm[0]!
        if (!(out.metrics.every(Number.isFinite) && Number.isFinite(out.gradientNorm[0]!))) {
          const broken = brokenTasks(from)
          return { means: sums, gradientNorm: Number.NaN, steps, broken, lastFinite } satisfies UpdateReport
        }
        lastFinite.set(out.metrics)
        if (last) account(from)
        stop = loop.klStop !== "off" && out.metrics[kl]! > loop.klStop
        yield* pause
      }
    }
    const means = sums.map((s, i) => s / Math.max(1, seen[Math.floor(i / metrics.length)]!))
    return {
      means,
      gradientNorm: norms / Math.max(1, steps),
      steps,
      broken: undefined,
      lastFinite
    } satisfies UpdateReport
  })
})

/**
 * Fills `order` with minibatch after minibatch, in each of them `each` transitions of one task after another; the transitions of
 * a task are in an order of their own, and what does not fill a minibatch comes last.
 */
const balancedOrder = (
  { environments, tasks, each }: { readonly environments: number; readonly tasks: number; readonly each: number },
  order: Int32Array
) => {
  const own = order.length / tasks
  const perTask = environments / tasks
  const permuted = new Int32Array(own)
  const whole = Math.floor(own / each) * each
  return (s: Stream): void => {
    for (let task = 0; task < tasks; task++) {
      fillPermutation(s, permuted)
      for (const [i, at] of permuted.entries()) {
        const row = Math.floor(at / perTask) * environments + task * perTask + (at % perTask)
        const minibatch = Math.floor(i / each)
        const place =
          i < whole
            ? minibatch * each * tasks + task * each + (i % each)
            : whole * tasks + task * (own - whole) + i - whole
        order[place] = row
      }
    }
  }
}

/**
 * Running normalisation: what networks see has mean 0 and deviation 1 over all that was seen so far, by all tasks
 * together; rewards may have a scale for each task. The moments are a learner's, no environment's: part of its state and
 * of its policies. They stay as they are during a rollout and take it in afterwards, so that it does not matter who plays.
 */
import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../core/failure/mod.ts"
import type { Floats } from "../core/random/mod.ts"
import type { Rows, Space } from "../envs/mod.ts"
import { type Moments, mergeMoments, rowMoments } from "../envs/wrappers/mod.ts"
import { problemError } from "./error.ts"
import { inputsOf, type Policy } from "./policy.ts"
import { placesOf, type ToldTasks } from "./told.ts"

/** Added to variances. */
const EPSILON = 1e-8

/** Normalised numbers are at most so far from 0. */
export const LIMIT = 10

/** Weight, in rows, of mean 0 and variance 1, with which moments begin: what was never seen stays as it is. */
const PRIOR = 1e-4

type Normalising = Pick<Policy, "config" | "spaces" | "taskIds">

/** Numbers of an observation that are normalised. */
const observed = ({ config, spaces }: Normalising): number =>
  config.normalise?.observation === true ? inputsOf(spaces.observation) : 0

/** Scales of rewards: none, one for all tasks, or one for each that the policy can be told. */
const scales = ({ config, taskIds }: Normalising): number => {
  const { reward = false } = config.normalise ?? {}
  return reward === "perTask" ? taskIds.length : Number(reward)
}

/** The scale of each task's rewards, by the place of the one that it is told as. */
const scalesOf = (policy: Normalising, tasks: ToldTasks): readonly number[] =>
  scales(policy) > 1 ? placesOf({ policy, tasks }) : tasks.map(() => 0)

/** Where moments of discounted returns begin. */
const returnsAt = (policy: Normalising): number => {
  const n = observed(policy)
  return n > 0 ? 1 + 2 * n : 0
}

/** Numbers of a scale: count, mean and sum of squared deviations. */
const SCALE = 3

/**
 * Length of a policy's moments as one array: count, means and sums of squared deviations of an observation's numbers,
 * then the same three of discounted returns, of all tasks or of each in the policy's order; each where it is normalised.
 */
export const momentsSize = (policy: Normalising): number => returnsAt(policy) + SCALE * scales(policy)

/** What no moments have: a number that is not finite, a count that is not above 0, a sum of squares below 0. */
export const momentsFlaw = (policy: Normalising, moments: Floats): string | undefined => {
  const n = observed(policy)
  const parts = [
    ...(n > 0 ? [unflat(moments, 0, n)] : []),
    ...Array.from({ length: scales(policy) }, (_, k) => unflat(moments, returnsAt(policy) + SCALE * k, 1))
  ]
  for (const { count, mean, squares } of parts) {
    if (!(count > 0 && count < Number.POSITIVE_INFINITY)) return `a count of ${count}`
    const odd = mean.find((x) => !Number.isFinite(x))
    if (odd !== undefined) return `a mean of ${odd}`
    const wrong = squares.find((s) => !(s >= 0 && s < Number.POSITIVE_INFINITY))
    if (wrong !== undefined) return `a sum of squared deviations of ${wrong}`
  }
  return undefined
}

/** Moments to begin with; undefined where nothing is normalised. */
export const firstMoments = (policy: Normalising): Float64Array | undefined => {
  const n = observed(policy)
  const prior = (size: number): readonly number[] => flat({ count: PRIOR, mean: zeros(size), squares: ones(size) })
  const returns = Array.from({ length: scales(policy) }, () => prior(1))
  const all = [...(n > 0 ? prior(n) : []), ...returns.flat()]
  return all.length === 0 ? undefined : Float64Array.from(all)
}

const zeros = (size: number): readonly number[] => new Array<number>(size).fill(0)
const ones = (size: number): readonly number[] => new Array<number>(size).fill(PRIOR)

const flat = ({ count, mean, squares }: Moments): readonly number[] => [count, ...mean, ...squares]

const unflat = (from: Floats, at: number, size: number): Moments => ({
  count: from[at]!,
  mean: Array.from(from.subarray(at + 1, at + 1 + size)),
  squares: Array.from(from.subarray(at + 1 + size, at + 1 + 2 * size))
})

/** By what a policy's observations are normalised: o ↦ (o − mean)/deviation, within ±{@link LIMIT}. */
export const observationScale = (policy: Normalising, moments: Floats) => {
  const { count, mean, squares } = unflat(moments, 0, observed(policy))
  return { mean, deviation: squares.map((s) => Math.sqrt(s / count + EPSILON)) }
}

/** Normalises by moments that stay until others are set. */
export interface Normaliser {
  /** Errors: `ArgumentError` for moments of another size than the policy's. */
  readonly set: (moments: Floats | undefined) => E.Either<ArgumentError, void>
  /** Normalises an observation in place, at the beginning of a network's input; or one that stands elsewhere into it. */
  readonly observation: (input: Floats, at: number, from?: ArrayLike<number>, fromAt?: number) => void
  /**
   * Rewards as they are learned from: r/σ, within ±{@link LIMIT}; the same array where they are not normalised. `taskAt` says of
   * which task a row is, by its place.
   */
  readonly rewards: (rewards: Floats, taskAt: (row: number) => number) => Floats
  /** σ of a task, the unit of what is learned from its rewards. */
  readonly unit: (task: number) => number
}

/**
 * Makes a policy's normalisation ready for these tasks.
 *
 *     o ↦ clip((o − μ)/√(σ_o² + ε), ±10),    r ↦ clip(r/√(σ_R² + ε), ±10),    R_t = γ·R_{t−1} + r_t
 *
 * - Source: Engstrom et al., arXiv:2005.12729, section 2; ε = 1e-8 and ±10 as Stable-Baselines3's VecNormalize.
 */
export const normaliser = (policy: Normalising, tasks: ToldTasks): Normaliser => {
  const n = observed(policy)
  const mean = new Float64Array(n)
  const deviation = new Float64Array(n).fill(1)
  const within = (x: number): number => Math.min(LIMIT, Math.max(-LIMIT, x))
  const size = momentsSize(policy)
  const units = new Float64Array(tasks.length).fill(1)
  return {
    set: (moments) => {
      if ((moments?.length ?? 0) !== size) {
        const want = size === 0 ? "none: the policy normalises nothing" : `${size} numbers`
        return E.left(problemError("moments", want, `${moments?.length ?? "none"}`))
      }
      if (moments === undefined) return E.right(undefined)
      const scale = observationScale(policy, moments)
      mean.set(scale.mean)
      deviation.set(scale.deviation)
      if (scales(policy) === 0) return E.right(undefined)
      for (const [task, scale] of scalesOf(policy, tasks).entries()) {
        const at = returnsAt(policy) + SCALE * scale
        units[task] = Math.sqrt(moments[at + 2]! / moments[at]! + EPSILON)
      }
      return E.right(undefined)
    },
    observation: (input, at, from = input, fromAt = at) => {
      for (let i = 0; i < n; i++) input[at + i] = within((from[fromAt + i]! - mean[i]!) / deviation[i]!)
    },
    rewards: (rewards, taskAt) =>
      scales(policy) === 0 ? rewards : Float64Array.from(rewards, (r, row) => within(r / units[taskAt(row)]!)),
    unit: (task) => units[task]!
  }
}

/** What a learner has of the past beside its policy. */
export interface Memory {
  readonly moments: Floats | undefined
  /** R of each environment's running episode, where rewards are normalised. */
  readonly discounted: Floats
}

/** Numbers of {@link Memory.discounted} for so many environments. */
export const discountedSize = (policy: Normalising, environments: number): number =>
  scales(policy) > 0 ? environments : 0

/**
 * Where a training begins.
 *
 * - Shapes: `start` `[momentsSize(policy)]`, as saved.
 */
export const firstMemory = (policy: Normalising, start: Floats | undefined, environments: number): Memory => ({
  moments: start ?? firstMoments(policy),
  discounted: new Float64Array(discountedSize(policy, environments))
})

/** Whether an environment's numbers are float64, as seconds since 1970 must be. */
export const isDouble = (observation: Space): boolean => observation._tag === "Box" && observation.dtype === "float64"

/**
 * Moments before these rows. Where nothing was seen yet and numbers are float64, the prior stands at the first row in the
 * place of 0: a large mean would be taken for a spread of 1% of it.
 */
const soFar = ({ spaces }: Normalising, before: Moments, rows: Rows): Moments =>
  before.count === PRIOR && isDouble(spaces.observation)
    ? { ...before, mean: Array.from(rows.observation.subarray(0, before.mean.length)) }
    : before

/**
 * The memory after some more transitions of these tasks, in the order [step, environment], with equally many environments of one
 * task after another; R starts anew where an episode ended.
 *
 * What is seen next counts as seen, also after an end, as it does for VecNormalize.
 */
export const updateMoments = (
  policy: Normalising,
  before: Memory,
  rows: Rows,
  gamma: number,
  tasks: ToldTasks
): Memory => {
  const { moments } = before
  if (moments === undefined) return before
  const n = observed(policy)
  const seen =
    n > 0 ? flat(mergeMoments(soFar(policy, unflat(moments, 0, n), rows), rowMoments(rows.observation, n))) : []
  if (scales(policy) === 0) return { ...before, moments: Float64Array.from(seen) }
  const discounted = Float64Array.from(before.discounted)
  const sums = new Float64Array(rows.reward.length)
  for (let row = 0, env = 0; row < sums.length; row++, env = env + 1 === discounted.length ? 0 : env + 1) {
    sums[row] = gamma * discounted[env]! + rows.reward[row]!
    discounted[env] = rows.terminated[row]! + rows.truncated[row]! > 0 ? 0 : sums[row]!
  }
  const own = scalesOf(policy, tasks)
  const scaleAt = (row: number): number =>
    own[Math.floor(((row % discounted.length) * own.length) / discounted.length)]!
  const returns = Array.from({ length: scales(policy) }, (_, scale) => {
    const more = sums.filter((_, row) => scaleAt(row) === scale)
    return flat(mergeMoments(unflat(moments, seen.length + SCALE * scale, 1), rowMoments(more, 1)))
  })
  return { moments: Float64Array.from([...seen, ...returns.flat()]), discounted }
}

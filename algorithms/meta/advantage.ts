/** Advantages of one task's rollout against a baseline fitted to that rollout: nothing to train, nothing to carry. */

import * as E from "fp-ts/lib/Either.js"
import { baselineFitter, gaeInto, returnsInto, standardiseInPlace } from "../../core/estimate/mod.ts"
import type { ArgumentError } from "../../core/failure/mod.ts"
import type { Floats } from "../../core/random/mod.ts"
import type { EnvironmentRunner, RolloutBuffer } from "../rollouts.ts"
import type { Estimation } from "./estimation.ts"

/** What one task showed in a rollout: n transitions in the order [step, environment]. */
export interface TaskRollout {
  /** `[n, inputs]`, in the session's precision. */
  readonly observation: Float32Array | Float64Array
  /** Network inputs of what was really reached, `[n, inputs]`. */
  readonly nextInputs: Float32Array | Float64Array
  readonly action: Float64Array
  /** `[n]`, like all below. */
  readonly logProb: Float64Array
  readonly reward: Float64Array
  readonly terminated: Uint8Array
  readonly truncated: Uint8Array
  readonly value: Float64Array
  readonly next: Float64Array
  readonly advantage: Float64Array
  /** Transition i of this task in the buffer. */
  readonly rows: Int32Array
}

/** Copies one task's rows out of a rollout buffer of groups of `each` environments. */
export const takeTask = (x: EnvironmentRunner, e: RolloutBuffer, task: number, each: number): TaskRollout => {
  const envs = x.batch.count
  const inputs = e.observation.length / e.count
  const Real = e.observation instanceof Float32Array ? Float32Array : Float64Array
  const count = (e.count / envs) * each
  const rows = Int32Array.from({ length: count }, (_, i) => Math.floor(i / each) * envs + task * each + (i % each))
  const width = e.action.length / e.count
  const out = {
    observation: new Real(count * inputs),
    nextInputs: new Real(count * inputs),
    action: new Float64Array(count * width),
    logProb: new Float64Array(count),
    reward: new Float64Array(count),
    terminated: new Uint8Array(count),
    truncated: new Uint8Array(count),
    value: new Float64Array(count),
    next: new Float64Array(count),
    advantage: new Float64Array(count),
    rows
  }
  for (const [i, row] of rows.entries()) {
    out.observation.set(e.observation.subarray(row * inputs, (row + 1) * inputs), i * inputs)
    x.encode(row % envs, e.rows.nextObservation, row * x.batch.observationSize, out.nextInputs, i * inputs)
    out.action.set(e.action.subarray(row * width, (row + 1) * width), i * width)
    out.logProb[i] = e.logProb[row]!
    out.reward[i] = e.rows.reward[row]!
    out.terminated[i] = e.rows.terminated[row]!
    out.truncated[i] = e.rows.truncated[row]!
  }
  return out
}

/** Fits of the baseline: the first sees no future past a cut, each other one that of the fit before. */
const FITS = 3

/** What a baseline that was fitted to returns says of where a task was, and of where it came: `[n]` each. */
export interface Fitted {
  readonly value: Floats
  readonly next: Floats
}

/**
 * Fills value, next and advantage: generalised advantages against a baseline that `fit` fits to this task's own returns.
 *
 *     v_0 = 0,   v_{j+1} = fit of the returns that end in v_j where the episode was cut
 *
 * - Errors: those of `gaeInto`.
 * - Source: Duan et al., arXiv:1604.06778, the linear feature baseline; Schulman et al., arXiv:1506.02438, eq. 16.
 */
export const fittedAdvantages = (
  { gamma, lambda }: Pick<Estimation, "gamma" | "lambda">,
  r: TaskRollout,
  each: number,
  fit: (returns: Float64Array) => Fitted
): E.Either<ArgumentError, void> => {
  const target = new Float64Array(r.reward.length)
  r.value.fill(0)
  r.next.fill(0)
  for (let j = 0; j < FITS; j++) {
    const done = gaeInto(gamma, 1, each)(r, r.advantage)
    if (E.isLeft(done)) return done
    const { value, next } = fit(returnsInto(r.advantage, r.value, target))
    r.value.set(value)
    r.next.set(next)
    for (let i = 0; i < r.next.length; i++) if (r.terminated[i] === 1) r.next[i] = 0
  }
  return E.map((_: Float64Array) => undefined)(gaeInto(gamma, lambda, each)(r, r.advantage))
}

/** {@link fittedAdvantages} by a baseline of the observations, standardised where asked. */
export const estimate = (
  c: Estimation,
  r: TaskRollout,
  each: number,
  inputs: number
): E.Either<ArgumentError, void> => {
  const count = r.reward.length
  const fit = baselineFitter(r.observation, inputs, inputs, count)
  const done = fittedAdvantages(c, r, each, (returns) => {
    const baseline = fit(returns)
    return { value: baseline.values(r.observation, inputs, count), next: baseline.values(r.nextInputs, inputs, count) }
  })
  if (E.isRight(done) && c.normaliseAdvantages) standardiseInPlace(r.advantage)
  return done
}

/** A task's whole episodes in a rollout, and its mean reward a step. */
export interface Played {
  readonly episodes: number
  readonly meanReturn: number | undefined
  readonly meanLength: number | undefined
  readonly meanReward: number
}

export const played = (e: RolloutBuffer, r: TaskRollout): Played => {
  let [episodes, returns, lengths, rewards] = [0, 0, 0, 0]
  for (const [i, row] of r.rows.entries()) {
    rewards += r.reward[i]!
    if (r.terminated[i]! + r.truncated[i]! === 0) continue
    episodes++
    returns += e.rows.episodeReturn[row]!
    lengths += e.rows.episodeLength[row]!
  }
  return {
    episodes,
    meanReturn: episodes === 0 ? undefined : returns / episodes,
    meanLength: episodes === 0 ? undefined : lengths / episodes,
    meanReward: rewards / r.rows.length
  }
}

/** Whether every reward and log-probability is finite. */
export const finiteTask = (r: TaskRollout): boolean => finite(r.reward) && finite(r.logProb)

const finite = (x: Floats): boolean => x.every(Number.isFinite)

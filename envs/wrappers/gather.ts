import * as Either from "fp-ts/lib/Either.js"
import { child, type Key, stream } from "../../core/random/mod.ts"
import { checkedDynamics } from "../dynamics.ts"
import { type Dynamics, type Environment, limitOf, type Outcome } from "../env.ts"
import type { EnvError } from "../error.ts"
import type { Params } from "../parameter.ts"
import { sample } from "../space.ts"
import { addRow, type Moments, noMoments } from "./moments.ts"

/**
 * Moments of what is observed in `steps` steps of random actions; those of several tasks merge by `mergeMoments`.
 *
 * - Errors: those of the environment's parameters.
 */
export const observationMoments = (
  env: Environment,
  params: Params,
  key: Key,
  steps: number
): Either.Either<EnvError, Moments> =>
  Either.map((d: Dynamics) => {
    let found = noMoments(d.observationSize)
    const seen = new Float64Array(d.observationSize)
    play(env, d, key, steps, (state) => {
      d.observe(state, 0, seen, 0)
      found = addRow(found, seen)
    })
    return found
  })(checkedDynamics(env, env.make(params)))

/**
 * Moments of the discounted sum of past rewards in `steps` steps of random actions.
 *
 *     R_t = γ·R_{t−1} + r_t,   from 0 in each episode
 *
 * - Units: `gamma` per step.
 * - Errors: those of the environment's parameters.
 * - Source: Engstrom et al., "Implementation matters in deep policy gradients", arXiv:2005.12729, section 2.
 */
export const returnMoments = (
  env: Environment,
  params: Params,
  key: Key,
  steps: number,
  gamma = 0.99
): Either.Either<EnvError, Moments> =>
  Either.map((d: Dynamics) => {
    let found = noMoments(1)
    let sum = 0
    play(env, d, key, steps, (_, outcome) => {
      sum = outcome === undefined ? 0 : gamma * sum + outcome.reward
      if (outcome !== undefined) found = addRow(found, [sum])
    })
    return found
  })(checkedDynamics(env, env.make(params)))

/** Random actions, episode after episode; `see` gets each state, without an outcome at the beginning of an episode. */
const play = (
  env: Environment,
  d: Dynamics,
  key: Key,
  steps: number,
  see: (state: Float64Array, outcome?: Outcome) => void
): void => {
  const [own, choosing] = [stream(child(key, "environment")), stream(child(key, "actions"))]
  const state = new Float64Array(d.stateSize)
  const action = new Float64Array(d.actionSize)
  const outcome: Outcome = { reward: 0, terminated: false }
  const limit = limitOf(env, d)
  let length = limit
  for (let t = 0; t < steps; t++) {
    if (outcome.terminated || length >= limit) {
      d.reset(state, 0, own)
      see(state)
      length = 0
    }
    sample(env.action, choosing, action, 0)
    d.step(state, 0, action, own, outcome)
    see(state, outcome)
    length++
  }
}

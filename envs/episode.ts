import * as Either from "fp-ts/lib/Either.js"
import { type Key, stream } from "../core/random/mod.ts"
import { shown } from "../core/text/shown.ts"
import { checkedDynamics } from "./dynamics.ts"
import { type Dynamics, type Environment, limitOf, type Outcome } from "./env.ts"
import { dynamicsError, type EnvError } from "./error.ts"
import type { Params } from "./parameter.ts"
import type { ReplayStep } from "./replay.ts"
import { describeSpace, flatten } from "./space.ts"

/** An episode that has begun: there is no way to step before the reset, and a step after the end is refused. */
export interface Episode {
  /** What the reset shows. */
  readonly observation: readonly number[]
  /**
   * Takes an action: a number for a discrete space, an array of numbers for a box.
   *
   * - Errors: `ActionError` for an action that is not in the space; `DynamicsError` after the end. Nothing moved then.
   */
  readonly step: (action: unknown) => Either.Either<EnvError, ReplayStep>
  /** The present state as an SVG element, where the environment has pictures. */
  readonly render: () => string | undefined
}

/**
 * Begins an episode, for scripts and tests that act one step at a time.
 *
 * - Errors: those of the parameters; `DynamicsError` where the environment is not what it says.
 *
 * @example
 * const episode = beginEpisode(cartPole, { length: 1 }, zeroKey)
 */
export const beginEpisode = (env: Environment, params: Params, key: Key): Either.Either<EnvError, Episode> =>
  Either.map((d: Dynamics) => begun(env, d, key))(checkedDynamics(env, env.make(params)))

const begun = (env: Environment, d: Dynamics, key: Key): Episode => {
  const source = stream(key)
  const state = new Float64Array(d.stateSize)
  const float64 = env.observation._tag === "Box" && env.observation.dtype === "float64"
  const seen = float64 ? new Float64Array(d.observationSize) : new Float32Array(d.observationSize)
  const observe = (): readonly number[] => {
    d.observe(state, 0, seen, 0)
    return [...seen]
  }
  const limit = limitOf(env, d)
  const outcome: Outcome = { reward: 0, terminated: false }
  let taken = 0
  let over = false

  const step = (action: unknown): Either.Either<EnvError, ReplayStep> => {
    if (over) {
      const want = `at most ${taken} actions: the episode ended`
      return Either.left(dynamicsError(env.id, "step()", want, "one more", "begin another episode"))
    }
    const numbers = flatten(env.action, action)
    if (numbers === undefined) {
      const space = describeSpace(env.action)
      const message = `Cannot take action ${taken} of ${env.id}: want ${space}, got ${shown(action)}`
      return Either.left({ _tag: "ActionError", environment: env.id, index: taken, value: action, space, message })
    }
    d.step(state, 0, Float64Array.from(numbers), 0, source, outcome)
    taken++
    const truncated = taken >= limit
    over = outcome.terminated || truncated
    return Either.right({ obs: observe(), reward: outcome.reward, terminated: outcome.terminated, truncated })
  }

  d.reset(state, 0, source)
  return { observation: observe(), step, render: () => d.render?.(state, 0) }
}

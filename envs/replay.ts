import * as Either from "fp-ts/lib/Either.js"
import { type Key, stream } from "../core/random/mod.ts"
import { type Environment, limitOf, type Outcome } from "./env.ts"
import type { EnvError } from "./error.ts"
import type { Params } from "./parameter.ts"
import { describeSpace, flatten } from "./space.ts"

/** One step of a replayed episode, as Gymnasium's `step` gives it. */
export interface ReplayStep {
  readonly obs: readonly number[]
  readonly reward: number
  readonly terminated: boolean
  readonly truncated: boolean
}

export interface Replay {
  /** The observation that `reset(seed)` gives. */
  readonly obs: readonly number[]
  readonly steps: readonly ReplayStep[]
  /** Actions that were left when the episode ended. */
  readonly unused: number
}

/**
 * The episode that a seed and a list of actions give: what Gymnasium gives for `reset(seed=seed)` and these steps.
 *
 * Actions are a number each for a discrete space, an array of numbers for a box (a bare number serves a box of one).
 *
 * - Errors: those of the parameters; `ActionError` naming index, value and space, whether or not the episode lasts so long.
 */
export const replay = (
  environment: Environment,
  params: Params,
  key: Key,
  actions: readonly unknown[]
): Either.Either<EnvError, Replay> => {
  const made = environment.make(params)
  if (Either.isLeft(made)) return made
  const dynamics = made.right
  const flat = new Float64Array(actions.length * dynamics.actionSize)
  for (const [index, value] of actions.entries()) {
    const numbers = flatten(environment.action, value)
    if (numbers === undefined) {
      const space = describeSpace(environment.action)
      const message = `Cannot take action ${index} of ${environment.id}: want ${space}, got ${JSON.stringify(value) ?? value}`
      return Either.left({ _tag: "ActionError", environment: environment.id, index, value, space, message })
    }
    flat.set(numbers, index * dynamics.actionSize)
  }

  const source = stream(key)
  const state = new Float64Array(dynamics.stateSize)
  const float64 = environment.observation._tag === "Box" && environment.observation.dtype === "float64"
  const seen = float64 ? new Float64Array(dynamics.observationSize) : new Float32Array(dynamics.observationSize)
  const observe = (): readonly number[] => {
    dynamics.observe(state, 0, seen, 0)
    return [...seen]
  }

  dynamics.reset(state, 0, source)
  const obs = observe()
  const steps: ReplayStep[] = []
  const outcome: Outcome = { reward: 0, terminated: false }
  const limit = limitOf(environment, dynamics)
  let over = false
  for (let t = 0; t < actions.length && !over; t++) {
    dynamics.step(state, 0, flat, t * dynamics.actionSize, source, outcome)
    // Gymnasium's time limit reports both ends when they meet; a batch reports only the termination.
    const truncated = t + 1 >= limit
    steps.push({ obs: observe(), reward: outcome.reward, terminated: outcome.terminated, truncated })
    over = outcome.terminated || truncated
  }
  return Either.right({ obs, steps, unused: actions.length - steps.length })
}

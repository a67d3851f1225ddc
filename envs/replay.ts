import * as Either from "fp-ts/lib/Either.js"
import { type Key, stream } from "../core/random/mod.ts"
import { shown } from "../core/text/shown.ts"
import type { Batch } from "./batch.ts"
import { type Environment, limitOf, type Outcome } from "./env.ts"
import { actionError, type EnvError } from "./error.ts"
import type { Params } from "./parameter.ts"
import { describeSpace, flatten, sizeOf } from "./space.ts"
import { variantOf } from "./variant.ts"
import { makeRows } from "./vector.ts"

/** One step of a replayed episode, as Gymnasium's `step` gives it. */
export interface ReplayStep {
  readonly obs: readonly number[]
  readonly reward: number
  readonly terminated: boolean
  readonly truncated: boolean
}

/** An episode under given actions. */
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
 * Parameters may change the spaces, see {@link variantOf}.
 *
 * - Errors: those of the parameters; `ActionError` naming index, value and space, whether or not the episode lasts so long;
 *   `ProcessError` where the environment is elsewhere and fails there.
 */
export const replay = (
  named: Environment,
  params: Params,
  key: Key,
  actions: readonly unknown[]
): Either.Either<EnvError, Replay> => {
  const environment = variantOf(named, params)
  const flat = flatActions(environment, actions)
  if (Either.isLeft(flat)) return flat
  if (environment.open !== undefined) {
    return Either.chain((batch: Batch) => replayBatch(environment, batch, flat.right, actions.length))(
      environment.open([{ params, key }], { fresh: true })
    )
  }
  const made = environment.make(params)
  if (Either.isLeft(made)) return made
  const dynamics = made.right

  const source = stream(key)
  const state = new Float64Array(dynamics.stateSize)
  const seen = new (floatsOf(environment))(dynamics.observationSize)
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
    dynamics.step(state, 0, flat.right, t * dynamics.actionSize, source, outcome)
    // Gymnasium's time limit reports both ends when they meet; a batch reports only the termination.
    const truncated = t + 1 >= limit
    steps.push({ obs: observe(), reward: outcome.reward, terminated: outcome.terminated, truncated })
    over = outcome.terminated || truncated
  }
  return Either.right({ obs, steps, unused: actions.length - steps.length })
}

/** All actions behind one another. */
const flatActions = (environment: Environment, actions: readonly unknown[]): Either.Either<EnvError, Float64Array> => {
  const size = sizeOf(environment.action)
  const flat = new Float64Array(actions.length * size)
  for (const [index, value] of actions.entries()) {
    const numbers = flatten(environment.action, value)
    if (numbers === undefined) {
      const [doing, want] = [`take action ${index} of ${environment.id}`, describeSpace(environment.action)]
      return Either.left(actionError({ doing, want, got: shown(value), index }))
    }
    flat.set(numbers, index * size)
  }
  return Either.right(flat)
}

/** The same of an environment that is elsewhere: a batch of it alone, which is closed at the end. */
const replayBatch = (
  environment: Environment,
  batch: Batch,
  actions: Float64Array,
  count: number
): Either.Either<EnvError, Replay> => {
  const rows = makeRows(1, batch.observationSize, floatsOf(environment))
  batch.reset(rows.observation)
  const obs = [...rows.observation]
  const steps: ReplayStep[] = []
  for (let t = 0, over = false; t < count && !over && batch.fault() === undefined; t++) {
    batch.step(actions, rows, 0, t)
    const terminated = rows.terminated[0] === 1
    const truncated = rows.truncated[0] === 1 || t + 1 >= environment.maxEpisodeSteps
    steps.push({ obs: [...rows.nextObservation], reward: rows.reward[0]!, terminated, truncated })
    over = terminated || truncated
  }
  const broken = batch.fault()
  batch.remote?.close()
  return broken === undefined ? Either.right({ obs, steps, unused: count - steps.length }) : Either.left(broken)
}

export const floatsOf = ({ observation }: Environment): Float32ArrayConstructor | Float64ArrayConstructor =>
  observation._tag === "Box" && observation.dtype === "float64" ? Float64Array : Float32Array

import * as Either from "fp-ts/lib/Either.js"
import { type Key, stream } from "../core/random/mod.ts"
import { shown } from "../core/text/shown.ts"
import type { Batch } from "./batch.ts"
import { checkedDynamics } from "./dynamics.ts"
import { type Dynamics, type Environment, limitOf, type Outcome } from "./env.ts"
import { actionError, type EnvError, environmentError } from "./error.ts"
import type { Params } from "./parameter.ts"
import type { Picture, PictureSize } from "./picture.ts"
import { describeSpace, flatten, type Space } from "./space.ts"
import { makeRows } from "./vector.ts"

/** One step of an episode, as Gymnasium's `step` gives it. */
export interface ReplayStep {
  readonly obs: readonly number[]
  readonly reward: number
  readonly terminated: boolean
  readonly truncated: boolean
  /** Whether the task is solved now, where the environment's dynamics tell: see `Dynamics.solved`. */
  readonly success?: boolean
}

/** An episode that has begun: there is no way to step before the reset, and a step after the end is refused. */
export interface Episode {
  /** What the reset shows. */
  readonly observation: readonly number[]
  /**
   * Takes an action: a number for a discrete space, an array of numbers for a box.
   *
   * - Errors: `ActionError` for an action that is not in the space; `EnvironmentError` after the end. Nothing moved then.
   *   `ProcessError` where the environment is elsewhere and fails there.
   */
  readonly step: (action: unknown) => Either.Either<EnvError, ReplayStep>
  /** The present state as an SVG element, where the environment has pictures. */
  readonly render: () => string | undefined
  /** The same as pixels, where the environment is drawn so. */
  readonly picture: (size: PictureSize) => Picture | undefined
  /** A copy of the present state, all of it, where the environment is here: what `Dynamics.picture` draws later. */
  readonly state: () => Float64Array | undefined
  /** Whether it has succeeded, once it has ended, where the environment tells by its state. */
  readonly succeeded: () => boolean | undefined
  /** Ends an episode of an environment that is elsewhere; of others there is nothing to end. */
  readonly close: () => void
}

/** What moves: an episode without the checks. */
interface Moving {
  readonly limit: number
  readonly first: readonly number[]
  readonly move: (action: readonly number[]) => Either.Either<EnvError, ReplayStep>
  readonly render: Episode["render"]
  readonly picture: Episode["picture"]
  readonly state: Episode["state"]
  readonly succeeded: Episode["succeeded"]
  readonly close: Episode["close"]
}

/**
 * Begins an episode, for scripts and tests that act one step at a time.
 *
 * - Errors: those of the parameters; `EnvironmentError` where the environment is not what it says; `ProcessError`.
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { envs, random } from "policygradex"
 *
 * const episode = envs.beginEpisode(envs.cartPole, { length: 1 }, random.zeroKey)
 * E.map((e: envs.Episode) => e.observation)(episode)
 * // => right([0.0136…, -0.0230…, -0.0459…, -0.0483…])
 * ```
 */
export const beginEpisode = (env: Environment, params: Params, key: Key): Either.Either<EnvError, Episode> =>
  Either.map((moving: Moving) => checked(env, moving))(
    env.open === undefined
      ? Either.map((d: Dynamics) => here(env, d, key))(checkedDynamics(env, env.make(params)))
      : Either.chain((batch: Batch) => remoteMoving(env, batch))(env.open([{ params, key }], { fresh: true }))
  )

const checked = (
  env: Environment,
  { limit, first, move, render, picture, state, succeeded, close }: Moving
): Episode => {
  let taken = 0
  let over = false
  const step = (action: unknown): Either.Either<EnvError, ReplayStep> => {
    if (over) {
      const want = `at most ${taken} actions: the episode ended`
      return Either.left(environmentError(env.id, "step()", want, "one more", "begin another episode"))
    }
    const numbers = flatAction(env, action, taken)
    if (Either.isLeft(numbers)) return numbers
    return Either.map((moved: ReplayStep) => {
      taken++
      const truncated = moved.truncated || taken >= limit
      over = moved.terminated || truncated
      return { ...moved, truncated }
    })(move(numbers.right))
  }
  return { observation: first, step, render, picture, state, succeeded: () => (over ? succeeded() : undefined), close }
}

/** The numbers of an action. Errors: `ActionError` naming its index, its value and the space. */
export const flatAction = (
  env: Environment,
  action: unknown,
  index: number
): Either.Either<EnvError, readonly number[]> => {
  const numbers = flatten(env.clipsActions === true ? boundless(env.action) : env.action, action)
  if (numbers !== undefined) return Either.right(numbers)
  const [doing, want] = [`take action ${index} of ${env.id}`, describeSpace(env.action)]
  return Either.left(actionError({ doing, want, got: shown(action), index }))
}

const boundless = (space: Space): Space => {
  if (space._tag === "Discrete") return space
  const largest = space.high.map(() => Number.MAX_VALUE)
  return { ...space, low: largest.map((x) => -x), high: largest }
}

const here = (env: Environment, d: Dynamics, key: Key): Moving => {
  const source = stream(key)
  const state = new Float64Array(d.stateSize)
  const seen = new (floatsOf(env))(d.observationSize)
  const observe = (): readonly number[] => {
    d.observe(state, 0, seen, 0)
    return [...seen]
  }
  const outcome: Outcome = { reward: 0, terminated: false }
  d.reset(state, 0, source)
  return {
    limit: limitOf(env, d),
    first: observe(),
    move: (action) => {
      d.step(state, 0, Float64Array.from(action), source, outcome)
      const { reward, terminated } = outcome
      const step: ReplayStep = { obs: observe(), reward, terminated, truncated: false }
      return Either.right(d.solved === undefined ? step : { ...step, success: d.solved(state, 0) })
    },
    render: () => d.render?.(state, 0),
    picture: (size) => d.picture?.(state, 0, size),
    state: () => state.slice(),
    succeeded: () => d.succeeded?.(state, 0),
    close: () => {}
  }
}

const remoteMoving = (env: Environment, batch: Batch): Either.Either<EnvError, Moving> => {
  const rows = makeRows(1, batch.observationSize, floatsOf(env))
  const close = (): void => batch.remote?.close()
  batch.reset(rows.observation)
  const fault = batch.fault()
  if (fault !== undefined) {
    close()
    return Either.left(fault)
  }
  return Either.right({
    limit: env.maxEpisodeSteps,
    first: [...rows.observation],
    move: (action) => {
      batch.step(Float64Array.from(action), rows)
      const stopped = batch.fault()
      if (stopped !== undefined) return Either.left(stopped)
      const [terminated, truncated] = [rows.terminated[0] === 1, rows.truncated[0] === 1]
      return Either.right({ obs: [...rows.nextObservation], reward: rows.reward[0]!, terminated, truncated })
    },
    render: () => undefined,
    picture: () => undefined,
    state: () => undefined,
    succeeded: () => batch.succeeded?.(0),
    close
  })
}

const floatsOf = ({ observation }: Environment): Float32ArrayConstructor | Float64ArrayConstructor =>
  observation._tag === "Box" && observation.dtype === "float64" ? Float64Array : Float32Array

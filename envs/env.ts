import * as Either from "fp-ts/lib/Either.js"
import type { Floats, Stream } from "../core/random/mod.ts"
import type { OpenBatch } from "./batch.ts"
import type { EnvError } from "./error.ts"
import { type ParameterTable, type Params, type Resolved, resolve } from "./parameter.ts"
import type { Picture, PictureSize } from "./picture.ts"
import type { Scene } from "./scene.ts"
import type { Space } from "./space.ts"
import { type SpaceVariant, sameSpaces } from "./variant.ts"

/** What a step writes beside the new state: a caller's scratch record, so that stepping allocates nothing. */
export interface Outcome {
  reward: number
  /** The episode ended by the task's own rules. A time limit is no such rule: see {@link Environment.maxEpisodeSteps}. */
  terminated: boolean
}

/**
 * An environment with its parameters fixed: pure functions over a caller's buffers.
 *
 * The state of one episode is `stateSize` float64 numbers at `state[at …]`, all of it: an environment keeps nothing
 * elsewhere, so a batch is one array and a checkpoint is a copy. Randomness comes from the stream alone.
 * Actions are valid (`flatten` of space.ts decides); observations are rounded by the buffer they are written to.
 */
export interface Dynamics {
  readonly stateSize: number
  readonly observationSize: number
  readonly actionSize: number
  /** Writes the first state of an episode. */
  readonly reset: (state: Float64Array, at: number, stream: Stream) => void
  /** Moves the state on by one step under the action `[actionSize]` and fills `outcome`. */
  readonly step: (state: Float64Array, at: number, action: Floats, stream: Stream, outcome: Outcome) => void
  /** Writes what the agent sees of the state to `out[outAt …]`. */
  readonly observe: (state: Float64Array, at: number, out: Floats, outAt: number) => void
  /** The time limit of these parameters, where they decide it; without it the environment's holds. */
  readonly maxEpisodeSteps?: number
  /**
   * Whether the episode that ended in this state succeeded, where a task can be succeeded at: asked once, at the end,
   * also at one by the time limit. `pgex evaluate` tells how many did.
   */
  readonly succeeded?: (state: Float64Array, at: number) => boolean
  /** Where a task can be solved and come undone again: whether it is solved in this state. `replay` tells of every step. */
  readonly solved?: (state: Float64Array, at: number) => boolean
  /**
   * Why the last step has no numbers (its state and reward are NaN), asked once after a step that a batch reports: of physics
   * that can come to an end.
   */
  readonly fault?: () => EnvError | undefined
  /** A picture of the state as one SVG element. */
  readonly render?: (state: Float64Array, at: number) => string
  /** The same as pixels of any size, of environments that are drawn so. */
  readonly picture?: (state: Float64Array, at: number, size: PictureSize) => Picture
  /** What is seen of it as bodies in space: recordings of such environments keep their states, and reports play them. */
  readonly scene?: Scene
}

/** The time limit of an environment that has none: what an Int32Array can count. */
export const NO_LIMIT = 2 ** 31 - 1

/** A limit from here on is none: no evaluation would come to the end of an episode that only it ends. */
const ENDLESS = 1_000_000

/** The steps after which an episode without a time limit is truncated all the same. */
export const MOST_STEPS = 10_000

/** Whether episodes have no time limit of their own. */
export const isEndless = ({ maxEpisodeSteps }: Pick<Environment, "maxEpisodeSteps">): boolean =>
  maxEpisodeSteps >= ENDLESS

/** An environment: the record that a plugin contributes. */
export interface Environment {
  /** Gymnasium's id where there is one, e.g. "CartPole-v1". */
  readonly id: string
  /** Rises whenever numbers change. */
  readonly version: string
  readonly summary: string
  readonly observation: Space
  readonly action: Space
  readonly parameters: ParameterTable
  /** Values of parameters that mean an environment of other spaces; `make` refuses them. */
  readonly variants?: readonly Variant[]
  /** Parameters of the environment that this one is modelled on which it has not, and why not. */
  readonly absent?: Readonly<Record<string, string>>
  /** Where an action beyond the space's bounds is taken all the same, and clipped, as what it is modelled on does. */
  readonly clipsActions?: true
  /** Reaching it truncates the episode; the environment itself only terminates. {@link limitOf} for other parameters. */
  readonly maxEpisodeSteps: number
  /** Seconds of the task's own time between two observations. */
  readonly secondsPerStep: number
  /** Nothing is random under the default parameters: the same actions lead the same way from every key. */
  readonly deterministic?: boolean
  /** False where key and actions do not decide an episode: it remembers earlier ones, or sees a clock. */
  readonly repeats?: false
  /**
   * The dynamics under these parameters, defaults for the others.
   *
   * - Errors: `UnknownName` with the nearest parameter; `ParameterError` naming parameter, value, range and unit, or the
   *   environment to take where the value changes the spaces.
   */
  readonly make: (params: Params) => Either.Either<EnvError, Dynamics>
  /**
   * For environments whose state is elsewhere, in another process say: how a batch of them is had. Then `make` has nothing
   * to give and refuses, episodes stay in the thread that opened them, and whoever opens a batch closes it.
   */
  readonly open?: OpenBatch
}

/** Values of a parameter that mean an environment of other spaces. */
export type Variant = SpaceVariant<Environment>

/** The steps after which an episode under these dynamics is truncated: {@link MOST_STEPS} where they name no limit. */
export const limitOf = (environment: Pick<Environment, "maxEpisodeSteps">, dynamics: Dynamics): number => {
  const maxEpisodeSteps = dynamics.maxEpisodeSteps ?? environment.maxEpisodeSteps
  return isEndless({ maxEpisodeSteps }) ? MOST_STEPS : maxEpisodeSteps
}

/** An environment before its parameters are checked: `dynamics` receives every value, valid and typed. */
export interface EnvironmentSpec<T extends ParameterTable> extends Omit<Environment, "make" | "parameters"> {
  readonly parameters: T
  readonly dynamics: (params: Resolved<T>) => Dynamics
}

/**
 * Makes the record of an environment; checking parameters is done here, once for all environments.
 *
 * @example An environment of its own dynamics
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { envs } from "policygradex"
 *
 * const length = envs.number(0.5, "m", 0.1, 4, "length of the pole")
 * const still = envs.environment({
 *   ...envs.cartPole,
 *   id: "Still-v1",
 *   parameters: { length },
 *   dynamics: ({ length }) => ({
 *     stateSize: 1,
 *     observationSize: 4,
 *     actionSize: 1,
 *     reset: (state, at) => void (state[at] = length),
 *     step: (_state, _at, _action, _stream, outcome) => void Object.assign(outcome, { reward: 1, terminated: false }),
 *     observe: (state, at, out, outAt) => void out.fill(state[at]!, outAt, outAt + 4)
 *   })
 * })
 * E.isRight(still.make({ length: 1 })) // => true
 * E.mapLeft((e: envs.EnvError) => e._tag)(still.make({ length: 9 })) // => left("ParameterError")
 * ```
 */
export const environment = <T extends ParameterTable>(spec: EnvironmentSpec<T>): Environment => {
  const { dynamics, ...rest } = spec
  return {
    ...rest,
    make: (params) =>
      Either.map(dynamics)(
        Either.chain((same: Params) => resolve(spec.id, "parameter", spec.parameters, same, spec.absent))(
          sameSpaces(spec, params)
        )
      )
  }
}

/**
 * The text that identifies what numbers a task gives: environment, version, horizon and every parameter value.
 * Checkpoints and receipts carry it; two texts differ where results may.
 *
 * - Errors: `UnknownName`, `ParameterError` of a parameter, as `make` has them.
 */
export const identity = (env: Environment, params: Params): Either.Either<EnvError, string> =>
  Either.map((values) =>
    JSON.stringify({ environment: env.id, version: env.version, maxEpisodeSteps: env.maxEpisodeSteps, params: values })
  )(resolve(env.id, "parameter", env.parameters, params))

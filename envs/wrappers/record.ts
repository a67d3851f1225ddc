import * as Either from "fp-ts/lib/Either.js"
import type { Key } from "../../core/random/mod.ts"
import type { Environment } from "../env.ts"
import type { ReplayStep } from "../episode.ts"
import { beginEpisode, type Episode } from "../episode.ts"
import type { EnvError } from "../error.ts"
import type { Params } from "../parameter.ts"

/** One whole episode. Law: `replay` of its actions gives its observations, rewards and end. */
export interface Recording {
  readonly environment: string
  readonly version: string
  readonly params: Params
  readonly obs: readonly number[]
  readonly actions: readonly unknown[]
  readonly steps: readonly ReplayStep[]
  /** Pictures before the first action and after each, one every `secondsPerStep`; none where there are none. */
  readonly frames: readonly string[]
  /** States likewise, of environments that are here: what the dynamics' `picture` and `scene` show later. */
  readonly states: readonly Float64Array[]
  readonly secondsPerStep: number
}

/**
 * Plays an episode to its end and keeps all of it, pictures too. `act` chooses by what is seen.
 *
 * - Errors: those of the parameters; `ActionError` naming the step and what `act` gave.
 */
export const recordEpisode = (
  env: Environment,
  params: Params,
  key: Key,
  act: (observation: readonly number[], step: number) => unknown
): Either.Either<EnvError, Recording> =>
  Either.chain((episode: Episode): Either.Either<EnvError, Recording> => {
    const actions: unknown[] = []
    const steps: ReplayStep[] = []
    const frames: string[] = []
    const states: Float64Array[] = []
    const look = (): void => {
      const [frame, state] = [episode.render(), episode.state()]
      if (frame !== undefined) frames.push(frame)
      if (state !== undefined) states.push(state)
    }
    look()
    for (let seen = episode.observation, over = false; !over; ) {
      const action = act(seen, steps.length)
      const taken = episode.step(action)
      if (Either.isLeft(taken)) {
        episode.close()
        return taken
      }
      const { obs, terminated, truncated } = taken.right
      actions.push(action)
      steps.push(taken.right)
      look()
      seen = obs
      over = terminated || truncated
    }
    episode.close()
    const { id, version, secondsPerStep } = env
    const obs = episode.observation
    return Either.right({ environment: id, version, params, obs, actions, steps, frames, states, secondsPerStep })
  })(beginEpisode(env, params, key))

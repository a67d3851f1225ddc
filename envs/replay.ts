import * as Either from "fp-ts/lib/Either.js"
import type { Key } from "../core/random/mod.ts"
import type { Environment } from "./env.ts"
import { beginEpisode, type Episode, flatAction, type ReplayStep } from "./episode.ts"
import type { EnvError } from "./error.ts"
import type { Params } from "./parameter.ts"
import { variantOf } from "./variant.ts"

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
 * Parameters may change the spaces, see {@link variantOf}. `watch` is called at the reset and after each step.
 *
 * - Errors: those of the parameters; `ActionError` naming index, value and space, whether or not the episode lasts so long;
 *   `ProcessError` where the environment is elsewhere and fails there.
 */
export const replay = (
  named: Environment,
  params: Params,
  key: Key,
  actions: readonly unknown[],
  watch: (episode: Episode) => void = () => {}
): Either.Either<EnvError, Replay> => {
  const environment = variantOf(named, params)
  for (const [index, action] of actions.entries()) {
    const numbers = flatAction(environment, action, index)
    if (Either.isLeft(numbers)) return numbers
  }
  return Either.chain((episode: Episode) => {
    const played = play(episode, actions, watch)
    episode.close()
    return played
  })(beginEpisode(environment, params, key))
}

const play = (
  episode: Episode,
  actions: readonly unknown[],
  watch: (episode: Episode) => void
): Either.Either<EnvError, Replay> => {
  const steps: ReplayStep[] = []
  watch(episode)
  for (const action of actions) {
    const step = episode.step(action)
    if (Either.isLeft(step)) return step
    steps.push(step.right)
    watch(episode)
    if (step.right.terminated || step.right.truncated) break
  }
  return Either.right({ obs: episode.observation, steps, unused: actions.length - steps.length })
}

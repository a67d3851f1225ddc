import { limitOf } from "../env.ts"
import { unwrappable, type Wrapper, wrapped } from "./wrap.ts"

/**
 * Episodes are truncated after so many steps, whatever limit the environment has.
 *
 * - Errors: `make` gives `EnvironmentError` for a count that is no integer from 1.
 */
export const timeLimit =
  (steps: number): Wrapper =>
  (env) =>
    isCount(steps)
      ? wrapped(env, `timeLimit(${steps})`, { maxEpisodeSteps: steps }, (d) => ({ ...d, maxEpisodeSteps: steps }))
      : unwrappable(env, "timeLimit", { field: "steps", want: "an integer from 1", got: String(steps) })

/**
 * Each action is taken `count` times, or until the task ends; rewards add up and the last observation is seen.
 *
 * An episode has as many of these longer steps as its time limit holds whole ones, at least one.
 *
 * - Errors: `make` gives `EnvironmentError` for a count that is no integer from 1.
 */
export const frameSkip =
  (count: number): Wrapper =>
  (env) => {
    if (!isCount(count))
      return unwrappable(env, "frameSkip", { field: "count", want: "an integer from 1", got: String(count) })
    const shorter = (limit: number): number => Math.max(1, Math.floor(limit / count))
    const record = { maxEpisodeSteps: shorter(env.maxEpisodeSteps), secondsPerStep: count * env.secondsPerStep }
    return wrapped(env, `frameSkip(${count})`, record, (d) => ({
      ...d,
      maxEpisodeSteps: shorter(limitOf(env, d)),
      step: (state, at, action, stream, outcome) => {
        let sum = 0
        let taken = 0
        do {
          d.step(state, at, action, stream, outcome)
          sum += outcome.reward
          taken++
        } while (taken < count && !outcome.terminated)
        outcome.reward = sum
      }
    }))
  }

const isCount = (n: number): boolean => Number.isInteger(n) && n >= 1

/** What SAC cannot train on, and settings that do not go together. */
import { Effect } from "effect"
import type { Problem, TrainingProblem } from "../algorithm.ts"
import { problemError } from "../error.ts"
import { stepsOfEach } from "../interaction.ts"
import { defaults, type Sac } from "./config.ts"

/** Errors: `ProblemError` for a policy that is not SAC's. */
export const checkedPolicy = ({ policy }: Problem) =>
  policy.distribution === "squashedGaussian" || policy.distribution === "categorical"
    ? Effect.void
    : problemError("policy", "one that sac.makePolicy() made", `a ${policy.distribution} policy`)

/**
 * Steps of each environment in an iteration.
 *
 * Errors: `ProblemError` for a policy that is not SAC's, steps that the environments cannot share equally, a training
 * that would end before its first update, and settings of which one makes another one void.
 */
export const checked = Effect.fnUntraced(function* (c: Sac, problem: TrainingProblem) {
  yield* checkedPolicy(problem)
  const steps = yield* stepsOfEach(problem)
  const { policy, tasks, iterations, stepsPerTask } = problem
  const total = iterations * stepsPerTask * tasks.length
  if (c.learningStarts >= total) {
    return yield* problemError(
      "learningStarts",
      `below the ${total} steps of the whole training`,
      `${c.learningStarts}`
    )
  }
  if (c.temperature !== "auto") {
    const fixed = `with temperature ${c.temperature}; temperature auto learns`
    if (c.targetEntropy !== "auto") {
      return yield* problemError("targetEntropy", `auto ${fixed} to meet one`, String(c.targetEntropy))
    }
    if (c.initialTemperature !== defaults.initialTemperature) {
      const want = `left at ${defaults.initialTemperature} ${fixed} from one`
      return yield* problemError("initialTemperature", want, String(c.initialTemperature))
    }
  }
  if (policy.distribution === "categorical" && c.correction !== defaults.correction) {
    return yield* problemError("correction", "exact with discrete actions, which nothing squashes", c.correction)
  }
  return steps
})

/** What an on-policy learner cannot train on. */
import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../../core/failure/mod.ts"
import type { TrainingProblem } from "../algorithm.ts"
import { stepsOfEach } from "../environment_runner.ts"
import { problemError } from "../error.ts"
import { loopDefaults, type OnPolicy } from "./objective.ts"

/**
 * Steps of each environment in an iteration.
 *
 * Errors: `ArgumentError` for steps that the environments cannot share equally, and for a limit on a metric that there is
 * not.
 */
export const checked = <C>(
  { metrics, loop }: Pick<OnPolicy<C>, "metrics" | "loop">,
  c: C,
  problem: TrainingProblem
): E.Either<ArgumentError, number> => {
  const { klStop } = { ...loopDefaults, ...loop(c) }
  if (klStop === "off" || metrics.includes("kl")) return stepsOfEach(problem)
  return E.left(problemError("klStop", `off, or an objective with the metric "kl"`, `metrics ${metrics.join(", ")}`))
}

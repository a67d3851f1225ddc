/** What SAC cannot train on. */
import { Effect } from "effect"
import type { Problem, TrainingProblem } from "../algorithm.ts"
import { problemError } from "../error.ts"

/** Errors: `ProblemError` for a policy that is not SAC's. */
export const checkedPolicy = ({ policy }: Problem) =>
  policy.distribution === "squashedGaussian" || policy.distribution === "categorical"
    ? Effect.void
    : problemError("policy", "one that sac.makePolicy() made", `a ${policy.distribution} policy`)

/** Errors: `ProblemError` for a policy that is not SAC's, or steps that the environments cannot share equally. */
export const checked = Effect.fnUntraced(function* (problem: TrainingProblem) {
  yield* checkedPolicy(problem)
  const { stepsPerTask, environmentsPerTask } = problem
  if (!(Number.isInteger(stepsPerTask) && stepsPerTask >= 1 && stepsPerTask % environmentsPerTask === 0)) {
    return yield* problemError(
      "stepsPerTask",
      `a multiple of ${environmentsPerTask} environments`,
      String(stepsPerTask)
    )
  }
})

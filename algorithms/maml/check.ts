/** What a meta-learner cannot work with. */
import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../../core/failure/mod.ts"
import type { TrainingProblem } from "../algorithm.ts"
import { checkSeveral } from "../combination.ts"
import { problemError } from "../error.ts"
import type { Maml, Order } from "./config.ts"

/**
 * Steps of one rollout: an iteration's steps are shared by the rollouts before each inner step and after the last.
 *
 * Errors: `ArgumentError` for steps that cannot be shared, and for options that would do nothing.
 */
export const checked = (c: Maml, order: Order, problem: TrainingProblem): E.Either<ArgumentError, number> => {
  const { policy, stepsPerTask, environmentsPerTask, aggregator } = problem
  const several = checkSeveral(problem)
  if (E.isLeft(several)) return several
  const refuse = (field: string, want: string, got: string) => E.left(problemError(field, want, got))
  if (aggregator?.by === "losses") {
    return refuse(
      "aggregator",
      "one by gradients: losses after adaptation are near 0 whatever was learned",
      aggregator.id
    )
  }
  if (aggregator !== undefined && c.outer.learner === "trpo") {
    return refuse(
      "aggregator",
      "none with outer.learner trpo, whose step is no gradient's (or policyGradient, ppo)",
      aggregator.id
    )
  }
  if (aggregator !== undefined && c.outer.robust > 0) {
    return refuse("aggregator", "none with outer.robust, which weighs tasks too (or outer.robust 0)", aggregator.id)
  }
  const parts = (c.inner.steps + 1) * environmentsPerTask
  if (!(Number.isInteger(stepsPerTask) && stepsPerTask >= 1 && stepsPerTask % parts === 0)) {
    const want = `a multiple of ${parts}: ${c.inner.steps + 1} rollouts of ${environmentsPerTask} environments`
    return refuse("stepsPerTask", want, String(stepsPerTask))
  }
  const { reward = false } = policy.config.normalise ?? {}
  if (reward !== false) {
    const want = "false with a meta-learner, whose baseline is fitted to each rollout"
    return refuse("normalise.reward", want, String(reward))
  }
  const { outer, inner } = c
  for (const [name, { learner, epochs }] of [["inner", inner] as const, ["outer", outer] as const]) {
    if (learner !== "ppo" && epochs > 1)
      return refuse(`${name}.epochs`, `1 without a clipped ratio (or ${name}.learner ppo)`, String(epochs))
  }
  if (order === "reptile") {
    if (inner.learnRates) return refuse("inner.learnRates", "false with reptile (or maml, fomaml)", "true")
    if (inner.rate === 0) return refuse("inner.rate", "more than 0 with reptile", "0")
    if (outer.learner !== "policyGradient") {
      return refuse("outer.learner", "policyGradient with reptile (or maml)", outer.learner)
    }
    for (const name of ["klPenalty", "exploration"] as const) {
      if (outer[name] > 0) return refuse(`outer.${name}`, "0 with reptile (or maml)", String(outer[name]))
    }
  }
  return E.right(stepsPerTask / parts)
}

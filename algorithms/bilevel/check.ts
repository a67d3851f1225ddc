import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, argumentError } from "../../core/failure/mod.ts"
import type { TrainingProblem } from "../algorithm.ts"
import { problemError } from "../error.ts"
import type { BoMrl } from "./config.ts"

/** Rollouts of an iteration: of the meta-policy, and of what was adapted from it. */
const ROLLOUTS = 2

/**
 * Steps of one rollout: an iteration's steps are shared by both.
 *
 * Errors: `ArgumentError` for steps that cannot be shared, for λ that is not above 0, and for what would do nothing.
 */
export const checked = (
  { inner }: BoMrl,
  { policy, stepsPerTask, environmentsPerTask, aggregator }: TrainingProblem
): E.Either<ArgumentError, number> => {
  const refuse = (field: string, want: string, got: string) => E.left(problemError(field, want, got))
  if (!(inner.lambda > 0)) return refuse("inner.lambda", "a number above 0", String(inner.lambda))
  if (aggregator !== undefined)
    return refuse("aggregator", "none with bo-mrl, to which all tasks count the same", aggregator.id)
  const { reward = false } = policy.config.normalise ?? {}
  if (reward !== false)
    return refuse("normalise.reward", "false with bo-mrl, whose baseline is fitted to each rollout", String(reward))
  const parts = ROLLOUTS * environmentsPerTask
  if (!(Number.isInteger(stepsPerTask) && stepsPerTask >= 1 && stepsPerTask % parts === 0)) {
    const want = `a multiple of ${parts}: ${ROLLOUTS} rollouts of ${environmentsPerTask} environments`
    return refuse("stepsPerTask", want, String(stepsPerTask))
  }
  return E.right(stepsPerTask / parts)
}

/** "Cannot adapt to ‹task›: …": an inner problem that was not solved. */
export const unsolved = (task: string, iteration: number, want: string, got: string): ArgumentError =>
  argumentError({
    doing: `adapt to ${task}`,
    want,
    got: `${got}, in iteration ${iteration}`,
    fix: "take more inner.iterations, another inner.rate, or a larger inner.lambda"
  })

/** A little more than what makes the smallest eigenvalue 0. */
const ENOUGH = 1.1

/** "Cannot differentiate the adaptation to ‹task›: …": a curvature that is not positive definite. */
export const indefinite = (task: string, iteration: number, { inner }: BoMrl, smallest: number): ArgumentError =>
  argumentError({
    doing: `differentiate the adaptation to ${task}`,
    want: "a curvature of the inner problem that is positive definite",
    got: `one whose smallest eigenvalue is ${smallest.toPrecision(4)}, in iteration ${iteration}`,
    fix: `a hypergradient.damping of ${((-ENOUGH * smallest) / inner.lambda).toPrecision(3)} would make it so, or a larger inner.lambda`
  })

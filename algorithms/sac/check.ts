/** What SAC cannot train on, and settings that do not go together. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { ArgumentError } from "../../core/failure/mod.ts"
import type { Problem, TrainingProblem } from "../algorithm.ts"
import { checkSeveral } from "../combination.ts"
import { stepsOfEach } from "../environment_runner.ts"
import { problemError } from "../error.ts"
import { slotsFor } from "../replay/mod.ts"
import { checkHeads } from "../scaled_heads.ts"
import { defaults, type Sac, sizeOf, withBudget } from "./config.ts"
import { batchOf } from "./mathematics.ts"

/** Errors: `ArgumentError` for a policy that is not SAC's. */
export const checkedPolicy = ({ policy }: Problem): E.Either<ArgumentError, undefined> =>
  policy.distribution === "squashedGaussian" || policy.distribution === "categorical"
    ? E.right(undefined)
    : refuse("policy", "one that sac.makePolicy() made", `a ${policy.distribution} policy`)

const refuse = (field: string, want: string, got: string): E.Either<ArgumentError, never> =>
  E.left(problemError(field, want, got))

/**
 * Steps of each environment in an iteration.
 *
 * Errors: `ArgumentError` for a policy that is not SAC's, steps that the environments cannot share equally, a training
 * that would end before its first update, a replay too small to draw from, a combination of one gradient, and settings of which
 * one makes another one void.
 */
export const checked = (settings: Sac, problem: TrainingProblem): E.Either<ArgumentError, number> => {
  const c = withBudget(settings, sizeOf(problem))
  return pipe(
    checkedPolicy(problem),
    E.chain(() => stepsOfEach(problem)),
    E.chainFirst(() => checkSeveral(problem)),
    E.chainFirst((steps) => longEnough(settings, problem, steps)),
    E.chainFirst(() => (c.popArt === "off" ? E.right(undefined) : checkHeads(problem.policy))),
    E.chainFirst(() => togetherIn(c, problem)),
    E.chainFirst(() => {
      const { tasks, environmentsPerTask } = problem
      return slotsFor(c.replay, tasks.length * environmentsPerTask, batchOf(c, tasks.length))
    })
  )
}

const longEnough = (settings: Sac, problem: TrainingProblem, steps: number): E.Either<ArgumentError, undefined> => {
  const { tasks, iterations, stepsPerTask, budget, environmentsPerTask } = problem
  const total = iterations * stepsPerTask * (budget === "updates" ? 1 : tasks.length)
  if (settings.learningStarts >= total) {
    return refuse("learningStarts", `below the ${total} steps of the whole training`, `${settings.learningStarts}`)
  }
  const { learningStarts, trainEvery } = withBudget(settings, sizeOf(problem))
  const [all, before] = [iterations * steps, Math.floor(learningStarts / (tasks.length * environmentsPerTask))]
  const last = Math.floor(all / trainEvery) * trainEvery
  if (last > before) return E.right(undefined)
  const want = `small enough for an update among the ${all} steps of each environment, the first ${before} of which have none`
  return refuse("trainEvery", want, `${trainEvery}`)
}

/** Settings that go together. */
const togetherIn = (c: Sac, { policy, aggregator }: TrainingProblem): E.Either<ArgumentError, undefined> => {
  if (c.maxTaskLoss !== "off" && aggregator !== undefined) {
    return refuse(
      "maxTaskLoss",
      `off with aggregator ${aggregator.id}, which weighs tasks itself`,
      String(c.maxTaskLoss)
    )
  }
  if (c.resetTasks && (c.maxTaskLoss === "off" || policy.network.id !== "paco")) {
    return refuse("resetTasks", "false without maxTaskLoss, and with another network.id than paco", "true")
  }
  if (c.temperature !== "auto") {
    const fixed = `with temperature ${c.temperature}; temperature auto learns`
    if (c.targetEntropy !== "auto") {
      return refuse("targetEntropy", `auto ${fixed} to meet one`, String(c.targetEntropy))
    }
    if (c.initialTemperature !== defaults.initialTemperature) {
      const want = `left at ${defaults.initialTemperature} ${fixed} from one`
      return refuse("initialTemperature", want, String(c.initialTemperature))
    }
  }
  if (policy.distribution === "categorical" && c.correction !== defaults.correction) {
    return refuse("correction", "exact with discrete actions, which nothing squashes", c.correction)
  }
  return E.right(undefined)
}

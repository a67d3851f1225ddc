/** What a meta-learner's policy is worth: whole episodes of each task under what it adapts to. */
import { Effect } from "effect"
import { child, type Floats, type Key } from "../core/random/mod.ts"
import type { AdaptationProblem, Algorithm, State } from "./algorithm.ts"
import { type Evaluation, type EvaluationOptions, evaluator } from "./evaluate.ts"
import type { Acting } from "./rollouts.ts"

/** What an adaptation starts from: a training's state, or what was kept of one. */
export type Adaptable = Acting & Pick<State, "arrays">

/** Whole episodes of one task under θ', what its policy adapted to. */
export interface AdaptedEvaluation extends Evaluation {
  readonly policy: Floats
}

/**
 * Makes the evaluation of adapted policies ready; `steps` of adaptation, by default as many as meta-training takes.
 *
 * Adaptation sees no episode that counts. As with {@link evaluator}, a task's figures do not depend on which other tasks
 * there are.
 *
 * - Errors: those of the adapter and of {@link evaluator}.
 */
export const adaptedEvaluator = Effect.fn("adaptedEvaluator")(function* <C>(
  make: NonNullable<Algorithm<C>["adapter"]>,
  config: C,
  problem: AdaptationProblem,
  steps?: number
) {
  const adapter = yield* make(config, problem)
  const each = yield* Effect.forEach(problem.tasks, (task) => evaluator({ ...problem, tasks: [task] }))
  return Effect.fn("evaluateAdapted")(function* (at: Adaptable, options: EvaluationOptions, key: Key) {
    const adapted = yield* adapter.adapt(at, steps ?? adapter.steps, child(key, "adapt"))
    const played = yield* Effect.forEach(each, (evaluate, t) => {
      const policy = adapted[t]?.policy ?? at.policy
      return Effect.map(evaluate(policy, options, key, at.moments), (all) =>
        all.map((e): AdaptedEvaluation => ({ ...e, policy }))
      )
    })
    return played.flat()
  })
})

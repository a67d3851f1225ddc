/** Episodes of many tasks as a job: an item is all episodes of one task. */

import { Effect, Schema, Scope } from "effect"
import { Evaluation, EvaluationOptions, evaluator, TaskData } from "../../algorithms/internal.ts"
import type { Evaluate } from "../../algorithms/mod.ts"
import { FloatArray, KeyData } from "../../core/service/data.ts"
import { Session } from "../../core/service/session.ts"
import type { Task } from "../../envs/mod.ts"
import { job, type WorkersService } from "./job.ts"
import { settingOf, TrainingSpec } from "./spec.ts"

/** One item plays one task. */
export const evaluateJob = job({
  name: "evaluation",
  setting: Schema.Struct({ spec: TrainingSpec, tasks: Schema.Array(TaskData) }),
  item: Schema.Struct({
    /** Place of the task. */
    task: Schema.Int,
    theta: FloatArray,
    options: EvaluationOptions,
    key: KeyData,
    moments: Schema.optional(FloatArray)
  }),
  result: Evaluation,
  open: Effect.fnUntraced(function* ({ spec, tasks }, known) {
    const [session, scope] = [yield* Session, yield* Effect.scope]
    const { environment, policy, environmentsPerTask } = yield* settingOf(spec, known)
    const made = new Map<number, Evaluate>()
    const evaluatorOf = Effect.fnUntraced(function* (task: number) {
      const known = made.get(task)
      if (known !== undefined) return known
      const evaluate = yield* evaluator({
        environment,
        tasks: [tasks[task]!],
        policy,
        environmentsPerTask: environmentsPerTask
      }).pipe(Effect.provideService(Session, session), Effect.provideService(Scope.Scope, scope))
      made.set(task, evaluate)
      return evaluate
    })
    return Effect.fnUntraced(function* ({ task, theta, options, key, moments }) {
      const evaluate = yield* evaluatorOf(task)
      return (yield* evaluate(theta, options, key, moments))[0]!
    })
  })
})

/** Evaluation of these tasks by the workers, as `evaluator` does it in this thread. */
export const evaluatorBy = Effect.fnUntraced(function* (
  workers: WorkersService,
  spec: TrainingSpec,
  tasks: readonly Task[]
) {
  const all = yield* workers.open(evaluateJob, { spec, tasks })
  const evaluate: Evaluate = (theta, options, key, moments) =>
    all(tasks.map((_, task) => ({ task, theta, options, key, moments }))).pipe(Effect.mapError((e) => e.reason))
  return evaluate
})

/** Episodes of many tasks as work in parts: a part is all episodes of one task. */
import { Effect, Schema, Scope } from "effect"
import { type Evaluate, type Evaluation, type EvaluationOptions, evaluator } from "../../algorithms/evaluate.ts"
import type { Floats, Key } from "../../core/random/mod.ts"
import { Session } from "../../core/service/session.ts"
import type { Task } from "../../envs/mod.ts"
import type { Job, WorkersService } from "./job.ts"
import { FloatArray, KeyData, Numbers, TaskData } from "./schemas.ts"
import { settingOf, TrainingSpec } from "./spec.ts"

interface EvaluationPart {
  /** Place of the task. */
  readonly task: number
  readonly theta: Floats
  readonly options: EvaluationOptions
  readonly key: Key
  readonly moments?: Floats | undefined
}

/** One part plays one task. */
export const evaluateJob: Job<{ spec: TrainingSpec; tasks: readonly Task[] }, EvaluationPart, Evaluation> = {
  name: "evaluation",
  setting: Schema.Struct({ spec: TrainingSpec, tasks: Schema.Array(TaskData) }),
  item: Schema.Struct({
    task: Schema.Int,
    theta: FloatArray,
    options: Schema.Struct({ episodes: Schema.Int, actions: Schema.Literals(["mode", "sample"]) }),
    key: KeyData,
    moments: Schema.optional(FloatArray)
  }),
  result: Schema.Struct({
    task: Schema.String,
    returns: Numbers,
    lengths: Numbers,
    meanReturn: Schema.Number,
    successes: Schema.optionalKey(Schema.Array(Schema.Boolean))
  }),
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
}

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

/** Jobs on the tasks of a surrogate: an item is one task at θ★. */
import { Effect, Schema, type Scope } from "effect"
import { Fixed, TaskData } from "../../../algorithms/internal.ts"
import type { LearnerError } from "../../../algorithms/mod.ts"
import { KeyData } from "../../../core/service/data.ts"
import { Session } from "../../../core/service/session.ts"
import { type Job, job, type WorkersService } from "../../jobs/job.ts"
import { settingOf, TrainingSpec } from "../../jobs/spec.ts"
import type { TasksOfSpec } from "../context.ts"
import type { AdvantageConfig, SurrogateProblem } from "./problem.ts"

/** A {@link SurrogateProblem} as plain data: a spec in place of what it names. */
export interface SurrogateSpec<A extends AdvantageConfig> extends TasksOfSpec {
  /** θ★, and the value function there. */
  readonly at: Fixed
  readonly config: A
}

type Shared<A extends AdvantageConfig> = Omit<SurrogateSpec<A>, "tasks">

/** What of it is decoded, and who does its tasks; each gives one result a task, which does not depend on the others. */
interface TaskJob<A extends AdvantageConfig, R> {
  readonly name: string
  readonly config: Schema.Codec<A, unknown>
  readonly result: Schema.Codec<R, unknown>
  /** Makes a thread ready for any tasks of this problem. */
  readonly open: (
    problem: Omit<SurrogateProblem<unknown, A>, "tasks">
  ) => Effect.Effect<
    (problem: SurrogateProblem<unknown, A>) => Effect.Effect<readonly R[], LearnerError, Session>,
    LearnerError,
    Session | Scope.Scope
  >
}

/** The job of doing a surrogate's tasks one by one. */
export const taskJob = <A extends AdvantageConfig, R>({ name, config, result, open }: TaskJob<A, R>) =>
  job({
    name,
    setting: Schema.Struct({ spec: TrainingSpec, at: Fixed, config, key: KeyData }),
    item: TaskData,
    result,
    open: Effect.fnUntraced(function* ({ spec, at, config, key }, catalog) {
      const session = yield* Session
      const problem = { setting: yield* settingOf(spec, catalog), at, config, key }
      const all = yield* open(problem)
      return (task) =>
        all({ ...problem, tasks: [task] }).pipe(
          Effect.map(([one]) => one!),
          Effect.provideService(Session, session)
        )
    })
  })

/** All tasks by the workers. */
export const byWorkers = <A extends AdvantageConfig, R>(
  workers: WorkersService,
  job: Job<Shared<A>, typeof TaskData.Type, R>,
  { spec, tasks, at, config, key }: SurrogateSpec<A>
) =>
  Effect.gen(function* () {
    const all = yield* workers.open(job, { spec, at, config, key })
    return yield* Effect.mapError(all(tasks), (e) => e.reason)
  }).pipe(Effect.scoped)

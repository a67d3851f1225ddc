/** The service that does trainings: here, or on workers; the results are the same. */
import { Context, Effect, Layer, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { Session, SessionError, SessionLost } from "../../core/pipeline/session.ts"
import { type Environment, findEnvironment, type Registry } from "../../envs/mod.ts"
import type { Algorithm } from "../algorithm.ts"
import { lift, ProblemError, problemError, TrainingDiverged } from "../error.ts"
import type { NetworkConfig } from "../policy.ts"
import { type Assignment, type Setting, type Trained, train } from "./training.ts"

/** What all trainings of a job share, as plain data: ids instead of values, so that it can go to another thread. */
export interface TrainingSpec {
  readonly environment: string
  readonly algorithm: string
  /** Decoded by the algorithm's own schema. */
  readonly algorithmConfig: unknown
  readonly network: NetworkConfig
  /** Ids of all tasks of the job, for policies that are told the task. */
  readonly taskIds: readonly string[]
  readonly vector: number
  readonly stepsPerTask: number
  readonly episodes: number
  readonly assessments?: number
}

/** Where ids are looked up. */
export interface Known {
  readonly registry: Registry
  readonly algorithms: readonly Algorithm<unknown>[]
}

/** A worker thread that ended, or broke, in the middle of a training. */
export class WorkerLost extends Schema.TaggedError<WorkerLost>()("WorkerLost", { got: Schema.String }) {
  override get message(): string {
    return `the worker thread was lost: want it to finish, got ${this.got}; try with fewer workers, each takes memory`
  }
}

/** Why one training failed. */
export const TrainingFailure = Schema.Union([ProblemError, TrainingDiverged, SessionError, SessionLost, WorkerLost])
export type TrainingFailure = typeof TrainingFailure.Type

/** One of the assignments failed; `reason` tells why, and `Effect.catchReason` can mend by it. */
export class AssignmentError extends Schema.TaggedError<AssignmentError>()("AssignmentError", {
  /** Its place among the assignments. */
  index: Schema.Int,
  /** Ids of its tasks. */
  tasks: Schema.Array(Schema.String),
  reason: TrainingFailure
}) {
  override get message(): string {
    return `Cannot finish training ${this.index} (${this.tasks.join(", ")}): ${this.reason.message}`
  }

  static at(index: number, { tasks }: Assignment): (reason: TrainingFailure) => AssignmentError {
    return (reason) => new AssignmentError({ index, tasks: tasks.map((t) => t.id), reason })
  }
}

export interface TrainingsService {
  /** Trainings at the same time, at most. */
  readonly workers: number
  /**
   * Does all assignments; results in their order, bit for bit the same whatever the number of workers. `done` is told
   * of each as it finishes, one at a time. The first failure stops the others.
   *
   * - Errors: `ProblemError` where the spec names what there is not; `AssignmentError` for the training that failed.
   */
  readonly all: (
    spec: TrainingSpec,
    assignments: readonly Assignment[],
    done?: (index: number, trained: Trained) => Effect.Effect<void>
  ) => Effect.Effect<readonly Trained[], ProblemError | AssignmentError>
}

export class Trainings extends Context.Service<Trainings, TrainingsService>()("policygradex/Trainings") {
  /** One after another in this thread, on the session of the context. */
  static readonly here = (known: Known): Layer.Layer<Trainings, never, Session> =>
    Layer.effect(Trainings)(
      Effect.gen(function* () {
        const session = yield* Session
        return {
          workers: 1,
          all: Effect.fnUntraced(function* (spec, assignments, done = () => Effect.void) {
            const setting = yield* settingOf(spec, known)
            return yield* Effect.forEach(assignments, (a, i) =>
              train(setting, a).pipe(
                Effect.mapError(AssignmentError.at(i, a)),
                Effect.tap((t) => done(i, t))
              )
            ).pipe(Effect.provideService(Session, session))
          })
        } satisfies TrainingsService
      })
    )
}

/** Looks the ids up. Errors: `ProblemError` naming the id and what there is. */
export const settingOf = Effect.fnUntraced(function* (spec: TrainingSpec, { registry, algorithms }: Known) {
  const environment: Environment = yield* lift(findEnvironment(registry, spec.environment))
  const algorithm = algorithms.find((a) => a.id === spec.algorithm)
  if (algorithm === undefined) {
    return yield* problemError("algorithm", `one of ${algorithms.map((a) => a.id).join(", ")}`, spec.algorithm)
  }
  const policy = algorithm.makePolicy(environment, spec.network, spec.taskIds)
  if (E.isLeft(policy)) return yield* policy.left
  const setting: Setting<unknown> = {
    environment,
    algorithm,
    algorithmConfig: spec.algorithmConfig,
    policy: policy.right,
    vector: spec.vector,
    stepsPerTask: spec.stepsPerTask,
    episodes: spec.episodes,
    ...(spec.assessments === undefined ? {} : { assessments: spec.assessments })
  }
  return setting
})

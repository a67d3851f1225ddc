/** What a job trains, as plain data: ids instead of values, so that it can go to another thread. */

import { Effect, Schema } from "effect"
import { AggregatorConfig, Budget, makeAggregator, NetworkConfig, problemError } from "../../algorithms/internal.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { choices } from "../../core/text/choices.ts"
import { type Environment, findEnvironment, type Space, type Task } from "../../envs/mod.ts"
import type { Catalog } from "../catalog.ts"
import type { Setting } from "./training.ts"

/** What all trainings of a job share. */
export const TrainingSpec = Schema.Struct({
  environment: Schema.String,
  algorithm: Schema.String,
  /** Decoded by the algorithm's own schema. */
  algorithmConfig: Schema.Unknown,
  network: NetworkConfig,
  aggregator: Schema.optionalKey(AggregatorConfig),
  /** Ids of all tasks of the job, for policies that are told the task. */
  taskIds: Schema.Array(Schema.String),
  environmentsPerTask: Schema.Number,
  stepsPerTask: Schema.Number,
  budget: Schema.optionalKey(Budget),
  episodes: Schema.Number,
  actions: Schema.optionalKey(Schema.Literals(["mode", "sample"])),
  assessments: Schema.optionalKey(Schema.Number),
  /** As in {@link Setting}. */
  parameters: Schema.optionalKey(Schema.Literal(false))
})
export type TrainingSpec = typeof TrainingSpec.Type

/** The same with policies that are told which of the tasks they play. */
export const toldSpec = (spec: TrainingSpec): TrainingSpec => ({
  ...spec,
  network: { ...spec.network, taskOneHot: true }
})

/**
 * Tasks as policies of the spec play them. One that is told its task has no name for others: it is told them as its own, each in
 * turn, and from what it learned for that one it is adapted. (The mean of its names would be no start: what is learned for a task is a
 * vector, and of vectors in all directions the mean is near zero.)
 */
export const toldInTurn = (
  { network, taskIds }: TrainingSpec,
  tasks: readonly Task[]
): readonly (Task & { readonly toldAs?: string })[] =>
  network.taskOneHot ? tasks.map((t, i) => ({ ...t, toldAs: taskIds[i % taskIds.length]! })) : tasks

/** Looks the ids up. Errors: `ArgumentError` naming the id and what there is. */
export const settingOf = Effect.fnUntraced(function* (
  spec: TrainingSpec,
  { registry, algorithms, architectures, aggregators }: Catalog
) {
  const environment: Environment = yield* fromEither(findEnvironment(registry, spec.environment))
  const algorithm = algorithms.find((a) => a.id === spec.algorithm)
  if (algorithm === undefined) {
    return yield* Effect.fail(
      problemError(
        "algorithm",
        `one of ${choices(
          algorithms.map((a) => a.id),
          spec.algorithm
        )}`,
        spec.algorithm
      )
    )
  }
  if (!algorithm.supports(environment.action)) {
    const others = learnersFor(environment, algorithms)
    const want = `a learner for the ${describe(environment.action)} of ${environment.id} (${choices(others, algorithm.id)})`
    return yield* Effect.fail(problemError("algorithm", want, algorithm.id))
  }
  const policy = yield* fromEither(algorithm.makePolicy(environment, spec.network, spec.taskIds, architectures))
  const aggregator =
    spec.aggregator === undefined ? undefined : yield* fromEither(makeAggregator(spec.aggregator, aggregators))
  const setting: Setting<unknown> = {
    environment,
    algorithm,
    algorithmConfig: spec.algorithmConfig,
    ...(aggregator === undefined ? {} : { aggregator }),
    policy,
    environmentsPerTask: spec.environmentsPerTask,
    stepsPerTask: spec.stepsPerTask,
    ...(spec.budget === undefined ? {} : { budget: spec.budget }),
    episodes: spec.episodes,
    ...(spec.actions === undefined ? {} : { actions: spec.actions }),
    ...(spec.assessments === undefined ? {} : { assessments: spec.assessments }),
    ...(spec.parameters === undefined ? {} : { parameters: spec.parameters })
  }
  return setting
})

/** Ids of the learners that an environment's actions suit. */
export const learnersFor = ({ action }: Environment, algorithms: Catalog["algorithms"]): readonly string[] =>
  algorithms.filter((a) => a.supports(action)).map((a) => a.id)

/** Actions in words. */
export const describe = (action: Space): string => {
  if (action._tag === "Discrete") return `${action.n} discrete actions`
  const bounded = [...action.low, ...action.high].every(Number.isFinite)
  return `continuous actions${bounded ? "" : " without bounds"}`
}

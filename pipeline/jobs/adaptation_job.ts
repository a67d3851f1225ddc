/** Adaptation of meta-learned policies to tasks, each by itself, as work in parts: a part is some tasks and one policy. */

import { Effect, Schema } from "effect"
import {
  Acting,
  Evaluation,
  EvaluationOptions,
  evaluator,
  problemError,
  ToldTaskData
} from "../../algorithms/internal.ts"
import type { Adaptable } from "../../algorithms/mod.ts"
import { child, type Key } from "../../core/random/mod.ts"
import { FloatArray, KeyData, Numbers } from "../../core/service/data.ts"
import { Cost, costBetween, Session, totalCost } from "../../core/service/session.ts"
import type { Task } from "../../envs/mod.ts"
import { job, Workers } from "./job.ts"
import { settingOf, TrainingSpec, toldInTurn } from "./spec.ts"

/** Episodes of each task after its adaptation. */
const PlayedAfter = Schema.Struct({
  ...EvaluationOptions.fields,
  /** Side by side. */
  environments: Schema.Int
})

/** A policy that was learned to adapt from, and what its learner's adapter takes beside it. */
const Learned = Schema.Struct({ ...Acting.fields, arrays: Schema.Record(Schema.String, FloatArray) })

/** A task after its adaptation. */
const AdaptedTo = Schema.Struct({
  evaluation: Evaluation,
  /** Mean return of the episodes that ended before the first step, …, after the last; NaN where none did. */
  curve: Numbers
})
type AdaptedTo = typeof AdaptedTo.Type

/** One part adapts one policy to some tasks, and plays each of them with what came of it. */
export const adaptationJob = job({
  name: "adaptation",
  /** `stepsPerTask` is that of one step of the adaptation. */
  setting: TrainingSpec,
  item: Schema.Struct({
    learned: Learned,
    tasks: Schema.Array(ToldTaskData),
    steps: Schema.Int,
    key: KeyData,
    evaluation: PlayedAfter
  }),
  result: Schema.Struct({ tasks: Schema.Array(AdaptedTo), cost: Cost }),
  kept: true,
  open: Effect.fnUntraced(function* (spec, catalog) {
    const session = yield* Session
    const { algorithm, algorithmConfig, environment, policy, environmentsPerTask } = yield* settingOf(spec, catalog)
    const { adapter } = algorithm
    if (adapter === undefined) return yield* Effect.fail(problemError("algorithm", "a meta-learner", algorithm.id))
    return Effect.fnUntraced(
      function* ({ learned, tasks, steps, key, evaluation: { environments, ...how } }) {
        const before = yield* session.work
        const problem = { environment, policy, tasks, environmentsPerTask, stepsPerTask: spec.stepsPerTask }
        const { adapt } = yield* adapter(algorithmConfig, problem)
        const adapted = yield* adapt(learned, steps, child(key, "adapt"))
        const all: AdaptedTo[] = []
        for (const [t, { policy: theta, rollouts }] of adapted.entries()) {
          const alone = { environment, policy, tasks: [tasks[t]!], environmentsPerTask: environments }
          const evaluate = yield* evaluator(alone)
          const [evaluation] = yield* evaluate(theta, how, child(key, "evaluate"), learned.moments)
          all.push({ evaluation: evaluation!, curve: rollouts.map((r) => r.meanReturn ?? Number.NaN) })
        }
        return { tasks: all, cost: costBetween(before, yield* session.work) }
      },
      Effect.scoped,
      Effect.provideService(Session, session)
    )
  })
})

/** What adapts, to what, and how it is played then. */
export interface Adaptations {
  /** Policies, each of which adapts to every task. */
  readonly learned: readonly Adaptable[]
  readonly tasks: readonly Task[]
  readonly steps: number
  readonly key: Key
  readonly evaluation: typeof PlayedAfter.Type
}

/** Tasks that adapt in one call: a program is as large as all of them. */
const atOnce = 10

/**
 * Adapts each policy to each task by itself; a row a policy, in the tasks' order. `done` is told of how many tasks are
 * finished. Every policy meets the same episodes. One that is told its task is told others {@link toldInTurn}.
 *
 * - Errors: `ArgumentError` for a spec whose learner does not adapt; those of its adapter.
 */
export const adaptAll = Effect.fn("policygradex.adaptAll")(function* (
  spec: TrainingSpec,
  { learned, tasks, steps, key, evaluation }: Adaptations,
  done: (tasks: number) => Effect.Effect<void>
) {
  const workers = yield* Workers
  const all = yield* workers.open(adaptationJob, spec)
  const told = toldInTurn(spec, tasks)
  const chunks = Array.from({ length: Math.ceil(tasks.length / atOnce) }, (_, i) =>
    told.slice(i * atOnce, (i + 1) * atOnce)
  )
  const parts = learned.flatMap(({ policy, moments, arrays }) => {
    const of = { policy, arrays, ...(moments === undefined ? {} : { moments }) }
    return chunks.map((some) => ({ learned: of, tasks: some, steps, key, evaluation }))
  })
  const results = yield* all(parts, (_, { tasks: some }) => done(some.length)).pipe(Effect.mapError((e) => e.reason))
  const adapted = learned.map((_, i) =>
    results.slice(i * chunks.length, (i + 1) * chunks.length).flatMap((r) => r.tasks)
  )
  return { adapted, cost: totalCost(results.map((r) => r.cost)) }
}, Effect.scoped)

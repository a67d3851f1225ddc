/** Rollouts of many tasks as a job: an item is one task, its rows are written where all threads see them. */

import { Effect, Schema, Scope } from "effect"
import {
  actProgram,
  BatchStateData,
  type EnvironmentRunner,
  environmentRunner,
  makeRolloutBuffer,
  momentsSize,
  pauseEvery,
  RolloutBuffer,
  rollout,
  ToldTaskData
} from "../../algorithms/internal.ts"
import type { MakeRollouts, Rollouts } from "../../algorithms/mod.ts"
import { loadStream, type Stream, saveStream, zeroKey } from "../../core/random/mod.ts"
import { FloatArray, Ints } from "../../core/service/data.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { Session } from "../../core/service/session.ts"
import { floatsIn, type Memory } from "../../envs/internal.ts"
import type { Task } from "../../envs/mod.ts"
import { job, openHere, type WorkersService } from "./job.ts"
import { settingOf, TrainingSpec } from "./spec.ts"

/** Where one task's environments stand, and what draws their actions. */
const EpisodeState = Schema.Struct({
  environments: BatchStateData,
  /** What the network sees next. */
  observation: FloatArray,
  /** A stream, as text. */
  actions: Schema.String
})

const RolloutItem = Schema.Struct({
  ...EpisodeState.fields,
  /** Place of the task. */
  task: Schema.Int,
  /** Number of this rollout. */
  round: Schema.Int
})
type RolloutItem = typeof RolloutItem.Type

/** One item rolls out one task. */
export const rolloutJob = job({
  name: "rollout",
  /** What all rollouts of a training share: mostly memory that all threads see. */
  setting: Schema.Struct({
    spec: TrainingSpec,
    tasks: Schema.Array(ToldTaskData),
    buffer: RolloutBuffer,
    /** θ of the rollout to do. */
    theta: FloatArray,
    /** What it normalises by; nothing where it does not. */
    moments: FloatArray,
    /** Number of the last rollout of each task. */
    rounds: Ints
  }),
  item: RolloutItem,
  result: EpisodeState,
  open: Effect.fnUntraced(function* ({ spec, tasks, buffer, theta, moments, rounds }, catalog) {
    const session = yield* Session
    const scope = yield* Effect.scope
    const Real = realOf(session)
    const { environment, policy, environmentsPerTask } = yield* settingOf(spec, catalog)
    const acting = yield* session.compile(yield* actProgram(policy, environmentsPerTask))
    const parameters = yield* session.buffer([policy.size])
    const pause = pauseEvery(acting.cost.flops)
    const made = new Map<number, EnvironmentRunner>()
    const environmentsOf = Effect.fnUntraced(function* (task: number) {
      const known = made.get(task)
      if (known !== undefined) return known
      const problem = { environment, tasks: [tasks[task]!], policy, environmentsPerTask: environmentsPerTask }
      const x = yield* environmentRunner(problem, zeroKey, Real).pipe(Effect.provideService(Scope.Scope, scope))
      made.set(task, x)
      return x
    })
    return Effect.fnUntraced(function* ({ task, round, environments, observation, actions }) {
      const x = yield* environmentsOf(task)
      const stream = yield* fromEither(loadStream(actions))
      if (moments.length > 0) yield* fromEither(x.normaliser.set(moments))
      yield* fromEither(x.batch.load(environments))
      x.input.set(observation)
      yield* session.write(parameters, theta)
      const act = { call: acting.run({ parameters, observation: x.input }, x.actor.head), pause }
      const among = { first: task * environmentsPerTask, all: tasks.length * environmentsPerTask }
      yield* rollout(x, act, [stream], buffer, among)
      rounds[task] = round
      return { environments: x.batch.save(), observation: x.input.slice(), actions: saveStream(stream) }
    })
  })
})

/** Memory that all threads see, where there is any. */
const sharedMemory: Memory = (bytes) =>
  typeof SharedArrayBuffer === "undefined" ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes)

/**
 * Rollouts of these tasks by the workers, each task by itself: the same calls, and so the same bits, whatever their
 * number. Where the threads see no common memory, `note` is told once and all is done in this thread.
 */
export const rolloutsBy = (
  workers: WorkersService,
  spec: TrainingSpec,
  tasks: readonly Task[],
  note: (sentence: string) => Effect.Effect<void>
): MakeRollouts =>
  Effect.fnUntraced(function* (x, steps, Real) {
    const session = yield* Session
    const { policy } = yield* settingOf(spec, workers.catalog)
    const buffer = makeRolloutBuffer(steps, x, policy, Real, sharedMemory)
    const theta = floatsIn(sharedMemory, policy.size, Real)
    const moments = floatsIn(sharedMemory, momentsSize(policy), Float64Array)
    const rounds = new Int32Array(sharedMemory(4 * tasks.length))
    const setting = { spec, tasks, buffer, theta, moments, rounds }
    const all = yield* workers.open(rolloutJob, setting)
    const here = yield* openHere(rolloutJob, setting, workers.catalog, session)
    const [environments, seen] = [spec.environmentsPerTask, x.input.length / tasks.length]
    let shared = true
    let round = 0

    /** Nothing of `x` and the streams has moved before all tasks are done: what fails can be done again. */
    const standings = (streams: readonly Stream[]): readonly RolloutItem[] =>
      tasks.map((_, task) => ({
        task,
        round,
        environments: x.batch.save(task * environments, (task + 1) * environments),
        observation: x.input.slice(task * seen, (task + 1) * seen),
        actions: saveStream(streams[task]!)
      }))

    const roll: Rollouts["roll"] = Effect.fnUntraced(function* (at, streams) {
      theta.set(at.policy)
      moments.set(at.moments ?? [])
      round++
      const items = standings(streams)
      const inTurn = Effect.forEach(items, here)
      let ends = shared ? yield* Effect.mapError(all(items), (e) => e.reason) : yield* inTurn
      if (rounds.some((r) => r !== round)) {
        shared = false
        yield* note("Rollouts are done one after another: want memory that threads share, got a copy for each")
        ends = yield* inTurn
      }
      for (const [task, end] of ends.entries()) {
        yield* fromEither(x.batch.load(end.environments, task * environments, (task + 1) * environments))
        x.input.set(end.observation, task * seen)
        streams[task]!.words.set((yield* fromEither(loadStream(end.actions))).words)
      }
    })
    return { buffer, roll }
  })

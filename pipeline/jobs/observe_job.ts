/** Observing many tasks at θ★ as work in parts: a part is one task. */
import { Effect, Schema } from "effect"
import type { Fixed } from "../../algorithms/algorithm.ts"
import { asProblem } from "../../algorithms/error.ts"
import { child, type Key } from "../../core/random/mod.ts"
import { Session } from "../../core/service/session.ts"
import type { Task } from "../../envs/mod.ts"
import { projector } from "../stages/surrogate/features.ts"
import { type ObserveConfig, type Observed, observe } from "../stages/surrogate/observe.ts"
import type { Job, WorkersService } from "./job.ts"
import { Bytes, FloatArray, KeyData, Numbers, TaskData } from "./schemas.ts"
import { settingOf, TrainingSpec } from "./spec.ts"

interface ObserveSetting {
  readonly spec: TrainingSpec
  readonly at: Fixed
  readonly config: ObserveConfig
  readonly key: Key
}

/** One part observes one task. */
export const observeJob: Job<ObserveSetting, Task, Observed> = {
  name: "observation",
  setting: Schema.Struct({
    spec: TrainingSpec,
    at: Schema.Struct({ policy: FloatArray, value: FloatArray, moments: Schema.optional(FloatArray) }),
    config: Schema.Struct({
      transitionsPerTask: Schema.Number,
      projection: Schema.Literals(["gaussian", "rademacher", "sparse", "kronecker"]),
      dimension: Schema.Number,
      normaliseAdvantages: Schema.Boolean,
      baseline: Schema.Literals(["task", "critic"]),
      gamma: Schema.Number,
      lambda: Schema.Number
    }),
    key: KeyData
  }),
  item: TaskData,
  result: Schema.Struct({
    transitions: Schema.Struct({
      task: Schema.String,
      count: Schema.Int,
      environments: Schema.Int,
      observation: FloatArray,
      nextObservation: FloatArray,
      action: FloatArray,
      logProb: FloatArray,
      reward: FloatArray,
      terminated: Bytes,
      truncated: Bytes,
      value: FloatArray,
      nextValue: FloatArray,
      advantage: FloatArray,
      episodes: Schema.Struct({ returns: Numbers, lengths: Numbers })
    }),
    data: Schema.Struct({ features: FloatArray, advantages: FloatArray })
  }),
  open: Effect.fnUntraced(function* ({ spec, at, config, key }, known) {
    const session = yield* Session
    const setting = yield* settingOf(spec, known)
    const p = yield* projector(config.projection, setting.policy, config.dimension, child(key, "projection")).pipe(
      Effect.catchTag("ArgumentError", (e) => Effect.fail(asProblem(e)))
    )
    return (task) =>
      observe(setting, [task], at, config, key, p).pipe(
        Effect.map(([one]) => one!),
        Effect.provideService(Session, session)
      )
  })
}

/** The tasks as `estimate` observes them, by the workers. */
export const observedBy = (
  workers: WorkersService,
  spec: TrainingSpec,
  tasks: readonly Task[],
  { policy, value, moments }: Fixed,
  config: ObserveConfig,
  key: Key
) =>
  Effect.gen(function* () {
    const { transitionsPerTask, projection, dimension, normaliseAdvantages, baseline, gamma, lambda } = config
    const only = { transitionsPerTask, projection, dimension, normaliseAdvantages, baseline, gamma, lambda }
    const normalised = moments === undefined ? {} : { moments }
    const all = yield* workers.open(observeJob, { spec, at: { policy, value, ...normalised }, config: only, key })
    return yield* Effect.mapError(all(tasks), (e) => e.reason)
  }).pipe(Effect.scoped)

/** Observing many tasks at θ★ as a job: an item is one task. */

import { Effect, Schema } from "effect"

import { Fixed, TaskData } from "../../../algorithms/internal.ts"
import { child, type Key } from "../../../core/random/mod.ts"
import { KeyData } from "../../../core/service/data.ts"
import { Session } from "../../../core/service/session.ts"
import type { Task } from "../../../envs/mod.ts"
import { job, type WorkersService } from "../../jobs/job.ts"
import { settingOf, TrainingSpec } from "../../jobs/spec.ts"
import { projector } from "./features.ts"
import { ObserveConfig, Observed, observe } from "./observe.ts"

/** One item observes one task. */
export const observeJob = job({
  name: "observation",
  setting: Schema.Struct({ spec: TrainingSpec, at: Fixed, config: ObserveConfig, key: KeyData }),
  item: TaskData,
  result: Observed,
  open: Effect.fnUntraced(function* ({ spec, at, config, key }, known) {
    const session = yield* Session
    const setting = yield* settingOf(spec, known)
    const p = yield* projector(config.projection, setting.policy, config.dimension, child(key, "projection"))
    return (task) =>
      observe(setting, [task], at, config, key, p).pipe(
        Effect.map(([one]) => one!),
        Effect.provideService(Session, session)
      )
  })
})

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

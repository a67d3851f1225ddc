/** Gradients of many tasks at θ★ as work in parts: a part is one task. */
import { Effect, Schema } from "effect"

import { Fixed, TaskData } from "../../../algorithms/internal.ts"
import type { Key } from "../../../core/random/mod.ts"
import { KeyData } from "../../../core/service/data.ts"
import { Session } from "../../../core/service/session.ts"
import type { Task } from "../../../envs/mod.ts"
import { job, type WorkersService } from "../../jobs/job.ts"
import { settingOf, TrainingSpec } from "../../jobs/spec.ts"
import { SeenTask, seeTasks } from "./gradients.ts"
import { JudgeConfig } from "./observe.ts"

/** One part is one task. */
export const gradientJob = job({
  name: "gradients",
  setting: Schema.Struct({ spec: TrainingSpec, at: Fixed, config: JudgeConfig, key: KeyData }),
  item: TaskData,
  result: SeenTask,
  open: Effect.fnUntraced(function* ({ spec, at, config, key }, known) {
    const session = yield* Session
    const setting = yield* settingOf(spec, known)
    return (task) =>
      seeTasks(setting, [task], at, config, key).pipe(
        Effect.map(([one]) => one!),
        Effect.provideService(Session, session)
      )
  })
})

/** The tasks as {@link seeTasks} sees them, by the workers. */
export const seenBy = (
  workers: WorkersService,
  spec: TrainingSpec,
  tasks: readonly Task[],
  { policy, value, moments }: Fixed,
  { transitionsPerTask, normaliseAdvantages, baseline, gamma, lambda }: JudgeConfig,
  key: Key
) =>
  Effect.gen(function* () {
    const config = { transitionsPerTask, normaliseAdvantages, baseline, gamma, lambda }
    const at = { policy, value, ...(moments === undefined ? {} : { moments }) }
    const all = yield* workers.open(gradientJob, { spec, at, config, key })
    return yield* Effect.mapError(all(tasks), (e) => e.reason)
  }).pipe(Effect.scoped)

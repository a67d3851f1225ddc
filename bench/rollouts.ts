/** Our side of what rollouts cost, by the clock: on this thread, or on worker threads. */
import { Effect, Layer } from "effect"
import { actionStreams, environmentRunner } from "../algorithms/environment_runner.ts"
import { ppoDefaults } from "../algorithms/mod.ts"
import { zeroKey } from "../core/random/mod.ts"
import { realOf } from "../core/service/real.ts"
import { Session } from "../core/service/session.ts"
import type { Task } from "../envs/mod.ts"
import { Workers } from "../pipeline/jobs/mod.ts"
import { rolloutsBy } from "../pipeline/jobs/rollout_job.ts"
import { settingOf, type TrainingSpec } from "../pipeline/jobs/spec.ts"
import { sessionLayer } from "../plugins/sessions/mod.ts"
import { workersLayer } from "../plugins/workers/mod.ts"
import type { Side } from "./suite.ts"
import { failed, leastSeconds } from "./timing.ts"

/** Environments of a task, and steps of each in one rollout: as many as the rollouts of MAML's robots have. */
const [ENVIRONMENTS, STEPS] = [4, 200]
/** Rollouts before the first measurement: each thread starts an engine, whose machine code is compiled for good while it runs. */
const WARM = 10

/** Steps a second of rollouts of two equal tasks under a small policy, by so many threads; 1 is this one. */
export const rollouts = (environment: string, workers: number): Side =>
  Effect.gen(function* () {
    const tasks = ["a", "b"].map((id): Task => ({ id, environment, params: {} }))
    const spec: TrainingSpec = {
      environment,
      algorithm: "ppo",
      algorithmConfig: ppoDefaults,
      network: { layers: 1, width: 32, activation: "tanh", taskOneHot: false },
      taskIds: tasks.map(({ id }) => id),
      environmentsPerTask: ENVIRONMENTS,
      stepsPerTask: ENVIRONMENTS * STEPS,
      episodes: 1
    }
    const layer = Layer.provideMerge(workersLayer({ workers, sessionKind: () => "wasm" }), sessionLayer("wasm"))
    const services = yield* Layer.build(layer)
    return yield* Effect.gen(function* () {
      const all = yield* Workers
      const Real = realOf(yield* Session)
      const { environment, policy } = yield* settingOf(spec, all.catalog)
      const problem = { environment, tasks, policy, environmentsPerTask: ENVIRONMENTS }
      const x = yield* environmentRunner(problem, zeroKey, Real)
      const { roll } = yield* rolloutsBy(all, spec, tasks, () => Effect.void)(x, STEPS, Real)
      x.reset()
      const streams = actionStreams(zeroKey, tasks)
      const once = roll({ policy: policy.init(zeroKey) }, streams)
      for (let i = 0; i < WARM; i++) yield* once
      const steps = tasks.length * ENVIRONMENTS * STEPS
      return Effect.mapError(
        Effect.map(leastSeconds(once), (seconds) => ({ value: steps / seconds })),
        failed
      )
    }).pipe(Effect.provideContext(services))
  }).pipe(Effect.mapError(failed))

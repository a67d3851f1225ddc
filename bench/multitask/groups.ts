/** The tool's own groups: a policy for all is trained for a while, and what sharing it would bring is estimated. */
import { Effect } from "effect"
import { discountOf } from "../../algorithms/internal.ts"
import { child, stream } from "../../core/random/mod.ts"
import { mean } from "../../core/stat/mod.ts"
import { bestWorth, worthCurve } from "../../core/surrogate/estimators/mod.ts"
import { seeTasks } from "../../pipeline/stages/surrogate/gradients.ts"
import { predictor } from "../../pipeline/stages/surrogate/predict.ts"
import { cpuSeconds } from "../timing.ts"
import type { Prepared } from "./prepare.ts"
import { trainTasks } from "./train.ts"

/**
 * Groups as a run of the main job chooses them by worth, for trainings as long as the ground's.
 *
 * What it takes, environment steps of the first policy and of the transitions, comes on top of the groups' own trainings.
 */
export const findGroups = Effect.fn("bench.findGroups")(function* (p: Prepared) {
  const { ground, tasks, setting, spec, key, file, iterations } = p
  const { meta, surrogate } = ground.config
  const first = yield* trainTasks({
    setting,
    tasks,
    iterations: meta.iterations,
    points: 0,
    key: child(key, "meta"),
    file,
    keepAfter: 30
  })
  const start = cpuSeconds()
  const seen = yield* seeTasks({
    setting,
    tasks,
    at: first.state,
    config: { ...surrogate, ...discountOf(spec.algorithmConfig) },
    key: child(key, "surrogate")
  })
  const { stepsPerTask, environmentsPerTask } = spec
  const found = predictor(
    seen,
    {
      iterations,
      stepsPerTask,
      updates: (members) =>
        setting.algorithm.updates?.(spec.algorithmConfig, {
          tasks: members,
          stepsPerTask,
          environmentsPerTask,
          budget: "updates"
        })
    },
    surrogate.estimator
  )
  const curve = worthCurve(found.estimator, found, stream(child(key, "bootstrap")))
  const { labels } = bestWorth(curve, mean(found.start))
  const transitions = seen.reduce((sum, t) => sum + t.transitions, 0)
  return { labels, steps: first.state.steps + transitions, seconds: first.seconds + cpuSeconds() - start }
})

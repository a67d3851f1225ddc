/** Observing many tasks at θ★ as a job: an item is one task. */
import { Effect } from "effect"
import { child } from "../../../core/random/mod.ts"
import { projector } from "./features.ts"
import { Observed, observe } from "./observe.ts"
import { ObserveConfig, type SurrogateProblem } from "./problem.ts"
import { taskJob } from "./task_job.ts"

/** One item observes one task, by the projection that `estimate` lifts solutions with. */
export const observeJob = taskJob({
  name: "observation",
  config: ObserveConfig,
  result: Observed,
  open: Effect.fnUntraced(function* ({ setting: { policy }, config: { projection, dimension }, key }) {
    const p = yield* projector(projection, policy, dimension, child(key, "projection"))
    return (problem: SurrogateProblem<unknown, ObserveConfig>) => observe(problem, p)
  })
})

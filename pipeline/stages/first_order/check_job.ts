/** The first-order check as a job: an item is one direction. */
import { Effect, Schema } from "effect"

import { Doubles, FloatArray, Numbers } from "../../../core/service/data.ts"
import { job, type WorkersService } from "../../jobs/job.ts"
import { settingOf, TrainingSpec } from "../../jobs/spec.ts"
import { Visited } from "../surrogate/features.ts"
import { type Check, firstOrderChecker, type LinearModel } from "./first_order.ts"

/** One item follows one direction; its result is a row of residuals. */
export const checkJob = job({
  name: "first-order check",
  setting: Schema.Struct({
    spec: TrainingSpec,
    theta: FloatArray,
    visited: Schema.Array(Visited),
    distances: Numbers
  }),
  item: Doubles,
  result: Numbers,
  open: Effect.fnUntraced(function* ({ spec, theta, visited, distances }, known) {
    const { policy } = yield* settingOf(spec, known)
    return yield* firstOrderChecker({ policy, theta, visited, distances })
  })
})

/** The check by the workers; the spec names the policy. */
export const checkBy =
  (
    workers: WorkersService,
    { spec, theta, visited, distances }: Omit<LinearModel, "policy"> & { readonly spec: TrainingSpec }
  ): Check =>
  (directions) =>
    Effect.gen(function* () {
      const all = yield* workers.open(checkJob, { spec, theta, visited, distances })
      return yield* Effect.mapError(all(directions), (e) => e.reason)
    }).pipe(Effect.scoped)

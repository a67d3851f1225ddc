/** The first-order check as a job: an item is one direction. */
import { Effect, Schema } from "effect"

import type { Floats } from "../../../core/random/mod.ts"
import { Doubles, FloatArray, Numbers } from "../../../core/service/data.ts"
import { job, type WorkersService } from "../../jobs/job.ts"
import { settingOf, TrainingSpec } from "../../jobs/spec.ts"
import { Visited } from "../surrogate/features.ts"
import { type Check, firstOrderChecker } from "./first_order.ts"

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
    return yield* firstOrderChecker(policy, theta, visited, distances)
  })
})

/** The check by the workers. */
export const checkBy =
  (workers: WorkersService, spec: TrainingSpec, theta: Floats, distances: readonly number[]): Check =>
  (visited, directions) =>
    Effect.gen(function* () {
      const all = yield* workers.open(checkJob, { spec, theta, visited, distances })
      return yield* Effect.mapError(all(directions), (e) => e.reason)
    }).pipe(Effect.scoped)

/** The first-order check as work in parts: a part is one direction. */
import { Effect, Schema } from "effect"
import { asProblem } from "../../algorithms/error.ts"
import type { Floats } from "../../core/random/mod.ts"
import { firstOrderChecker } from "../stages/first_order/first_order.ts"
import type { Check } from "../stages/surrogate/estimate.ts"
import { Visited } from "../stages/surrogate/features.ts"
import type { Job, WorkersService } from "./job.ts"
import { Doubles, FloatArray, Numbers } from "./schemas.ts"
import { settingOf, TrainingSpec } from "./spec.ts"

interface CheckSetting {
  readonly spec: TrainingSpec
  readonly theta: Floats
  readonly visited: readonly Visited[]
  readonly distances: readonly number[]
}

/** One part follows one direction; its result is a row of residuals. */
export const checkJob: Job<CheckSetting, Float64Array, readonly number[]> = {
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
    return yield* firstOrderChecker(policy, theta, visited, distances).pipe(
      Effect.catchTag("ArgumentError", (e) => Effect.fail(asProblem(e)))
    )
  })
}

/** The check by the workers. */
export const checkBy =
  (workers: WorkersService, spec: TrainingSpec, theta: Floats, distances: readonly number[]): Check =>
  (visited, directions) =>
    Effect.gen(function* () {
      const all = yield* workers.open(checkJob, { spec, theta, visited, distances })
      return yield* Effect.mapError(all(directions), (e) => e.reason)
    }).pipe(Effect.scoped)

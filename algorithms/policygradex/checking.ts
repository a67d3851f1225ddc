/** The first-order check as work in parts: a part is one direction. */
import { Effect, Schema } from "effect"
import type { Visited } from "../../core/pipeline/features.ts"
import { firstOrderChecker } from "../../core/pipeline/first_order.ts"
import type { Floats } from "../../core/random/mod.ts"
import { programAsProblem } from "../error.ts"
import type { Check } from "./estimate.ts"
import { Doubles, FloatArray, Numbers, Spec } from "./schemas.ts"
import { settingOf, type TrainingSpec } from "./spec.ts"
import type { Work, WorkersService } from "./work.ts"

interface CheckSetting {
  readonly spec: TrainingSpec
  readonly theta: Floats
  readonly visited: readonly Visited[]
  readonly distances: readonly number[]
}

/** One part follows one direction; its result is a row of residuals. */
export const checking: Work<CheckSetting, Float64Array, readonly number[]> = {
  name: "first-order check",
  setting: Schema.Struct({
    spec: Spec,
    theta: FloatArray,
    visited: Schema.Array(Schema.Struct({ count: Schema.Int, observation: FloatArray, action: FloatArray })),
    distances: Numbers
  }),
  part: Doubles,
  result: Numbers,
  open: Effect.fnUntraced(function* ({ spec, theta, visited, distances }, known) {
    const { policy } = yield* settingOf(spec, known)
    return yield* programAsProblem(firstOrderChecker(policy, theta, visited, distances))
  })
}

/** The check by the workers. */
export const checkBy =
  (workers: WorkersService, spec: TrainingSpec, theta: Floats, distances: readonly number[]): Check =>
  (visited, directions) =>
    Effect.gen(function* () {
      const all = yield* workers.open(checking, { spec, theta, visited, distances })
      return yield* Effect.mapError(all(directions), (e) => e.reason)
    }).pipe(Effect.scoped)

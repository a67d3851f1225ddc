/** Stage: how far log π is linear around θ★, along given directions and distances (Table 1). */

import { Effect } from "effect"
import type { LearnerError } from "../../../algorithms/mod.ts"
import { norm } from "../../../core/linalg/mod.ts"
import * as T from "../../../core/program/mod.ts"
import { child, type Floats, fillNormal, type Key, stream } from "../../../core/random/mod.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import { type RealConstructor, realOf } from "../../../core/service/real.ts"
import { Session } from "../../../core/service/session.ts"
import type { DifferentiablePolicy } from "../../../core/surrogate/mod.ts"
import type { Visited } from "../surrogate/features.ts"

/** log π as a linear function of θ, and where it is compared with log π itself. */
export interface LinearModel {
  readonly policy: DifferentiablePolicy
  /** θ★, where it touches log π. */
  readonly theta: Floats
  /** States and actions at which it is compared. */
  readonly visited: readonly Visited[]
  /** How far from θ★, relative to ‖θ★‖. */
  readonly distances: readonly number[]
}

const ROWS = 512

/** log π and its derivative along a change of θ, of every row. */
const linearised = (policy: DifferentiablePolicy) =>
  T.program(
    "log-probabilities, linearised",
    {
      theta: [policy.size],
      change: [policy.size],
      observation: [ROWS, policy.inputs],
      action: policy.actionShape(ROWS)
    },
    ({ theta, change, observation, action }) => {
      const at = policy.logProb(theta, observation, action).logProb
      const [slope] = T.pushforward([at], [{ of: theta, tangent: change }])
      return { at, slope: slope! }
    }
  )

const logProbabilities = (policy: DifferentiablePolicy) =>
  T.program(
    "log-probabilities",
    { theta: [policy.size], observation: [ROWS, policy.inputs], action: policy.actionShape(ROWS) },
    ({ theta, observation, action }) => ({ moved: policy.logProb(theta, observation, action).logProb })
  )

/**
 * Makes ready to follow any direction. Relative residual sums of squares
 *
 *     Σ_t (log π_θ(a_t|s_t) − log π_θ★(a_t|s_t) − g_tᵀΔθ)² / Σ_t (log π_θ(a_t|s_t))²,    ‖Δθ‖ = distance·‖θ★‖
 *
 * come at every distance.
 *
 * - Units: a direction of length 0 gives 0.
 * - Source: Zhang et al., section 3.2 and Table 1.
 */
export const firstOrderChecker = Effect.fn("pipeline.firstOrderChecker")(function* (model: LinearModel) {
  const { policy, theta, visited, distances } = model
  const session = yield* Session
  const Real = realOf(session)
  const linear = yield* session.compile(yield* fromEither(linearised(policy)))
  const nonlinear = yield* session.compile(yield* fromEither(logProbabilities(policy)))
  const length = norm(theta)
  return Effect.fnUntraced(function* (direction: Floats) {
    const own = norm(direction)
    const residual = new Float64Array(distances.length)
    const total = new Float64Array(distances.length)
    const points = distances.map((distance) => {
      const scale = own === 0 ? 0 : (distance * length) / own
      return { scale, moved: Float64Array.from(theta, (v, i) => v + scale * direction[i]!) }
    })
    for (const v of visited) {
      for (const { rows, ...chunk } of rowsOf(v, policy, Real)) {
        const { at, slope } = yield* linear.run({ theta, change: direction, ...chunk })
        for (const [c, point] of points.entries()) {
          const { moved } = yield* nonlinear.run({ theta: point.moved, ...chunk })
          for (let r = 0; r < rows; r++) {
            const left = moved[r]! - at[r]! - point.scale * slope[r]!
            residual[c]! += left * left
            total[c]! += moved[r]! * moved[r]!
          }
        }
      }
      yield* Effect.yieldNow
    }
    return Array.from(residual, (r, c) => (total[c] === 0 ? 0 : r / total[c]!))
  })
})

/** The check along some directions: a row each, a column a distance. */
export const firstOrderCheck = Effect.fn("pipeline.firstOrderCheck")(function* (
  model: LinearModel,
  directions: readonly Floats[]
) {
  const check = yield* firstOrderChecker(model)
  return yield* Effect.forEach(directions, check)
}, Effect.scoped)

/** Residuals of the first-order check of a linear model: a row a direction, a column a distance. */
export type Check = (directions: readonly Float64Array[]) => Effect.Effect<readonly (readonly number[])[], LearnerError>

/**
 * The first-order check along adapted directions and as many random ones; in this thread, or by whoever `check` asks.
 *
 * - Errors: `ArgumentError` where the policy makes no program; `SessionError`, `SessionLost`, `WorkerLost`.
 */
export const checkFirstOrder = Effect.fn("policygradex.checkFirstOrder")(function* (
  model: LinearModel,
  adapted: readonly Float64Array[],
  key: Key,
  check?: Check
) {
  const random = adapted.map((_, k) => {
    const out = new Float64Array(model.policy.size)
    fillNormal(stream(child(key, "direction", k)), out)
    return out
  })
  const all = [...adapted, ...random]
  const rows = yield* check?.(all) ?? firstOrderCheck(model, all)
  return { adapted: rows.slice(0, adapted.length), random: rows.slice(adapted.length) }
})

const rowsOf = function* (v: Visited, policy: DifferentiablePolicy, Real: RealConstructor) {
  for (let from = 0; from < v.count; from += ROWS) {
    const rows = Math.min(ROWS, v.count - from)
    const observation = new Real(ROWS * policy.inputs)
    const action = new Real(ROWS * policy.actionSize)
    observation.set(v.observation.subarray(from * policy.inputs, (from + rows) * policy.inputs))
    action.set(v.action.subarray(from * policy.actionSize, (from + rows) * policy.actionSize))
    yield { rows, observation, action }
  }
}

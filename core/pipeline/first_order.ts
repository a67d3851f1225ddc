/** Stage: how far log π is linear around θ★, along given directions and distances (Table 1). */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import * as T from "../program/mod.ts"
import type { DifferentiablePolicy } from "../surrogate/factors.ts"
import type { Visited } from "./features.ts"
import { ProgramError } from "./program_error.ts"
import { Session } from "./session.ts"

const ROWS = 512

/** Sums over rows of mask·residual² and mask·log-probability², at θ + Δθ. */
const residuals = (policy: DifferentiablePolicy) =>
  T.program(
    "first-order residuals",
    {
      theta: [policy.size],
      change: [policy.size],
      observation: [ROWS, policy.inputs],
      action: policy.actionShape(ROWS),
      mask: [ROWS]
    },
    ({ theta, change, observation, action, mask }) => {
      const at = policy.logProb(theta, observation, action).logProb
      const moved = policy.logProb(T.add(theta, change), observation, action).logProb
      const [linear] = T.pushforward([at], [{ of: theta, tangent: change }])
      const residual = T.sub(T.sub(moved, at), linear!)
      return {
        residual: T.sum(T.mul(mask, T.square(residual))),
        total: T.sum(T.mul(mask, T.square(moved)))
      }
    }
  )

const norm = (x: ArrayLike<number>): number => {
  let s = 0
  for (let i = 0; i < x.length; i++) s += x[i]! * x[i]!
  return Math.sqrt(s)
}

/**
 * Relative residual sum of squares
 *
 *     Σ_t (log π_θ(a_t|s_t) − log π_θ★(a_t|s_t) − g_tᵀΔθ)² / Σ_t (log π_θ(a_t|s_t))²,    ‖Δθ‖ = distance·‖θ★‖
 *
 * for every direction (rows of the result) and distance (columns).
 *
 * - Units: `distances` relative to ‖θ★‖; a direction of length 0 gives 0.
 * - Source: Zhang et al., section 3.2 and Table 1.
 */
export const firstOrderCheck = Effect.fn("pipeline.firstOrderCheck")(function* (
  policy: DifferentiablePolicy,
  theta: Float32Array | Float64Array,
  visited: readonly Visited[],
  directions: readonly (Float32Array | Float64Array)[],
  distances: readonly number[]
) {
  const program = residuals(policy)
  if (E.isLeft(program)) return yield* ProgramError.of(program.left)
  const session = yield* Session
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const exe = yield* session.compile(program.right)
      const length = norm(theta)
      const table: number[][] = []
      for (const direction of directions) {
        const row: number[] = []
        const own = norm(direction)
        for (const distance of distances) {
          const scale = own === 0 ? 0 : (distance * length) / own
          const change = Float64Array.from(direction, (v) => v * scale)
          let [residual, total] = [0, 0]
          for (const v of visited) {
            for (const chunk of rowsOf(v, policy)) {
              const out = yield* exe.run({ theta, change, ...chunk })
              residual += out.residual[0]!
              total += out.total[0]!
            }
            yield* Effect.yieldNow
          }
          row.push(total === 0 ? 0 : residual / total)
        }
        table.push(row)
      }
      return table
    })
  )
})

const rowsOf = function* (v: Visited, policy: DifferentiablePolicy) {
  for (let from = 0; from < v.count; from += ROWS) {
    const rows = Math.min(ROWS, v.count - from)
    const observation = new Float32Array(ROWS * policy.inputs)
    const action = new Float32Array(ROWS * policy.actionSize)
    const mask = new Float32Array(ROWS).fill(1, 0, rows)
    observation.set(v.observation.subarray(from * policy.inputs, (from + rows) * policy.inputs))
    action.set(v.action.subarray(from * policy.actionSize, (from + rows) * policy.actionSize))
    yield { observation, action, mask }
  }
}

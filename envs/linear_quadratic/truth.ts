import { cos, sin } from "../../core/math/mod.ts"
import type { LinearQuadraticParams } from "./linear_quadratic.ts"

/** The policy u = −k·R(−φ)·(x − d). */
export interface LinearPolicy {
  /** k, per metre. */
  readonly gain: number
  /** φ in rad: the angle of the control matrix that the policy reckons with. */
  readonly angle: number
  /** d in m: where the policy steers. */
  readonly target: readonly [number, number]
}

/**
 * The best stationary policy of a task without end: φ = θ, d = c and k from the scalar Riccati equation.
 *
 *     b²·p² = q·b²·p + q·r,   k = b·p/(r + b²·p)
 *
 * - Source: R. E. Kalman, "Contributions to the theory of optimal control", 1960, eq. (6.5), with a = 1.
 */
export const optimalPolicy = (task: LinearQuadraticParams): LinearPolicy => {
  const { gain: b, state_cost: q, action_cost: r } = task
  const qb = q * b * b
  const p = (qb + Math.sqrt(qb * qb + 4 * b * b * q * r)) / (2 * b * b)
  return { gain: (b * p) / (r + b * b * p), angle: task.angle, target: [task.target_x, task.target_y] }
}

/**
 * Expected return of a linear policy over an episode: exact, not sampled.
 *
 * With z = x − d and the complex multiplier m = 1 − b·k·e^{i(θ−φ)}, z_{t+1} = m·z_t + w_t, so that
 *
 *     J = −Σ_t [(q + r·k²)·E|z_t|² + q·|e|² + 2q·Re(conj(e)·E z_t)],   e = d − c
 *     E|z_{t+1}|² = |m|²·E|z_t|² + 2σ²,   E z_{t+1} = m·E z_t,   E|z_0|² = 2w²/3 + |d|²,   E z_0 = −d
 *
 * - Shapes: `steps` a count; 20 is an episode of the environment.
 * - Units: reward.
 * - Source: moments of z_t, step by step, under the dynamics of `linearQuadratic`.
 */
export const expectedReturn = (task: LinearQuadraticParams, policy: LinearPolicy, steps = 20): number => {
  const { gain: b, state_cost: q, action_cost: r, reset_radius: w, noise } = task
  const { gain: k, angle, target } = policy
  const [dx, dy] = target
  const turn = task.angle - angle
  const mRe = 1 - b * k * cos(turn)
  const mIm = -b * k * sin(turn)
  const ex = dx - task.target_x
  const ey = dy - task.target_y
  let square = (2 * w * w) / 3 + dx * dx + dy * dy
  let zx = -dx
  let zy = -dy
  let total = 0
  for (let t = 0; t < steps; t++) {
    total -= (q + r * k * k) * square + q * (ex * ex + ey * ey) + 2 * q * (ex * zx + ey * zy)
    square = (mRe * mRe + mIm * mIm) * square + 2 * noise * noise
    const next = mRe * zx - mIm * zy
    zy = mRe * zy + mIm * zx
    zx = next
  }
  return total
}

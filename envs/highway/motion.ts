import { asin } from "../../core/math/mod.ts"
import {
  clip,
  KP_HEADING,
  KP_LATERAL,
  LANE_WIDTH,
  LENGTH,
  MAX_SLIP_SINE,
  MAX_SPEED,
  MAX_TURN,
  MAX_TURN_SINE,
  notZero,
  ROAD_LENGTH
} from "./constants.ts"
import { derive, type Traffic } from "./traffic.ts"

const TURN = 2 * Math.PI

/** The angle in [−π, π). */
const wrap = (angle: number): number => {
  const r = (angle + Math.PI) % TURN
  return (r < 0 ? r + TURN : r) - Math.PI
}

/**
 * Steers vehicle i towards the middle of its target lane; gives the sine of the slip angle that this makes.
 *
 *     φ* = asin(−k_y·Δy/v),   ω = k_φ·(φ* − φ),   sin β = (L/2)·ω/v,   δ = atan(2·tan β)
 *
 * φ* is at most π/4 and the steering angle δ at most π/3. The model turns δ back into β = atan(tan δ/2), so that
 * only the bound of δ, as one of sin β, is left of the two.
 */
export const steer = (t: Traffic, i: number): number => {
  const v = notZero(t.speed[i]!)
  const sine = (-KP_LATERAL * (t.y[i]! - LANE_WIDTH * t.targetLane[i]!)) / v
  const wanted = sine >= MAX_TURN_SINE ? MAX_TURN : sine <= -MAX_TURN_SINE ? -MAX_TURN : asin(sine)
  const rate = KP_HEADING * wrap(wanted - t.heading[i]!)
  return clip((LENGTH / 2 / v) * rate, -MAX_SLIP_SINE, MAX_SLIP_SINE)
}

/**
 * Moves vehicle i on by `dt` seconds: a bicycle whose velocity points β off its heading.
 *
 *     ẋ = v·cos(φ + β),   ẏ = v·sin(φ + β),   φ̇ = v·sin β/(L/2),   v̇ = a
 *
 * The crashed do not steer and brake as they are fast. An impact of the last frame is taken up here.
 *
 * - Source: Polack et al., "The kinematic bicycle model", IEEE Intelligent Vehicles 2017.
 */
export const move = (t: Traffic, i: number, dt: number): void => {
  const v = t.speed[i]!
  const crashed = t.crashed[i] !== 0
  const slip = crashed ? 0 : t.slip[i]!
  let acceleration = crashed ? -v : t.acceleration[i]!
  if (v > MAX_SPEED) acceleration = Math.min(acceleration, MAX_SPEED - v)
  else if (v < -MAX_SPEED) acceleration = Math.max(acceleration, -MAX_SPEED - v)

  const along = Math.sqrt(1 - slip * slip)
  t.x[i]! += v * (t.cos[i]! * along - t.sin[i]! * slip) * dt
  t.y[i]! += v * (t.sin[i]! * along + t.cos[i]! * slip) * dt
  if (t.impacted[i] !== 0) {
    t.x[i]! += t.impactX[i]!
    t.y[i]! += t.impactY[i]!
    t.crashed[i] = 1
    t.impacted[i] = 0
    t.impactX[i] = 0
    t.impactY[i] = 0
    t.impactWith[i] = -1
  }
  t.heading[i]! += ((v * slip) / (LENGTH / 2)) * dt
  t.speed[i] = v + acceleration * dt
  t.lane[i] = closestLane(t, i)
  derive(t, i)
}

/** The lane whose middle is nearest; of two, the left one. */
const closestLane = (t: Traffic, i: number): number => {
  const x = t.x[i]!
  const y = t.y[i]!
  const rest = Math.max(x - ROAD_LENGTH, 0) + Math.max(-x, 0) + Math.abs(wrap(t.heading[i]!))
  const left = clip(Math.floor(y / LANE_WIDTH), 0, t.lanes - 1)
  const right = Math.min(left + 1, t.lanes - 1)
  // Both distances carry the heading, whose rounding decides between lanes that are all but equally near.
  return Math.abs(y - LANE_WIDTH * right) + rest < Math.abs(y - LANE_WIDTH * left) + rest ? right : left
}

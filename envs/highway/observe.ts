import { cos, sin } from "../../core/math/mod.ts"
import type { Dynamics } from "../env.ts"
import { clip, LANE_WIDTH, MAX_SPEED, PERCEPTION, PERCEPTION_BEHIND } from "./constants.ts"
import { columnAt } from "./traffic.ts"

/** Rows of the observation, the agent's own first, and their numbers. */
export const ROWS = 5
export const FEATURES = ["presence", "x", "y", "vx", "vy"] as const

const OTHERS = ROWS - 1

/**
 * What the agent sees: a row each for itself and the four vehicles nearest along the road, the nearest first.
 *
 *     [presence, x/200, y/(4·lanes), vx/80, vy/80],   clipped to [−1, 1]
 *
 * The agent's row is absolute, the others are relative to it. Seen is who is within 200 m, and less than 10 m behind.
 * Rows without a vehicle are 0.
 */
export const observer = (count: number, lanes: number): Dynamics["observe"] => {
  const nearest = new Int32Array(OTHERS)
  const distance = new Float64Array(OTHERS)
  const [X, Y] = [columnAt("x", count), columnAt("y", count)]
  const [HEADING, SPEED] = [columnAt("heading", count), columnAt("speed", count)]

  /** Fills `nearest`; of vehicles equally near the first comes first. Returns how many there are. */
  const look = (state: Float64Array, at: number): number => {
    let seen = 0
    for (let i = 1; i < count; i++) {
      const dx = state[at + X + i]! - state[at + X]!
      if (!(dx > -PERCEPTION_BEHIND && dx < PERCEPTION)) continue
      const far = Math.abs(dx)
      if (seen === OTHERS && far >= distance[OTHERS - 1]!) continue
      const dy = state[at + Y + i]! - state[at + Y]!
      if (!(Math.sqrt(dx * dx + dy * dy) < PERCEPTION)) continue
      let to = seen < OTHERS ? seen++ : OTHERS - 1
      for (; to > 0 && far < distance[to - 1]!; to--) {
        distance[to] = distance[to - 1]!
        nearest[to] = nearest[to - 1]!
      }
      distance[to] = far
      nearest[to] = i
    }
    return seen
  }

  return (state, at, out, outAt) => {
    const seen = look(state, at)
    let x0 = 0
    let y0 = 0
    let vx0 = 0
    let vy0 = 0
    for (let row = 0; row < ROWS; row++) {
      const to = outAt + row * FEATURES.length
      if (row > seen) {
        for (let k = 0; k < FEATURES.length; k++) out[to + k] = 0
        continue
      }
      const i = row === 0 ? 0 : nearest[row - 1]!
      const x = state[at + X + i]!
      const y = state[at + Y + i]!
      const vx = state[at + SPEED + i]! * cos(state[at + HEADING + i]!)
      const vy = state[at + SPEED + i]! * sin(state[at + HEADING + i]!)
      out[to] = 1
      out[to + 1] = scaled(x - x0, PERCEPTION)
      out[to + 2] = scaled(y - y0, LANE_WIDTH * lanes)
      out[to + 3] = scaled(vx - vx0, 2 * MAX_SPEED)
      out[to + 4] = scaled(vy - vy0, 2 * MAX_SPEED)
      if (row === 0) {
        x0 = x
        y0 = y
        vx0 = vx
        vy0 = vy
      }
    }
  }
}

/** −1 … 1 for −bound … bound. */
const scaled = (value: number, bound: number): number => clip(-1 + ((value + bound) * 2) / (2 * bound), -1, 1)

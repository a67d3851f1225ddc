import { exp } from "../../core/math/mod.ts"
import { integers, type Stream, uniform } from "../../core/random/mod.ts"
import { speedIndex } from "./agent.ts"
import { EXPONENT_HIGH, EXPONENT_LOW, LANE_CHANGE_DELAY, LANE_WIDTH, SPEED_LIMIT } from "./constants.ts"
import { type HighwayParameters, numbersOf } from "./parameters.ts"
import { COLUMNS, columnAt } from "./traffic.ts"

/** The agent's first speed. */
const AGENT_SPEED = 25

/**
 * Writes the first state of an episode: the agent, then each vehicle somewhat ahead of the foremost.
 *
 *     x_i = max_j x_j + s·(12 + v_i)·e^(−n/8)·u,   u ~ U(0.9, 1.1),   s = ego_spacing for the agent, else 1/density
 *
 * with n lanes; the agent's maximum is three such gaps. Drawn for each in turn: lane, speed (21 to 24 m/s), u, and the
 * exponent of the driver; of the agent only the lane, unless it is set, and u.
 *
 * - Source: highway-env 1.12, `Vehicle.create_random`; draws are NumPy's, in its order.
 */
export const spawn = (p: HighwayParameters, state: Float64Array, at: number, stream: Stream): void => {
  const count = p.vehicles_count + 1
  const speeds = numbersOf(p.target_speeds)
  state.fill(0, at, at + COLUMNS.length * count)
  let foremost = 0
  for (let i = 0; i < count; i++) {
    const agent = i === 0
    const lane = agent && p.initial_lane_id >= 0 ? p.initial_lane_id : integers(stream, 0, p.lanes_count)
    const speed = agent ? AGENT_SPEED : uniform(stream, 0.7 * SPEED_LIMIT, 0.8 * SPEED_LIMIT)
    const gap = (agent ? p.ego_spacing : 1 / p.vehicles_density) * (12 + speed) * exp((-5 / 40) * p.lanes_count)
    if (agent) foremost = 3 * gap
    foremost += gap * uniform(stream, 0.9, 1.1)
    const y = LANE_WIDTH * lane
    state[at + columnAt("x", count) + i] = foremost
    state[at + columnAt("y", count) + i] = y
    state[at + columnAt("speed", count) + i] = speed
    state[at + columnAt("lane", count) + i] = lane
    state[at + columnAt("targetLane", count) + i] = lane
    state[at + columnAt("targetSpeed", count) + i] = agent ? speeds[speedIndex(speeds, speed)]! : speed
    if (agent) continue
    state[at + columnAt("timer", count) + i] = ((foremost + y) * Math.PI) % LANE_CHANGE_DELAY
    state[at + columnAt("exponent", count) + i] = uniform(stream, EXPONENT_LOW, EXPONENT_HIGH)
  }
}

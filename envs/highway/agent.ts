import { cos } from "../../core/math/mod.ts"
import { clip, KP_SPEED } from "./constants.ts"
import { steer } from "./motion.ts"
import { type HighwayParameters, numbersOf } from "./parameters.ts"
import { onLane, reachable, type Traffic } from "./traffic.ts"

/** The meta-actions, in highway-env's order. */
export const ACTIONS = ["LANE_LEFT", "IDLE", "LANE_RIGHT", "FASTER", "SLOWER"] as const
const [LEFT, RIGHT, FASTER, SLOWER] = [0, 2, 3, 4]

/** Half-way numbers go to the even neighbour. */
const roundHalfEven = (x: number): number => {
  const r = Math.floor(x + 0.5)
  return r - x === 0.5 && r % 2 !== 0 ? r - 1 : r
}

/** Which of the speeds is nearest, taking them as evenly spaced. */
export const speedIndex = (speeds: readonly number[], speed: number): number => {
  const last = speeds.length - 1
  const share = (speed - speeds[0]!) / (speeds[last]! - speeds[0]!)
  return clip(roundHalfEven(share * last), 0, last)
}

/**
 * Takes a meta-action: the agent's target lane moves by one, or its target speed to the next of `speeds`.
 *
 * Faster and slower count from the speed of now, not from the target.
 */
export const choose = (t: Traffic, action: number, speeds: readonly number[]): void => {
  if (action === FASTER || action === SLOWER) {
    const index = speedIndex(speeds, t.speed[0]!) + (action === FASTER ? 1 : -1)
    t.targetSpeed[0] = speeds[clip(index, 0, speeds.length - 1)]!
  } else if (action === LEFT || action === RIGHT) {
    const lane = clip(t.targetLane[0]! + (action === RIGHT ? 1 : -1), 0, t.lanes - 1)
    if (reachable(t.x[0]!, t.y[0]!, lane)) t.targetLane[0] = lane
  }
}

/** The agent's controls for a frame: v̇ = k·(v* − v), and steering as everyone's. */
export const control = (t: Traffic): void => {
  t.slip[0] = steer(t, 0)
  t.acceleration[0] = KP_SPEED * (t.targetSpeed[0]! - t.speed[0]!)
}

/** Whether the agent is within the lane nearest to it: it is off the road where it is beyond the outermost. */
export const onRoad = (t: Traffic): boolean => onLane(t.x[0]!, t.y[0]!, t.lane[0]!, 0)

/**
 * The reward of the traffic as it is.
 *
 *     r = c·crashed + ρ·lane⁺/(lanes − 1) + h·clip((v·cos φ − low)/(high − low), 0, 1)
 *
 * lane⁺ is the target lane. Normalised, c is mapped to 0 and ρ + h to 1. Off the road the reward is 0.
 */
export const rewardOf = (p: HighwayParameters): ((t: Traffic) => number) => {
  const [low, high] = numbersOf(p.reward_speed_range)
  const last = Math.max(p.lanes_count - 1, 1)
  const best = p.high_speed_reward + p.right_lane_reward
  return (t) => {
    if (!onRoad(t)) return 0
    const speed = (t.speed[0]! * cos(t.heading[0]!) - low!) / (high! - low!)
    const sum =
      p.collision_reward * t.crashed[0]! +
      p.right_lane_reward * (t.targetLane[0]! / last) +
      p.high_speed_reward * clip(speed, 0, 1)
    return p.normalize_reward ? (sum - p.collision_reward) / (best - p.collision_reward) : sum
  }
}

import { distance, tolerance } from "../measure.ts"
import { HAND_NEAR, type MetaworldTask } from "../task.ts"
import { withPuck } from "./puck.ts"

const NEAR = 0.05

/** Bring the hand to a point. The reward: 10·tolerance(distance), with a margin of the hand's start from the goal. */
export const reach: MetaworldTask = {
  id: "reach-v3",
  summary: "Bring the hand to a point in the air",
  scene: "sawyer_reach_v3",
  ...withPuck(0.05, 0.3),
  reward: ({ tcp }, { goal }) => 10 * tolerance(distance(tcp, goal), 0, NEAR, distance(HAND_NEAR, goal)),
  solved: ({ tcp }, { goal }) => distance(tcp, goal) <= NEAR
}

import { distance, tolerance } from "../measure.ts"
import { body, geom, HAND_NEAR, type MetaworldTask } from "../task.ts"

const NEAR = 0.05

/** Bring the hand to a point. The reward: 10·tolerance(distance), with a margin of the hand's start from the goal. */
export const reach: MetaworldTask = {
  id: "reach-v3",
  summary: "Bring the hand to a point in the air",
  scene: "sawyer_reach_v3",
  low: [-0.1, 0.6, 0.02, -0.1, 0.8, 0.05],
  high: [0.1, 0.7, 0.02, 0.1, 0.9, 0.3],
  apart: 0.15,
  hand: HAND_NEAR,
  goalLow: [-0.1, 0.8, 0.05],
  goalHigh: [0.1, 0.9, 0.3],
  object: { place: body("obj"), offset: [0, 0, 0], turn: geom("objGeom") },
  reads: [],
  marks: [],
  begin: (stage, { vector, goal, object }) => {
    object.set(vector.subarray(0, 3))
    goal.set(vector.subarray(3, 6))
    stage.put(object)
  },
  reward: ({ tcp }, { goal }) => 10 * tolerance(distance(tcp, goal), 0, NEAR, distance(HAND_NEAR, goal)),
  solved: ({ tcp }, { goal }) => distance(tcp, goal) <= NEAR
}

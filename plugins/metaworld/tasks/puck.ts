/** What the tasks with a puck share: it lies before the hand, and the goal is behind it, at a height from `low` to `high`. */
import { body, geom, HAND_NEAR, type MetaworldTask } from "../task.ts"

/** The record but for names, reward and success. Each number of the random vector is taken as it is. */
export const withPuck = (low: number, high: number) =>
  ({
    low: [-0.1, 0.6, 0.02, -0.1, 0.8, low],
    high: [0.1, 0.7, 0.02, 0.1, 0.9, high],
    apart: 0.15,
    hand: HAND_NEAR,
    goalLow: [-0.1, 0.8, low],
    goalHigh: [0.1, 0.9, high],
    object: { place: body("obj"), offset: [0, 0, 0], turn: geom("objGeom") },
    reads: [],
    marks: [],
    begin: (stage, { vector, goal, object }) => {
      object.set(vector.subarray(0, 3))
      goal.set(vector.subarray(3, 6))
      stage.put(object)
    }
  }) satisfies Partial<MetaworldTask>

import { grasp } from "../caging.ts"
import { distance, tolerance } from "../measure.ts"
import { body, type MetaworldTask, openness } from "../task.ts"
import { withPuck } from "./puck.ts"

const NEAR = 0.05

/** So near, the open hand holds the puck. */
const HELD = 0.02

const CAGE = { radius: 0.015, near: 0.05 }

/** Push a puck to a point of the table. The reward: 2·grasp, once held 1 + 4·grasp + 5·place, and 10 at the goal. */
export const push: MetaworldTask = {
  id: "push-v3",
  summary: "Push a puck to a point of the table",
  scene: "sawyer_push_v3",
  ...withPuck(0.01, 0.02),
  marks: [body("obj")],
  begin: (stage, { vector, goal, object, part }) => {
    // Both lie as high as the puck does once it has come to rest.
    stage.read(0, part)
    object.set([vector[0]!, vector[1]!, part[2]!])
    goal.set([vector[3]!, vector[4]!, part[2]!])
    stage.put(object)
  },
  reward: (now, start, command) => {
    const { object, tcp } = now
    const missing = distance(object, start.goal)
    if (missing < NEAR) return 10
    const place = tolerance(missing, 0, NEAR, distance(start.object, start.goal))
    const grasped = 2 * grasp(now, object, start, CAGE, command)
    return distance(object, tcp) < HELD && openness(now) > 0 ? 2 * grasped + 1 + 5 * place : grasped
  },
  solved: ({ object }, { goal }) => distance(object, goal) <= NEAR
}

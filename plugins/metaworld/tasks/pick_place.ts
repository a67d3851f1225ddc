import { graspBetween } from "../caging.ts"
import { distance, hamacher, tolerance } from "../measure.ts"
import { type MetaworldTask, openness } from "../task.ts"
import { withPuck } from "./puck.ts"

const NEAR = 0.05

/** So near, the open hand holds the puck; so much higher than it lay, it is lifted. */
const HELD = 0.02
const LIFTED = 0.01

const CAGE = { radius: 0.015, near: 0.05 }

/** Bring a puck to a point in the air. The reward: h(grasp, place), + 1 + 5·place once lifted, and 10 at the goal. */
export const pickPlace: MetaworldTask = {
  id: "pick-place-v3",
  summary: "Pick a puck up and hold it at a point in the air",
  scene: "sawyer_pick_place_v3",
  ...withPuck(0.05, 0.3),
  reward: (now, start, command) => {
    const { object, tcp } = now
    const missing = distance(object, start.goal)
    if (missing < NEAR) return 10
    const place = tolerance(missing, 0, NEAR, distance(start.object, start.goal))
    const both = hamacher(graspBetween(now, object, start, CAGE, command), place)
    const held = distance(object, tcp) < HELD && openness(now) > 0 && object[2]! - LIFTED > start.object[2]!
    return held ? both + 1 + 5 * place : both
  },
  solved: ({ object }, { goal }) => distance(object, goal) <= 0.07
}

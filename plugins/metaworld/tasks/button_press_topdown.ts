import { distance, hamacher, tolerance } from "../measure.ts"
import { body, HAND_BACK_SINGLE, type MetaworldTask, openness, REACH_HIGH, REACH_LOW, site } from "../task.ts"

/** Press a button from above. The reward: 5·h(closed hand, near), + 5·pressed where the hand is at the button. */
export const buttonPressTopdown: MetaworldTask = {
  id: "button-press-topdown-v3",
  summary: "Press a button from above",
  scene: "sawyer_button_press_topdown",
  low: [-0.1, 0.8, 0.115],
  high: [0.1, 0.9, 0.115],
  apart: 0,
  hand: HAND_BACK_SINGLE,
  goalLow: REACH_LOW,
  goalHigh: REACH_HIGH,
  placed: { body: "box", at: 0 },
  object: { place: body("button"), offset: [0, 0, 0.193], turn: body("button") },
  reads: [],
  marks: [site("hole"), site("buttonStart")],
  begin: (stage, { vector, goal, object, part }) => {
    object.set(vector.subarray(0, 3))
    stage.settle()
    stage.read(0, goal)
    stage.read(1, part)
    // How far the button can be pressed.
    part[0] = Math.abs(goal[2]! - part[2]!)
  },
  reward: (now, start) => {
    const { object, tcp } = now
    const away = distance(object, tcp)
    const near = tolerance(away, 0, 0.01, distance(object, start.tcp))
    const press = tolerance(Math.abs(start.goal[2]! - object[2]!), 0, 0.005, start.part[0]!)
    return 5 * hamacher(1 - openness(now), near) + (away <= 0.03 ? 5 * press : 0)
  },
  solved: ({ object }, { goal }) => Math.abs(goal[2]! - object[2]!) <= 0.024
}

import { distance, type Fall, gaussian, hamacher, longTail, tolerance } from "../measure.ts"
import { HAND_BACK_SINGLE, type MetaworldTask, offset, REACH_HIGH, REACH_LOW, site } from "../task.ts"

const both = {
  scene: "sawyer_window_horizontal",
  apart: 0,
  hand: HAND_BACK_SINGLE,
  goalLow: REACH_LOW,
  goalHigh: REACH_HIGH,
  placed: { body: "window", at: 0 },
  reads: []
} as const

const NEAR = 0.05

/** The handle this near counts as reached. */
const AT_HANDLE = 0.02

/** How far the window goes. */
const TRAVEL = 0.2

const solved: MetaworldTask["solved"] = ({ object }, { goal }) => Math.abs(object[0]! - goal[0]!) <= NEAR

/** 10·h(near the handle, how far it went); `part` is where the handle was, `from` the x that it went from. */
const reward =
  (fall: Fall, from: "object" | "part"): MetaworldTask["reward"] =>
  ({ object, tcp }, start) => {
    const margin = Math.abs(Math.abs(start[from][0]! - start.goal[0]!) - NEAR)
    const place = tolerance(Math.abs(object[0]! - start.goal[0]!), 0, NEAR, margin)
    const away = Math.abs(distance(start.part, start.tcp) - AT_HANDLE)
    return 10 * hamacher(tolerance(distance(object, tcp), 0, AT_HANDLE, away, fall), place)
  }

/** Push a window open. */
export const windowOpen: MetaworldTask = {
  ...both,
  id: "window-open-v3",
  summary: "Push a window open",
  low: [-0.1, 0.7, 0.16],
  high: [0.1, 0.9, 0.16],
  object: { place: site("handleOpenStart"), offset: [0, 0, 0] },
  marks: [site("handleOpenStart")],
  begin: (stage, { vector, goal, object, part }) => {
    object.set(vector.subarray(0, 3))
    offset(object, [TRAVEL, 0, 0], goal)
    stage.read(0, part)
    stage.slide(0, false)
  },
  reward: reward(longTail, "object"),
  solved
}

/** Push a window shut. The first observation shows the handle where it is when shut, as in the reference. */
export const windowClose: MetaworldTask = {
  ...both,
  id: "window-close-v3",
  summary: "Push a window shut",
  low: [0, 0.75, 0.2],
  high: [0, 0.9, 0.2],
  object: { place: site("handleCloseStart"), offset: [0, 0, 0] },
  marks: [site("handleCloseStart")],
  begin: (stage, { vector, goal, object, part }) => {
    object.set(vector.subarray(0, 3))
    goal.set(object)
    stage.read(0, part)
    part[0] = part[0]! + TRAVEL
    stage.slide(TRAVEL, false)
  },
  reward: reward(gaussian, "part"),
  solved
}

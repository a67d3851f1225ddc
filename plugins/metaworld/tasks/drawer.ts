import { distance, gaussian, hamacher, tolerance } from "../measure.ts"
import { body, HAND_NEAR_SINGLE, type MetaworldTask, offset, REACH_HIGH, REACH_LOW } from "../task.ts"

const both = {
  scene: "sawyer_drawer",
  low: [-0.1, 0.9, 0],
  high: [0.1, 0.9, 0],
  apart: 0,
  hand: HAND_NEAR_SINGLE,
  goalLow: REACH_LOW,
  goalHigh: REACH_HIGH,
  placed: { body: "drawer", at: 0 },
  reads: []
} as const

/** How far a drawer is to be pulled out. */
const TRAVEL = 0.2

const weighted = new Float64Array(3)
const origin = [0, 0, 0] as const

/** The distance with x and y counted three times: so the hand comes from above before it comes near. */
const fromAbove = (a: ArrayLike<number>, b: ArrayLike<number>, alongY = 0): number => {
  weighted[0] = 3 * (a[0]! - b[0]!)
  weighted[1] = 3 * (a[1]! + alongY - b[1]!)
  weighted[2] = a[2]! - b[2]!
  return distance(weighted, origin)
}

/** Pull a drawer open. The reward: 5·(near the handle + opened). */
export const drawerOpen: MetaworldTask = {
  ...both,
  id: "drawer-open-v3",
  summary: "Pull a drawer open",
  marks: [],
  object: { place: body("drawer_link"), offset: [0, -0.16, 0], turn: body("drawer_link") },
  begin: (_stage, { vector, goal, object }) => {
    object.set(vector.subarray(0, 3))
    offset(object, [0, -0.16 - TRAVEL, 0.09], goal)
  },
  reward: ({ observation, object }, { goal, tcp }) => {
    const opened = tolerance(distance(object, goal), 0, 0.02, TRAVEL)
    const near = tolerance(fromAbove(object, observation), 0, 0.01, fromAbove(goal, tcp, TRAVEL))
    return 5 * (near + opened)
  },
  solved: ({ object }, { goal }) => distance(object, goal) <= 0.03
}

const NEAR = 0.05
const SHUT = NEAR + 0.015

/** The handle this near counts as reached. */
const AT_HANDLE = 0.005

const isShut: MetaworldTask["solved"] = ({ object }, { goal }) => distance(object, goal) <= SHUT

/** Push a drawer shut. The reward: 10·h(h(near the handle, closed hand), shut), and 10 once it is shut. */
export const drawerClose: MetaworldTask = {
  ...both,
  id: "drawer-close-v3",
  summary: "Push a drawer shut",
  marks: [body("drawer_link")],
  object: { place: body("drawer_link"), offset: [0, -0.16, 0.05] },
  begin: (stage, { vector, goal, object, part }) => {
    offset(vector, [0, -0.16, 0.09], goal)
    stage.slide(-0.15, false)
    stage.settle()
    stage.read(0, part)
    offset(part, [0, -0.16, 0.05], object)
  },
  reward: (now, start, command) => {
    if (isShut(now, start)) return 10
    const { object, tcp } = now
    const margin = Math.abs(distance(start.object, start.goal) - NEAR)
    const place = tolerance(distance(object, start.goal), 0, NEAR, margin)
    const away = Math.abs(distance(start.object, start.tcp) - AT_HANDLE)
    const near = tolerance(distance(object, tcp), 0, AT_HANDLE, away, gaussian)
    return 10 * hamacher(hamacher(near, Math.min(Math.max(0, command), 1)), place)
  },
  solved: isShut
}

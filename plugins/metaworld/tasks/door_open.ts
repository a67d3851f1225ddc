import { log } from "../../../core/math/mod.ts"
import { distance, distanceXY, hamacher, tolerance } from "../measure.ts"
import { geom, HAND_NEAR, joint, type MetaworldTask, offset, type Reading } from "../task.ts"

/** The handle's x this near to the goal's: open. */
const OPEN = 0.08

/** The handle's grip, from its middle; and from there where the hand should be, between handle and door. */
const GRIP = [-0.05, 0, 0] as const
const BEHIND = [0.05, 0.03, -0.01] as const

/** Within this distance of the grip, seen from above, the hand may be as low as it likes. */
const FUNNEL = 0.12

/** A door so far open, in radians, is moving at all; 120° is all that is asked for. */
const AJAR = Math.PI / 90
const WIDE = Math.PI / 2 + Math.PI / 6

const grip = new Float64Array(3)
const behind = new Float64Array(3)

/** Above a funnel around the handle, so as not to run into it, and near to where it can be pulled. */
const ready = ({ observation, object }: Reading): number => {
  offset(object, GRIP, grip)
  offset(grip, BEHIND, behind)
  const radius = distanceXY(observation, grip)
  const floor = radius <= FUNNEL ? 0 : 0.04 * log(radius - FUNNEL) + 0.4
  const below = floor - observation[2]!
  const above = below <= 0 ? 1 : tolerance(below, 0, 0.01, floor / 2)
  return hamacher(above, tolerance(distance(observation, behind), 0, FUNNEL / 2, 0.5))
}

const opened = (angle: number): number => (angle > AJAR ? 0.2 : 0) + 0.8 * tolerance(WIDE - angle, 0, 0.5, Math.PI / 3)

const isOpen: MetaworldTask["solved"] = ({ object }, { goal }) => Math.abs(object[0]! - goal[0]!) <= OPEN

/** Open a door by its handle. The reward: 2·h(ready, closed hand) + 8·opened, and 10 once it is open. */
export const doorOpen: MetaworldTask = {
  id: "door-open-v3",
  summary: "Pull a door open by its handle",
  scene: "sawyer_door_pull",
  low: [0, 0.85, 0.15],
  high: [0.1, 0.95, 0.15],
  apart: 0,
  hand: HAND_NEAR,
  goalLow: [-0.3, 0.4, 0.1499],
  goalHigh: [-0.2, 0.5, 0.1501],
  placed: { body: "door", at: 0 },
  object: { place: geom("handle"), offset: [0, 0, 0], turn: geom("handle") },
  reads: [joint("doorjoint")],
  marks: [],
  begin: (stage, { vector, goal, object }) => {
    object.set(vector.subarray(0, 3))
    offset(object, [-0.3, -0.45, 0], goal)
    stage.slide(0, true)
    stage.settle()
  },
  reward: (now, start, command) => {
    if (isOpen(now, start)) return 10
    const closed = (Math.min(Math.max(command, -1), 1) + 1) / 2
    return 2 * hamacher(ready(now), closed) + 8 * opened(-now.parts[0]!)
  },
  solved: isOpen
}

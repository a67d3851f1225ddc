import { grasp } from "../caging.ts"
import { distance, hamacher, prism, tolerance } from "../measure.ts"
import { HAND_NEAR, type MetaworldTask, offset, openness, site } from "../task.ts"

const NEAR = 0.07

/** So near, the open hand holds the peg; so much higher than it lay, it is lifted. */
const HELD = 0.08
const LIFTED = 0.01

const CAGE = { radius: 0.0075, near: 0.03 }

/** The hole, from the box. */
const HOLE = [0.03, 0, 0.13] as const

/** Where the corners of the two boxes below and above the hole begin among the parts, behind the peg's head. */
const BELOW = { zero: 3, one: 6 }
const ABOVE = { zero: 9, one: 12 }

const weighted = new Float64Array(3)
const origin = [0, 0, 0] as const

/** From the peg's head to the hole, y and z counted twice: so it comes straight. */
const missingOf = (head: ArrayLike<number>, goal: ArrayLike<number>): number => {
  weighted[0] = head[0]! - goal[0]!
  weighted[1] = 2 * (head[1]! - goal[1]!)
  weighted[2] = 2 * (head[2]! - goal[2]!)
  return distance(weighted, origin)
}

/**
 * Put a peg into a hole from the side. The reward: h(grasp, place), + 1 + 5·place once lifted, and 10 in the hole, where
 * place is small inside the boxes around the hole.
 */
export const pegInsertSide: MetaworldTask = {
  id: "peg-insert-side-v3",
  summary: "Put a peg into a hole from the side",
  scene: "sawyer_peg_insertion_side",
  low: [0, 0.5, 0.02, -0.35, 0.4, -0.001],
  high: [0.2, 0.7, 0.02, -0.25, 0.7, 0.001],
  apart: 0.1,
  hand: HAND_NEAR,
  goalLow: [-0.35 + HOLE[0], 0.4, -0.001 + HOLE[2]],
  goalHigh: [-0.25 + HOLE[0], 0.7, 0.001 + HOLE[2]],
  placed: { body: "box", at: 3 },
  object: { place: site("pegGrasp"), offset: [0, 0, 0], turn: site("pegGrasp") },
  reads: [
    site("pegHead"),
    site("bottom_right_corner_collision_box_1"),
    site("top_left_corner_collision_box_1"),
    site("bottom_right_corner_collision_box_2"),
    site("top_left_corner_collision_box_2")
  ],
  marks: [site("pegHead")],
  begin: (stage, { vector, goal, object, part }) => {
    object.set(vector.subarray(0, 3))
    offset(vector.subarray(3, 6), HOLE, goal)
    // Where its head is before it is put there: the reference compares with that.
    stage.read(0, part)
    stage.put(object)
  },
  reward: (now, start, command) => {
    const { object, tcp, parts } = now
    const missing = missingOf(parts, start.goal)
    if (missing <= NEAR) return 10
    const clear = hamacher(prism(parts, parts, ABOVE.zero, ABOVE.one), prism(parts, parts, BELOW.zero, BELOW.one))
    const place = hamacher(tolerance(missing, 0, NEAR, missingOf(start.part, start.goal)), clear)
    const held = distance(object, tcp) < HELD && openness(now) > 0 && object[2]! - LIFTED > start.object[2]!
    return held ? hamacher(1, place) + 1 + 5 * place : hamacher(grasp(now, object, start, CAGE, command), place)
  },
  solved: ({ parts }, { goal }) => missingOf(parts, goal) <= NEAR
}

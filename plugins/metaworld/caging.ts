/** How well the gripper holds a thing: between its pads, level with it, and closed. */
import { distanceXZ, hamacher, type Points, tolerance } from "./measure.ts"

/** Where the gripper is. */
export interface Gripper {
  /** The middle between the finger tips. */
  readonly tcp: Points
  readonly leftPad: Points
  readonly rightPad: Points
}

/** How an episode began. */
export interface Began {
  /** Where the thing lay. */
  readonly object: Points
  /** Where the middle between the finger tips was. */
  readonly tcp: Points
}

/** Metres. */
export interface Cage {
  /** Half the thing's width between the pads. */
  readonly radius: number
  /** A pad this near has the thing caged. */
  readonly near: number
}

/** Level with the thing, seen along y. */
const LEVEL = 0.005

/** Caged at least so much, closing counts. */
const CAGED = 0.97

/** Seen along y, from 0.1 at the distance in the beginning to 1. */
const level = ({ tcp }: Gripper, object: Points, began: Began): number =>
  tolerance(distanceXZ(tcp, object), 0, LEVEL, distanceXZ(began.object, began.tcp) - LEVEL)

/** Half for caging, half for closing once it is caged. `command` is the action's last number. */
const held = (caging: number, command: number): number => {
  const closed = Math.min(Math.max(0, command), 1)
  return (hamacher(caging, caging > CAGED ? closed : 0) + caging) / 2
}

/** How well one pad is placed: its distance along y, and where the thing lay from it. */
const caged = (apart: number, margin: number, { radius, near }: Cage): number =>
  tolerance(apart, radius, near, Math.abs(Math.abs(margin) - near))

/**
 * The grasp reward that most tasks share, in [0, 1].
 *
 *     h(h(t_left, t_right), t_level),   t_pad = tolerance(|y_pad − y|, radius … near; margin ||y_pad − y₀| − near|)
 *
 * Each pad's margin grows as the thing is taken from where it lay, y₀.
 */
export const grasp = (g: Gripper, object: Points, began: Began, cage: Cage, command: number): number => {
  const y = object[1]!
  const y0 = began.object[1]!
  const left = caged(Math.abs(g.leftPad[1]! - y), g.leftPad[1]! - y0, cage)
  const right = caged(Math.abs(g.rightPad[1]! - y), g.rightPad[1]! - y0, cage)
  return held(hamacher(hamacher(left, right), level(g, object, began)), command)
}

/**
 * The grasp reward of pick-place, in [0, 1]: as {@link grasp}, but a pad counts on its own side of the thing only, and its
 * margin is ||y_pad − y| − near|, of where the pad is now. (The reference means where it began, and keeps a view of the
 * simulator's memory.)
 */
export const graspBetween = (g: Gripper, object: Points, began: Began, cage: Cage, command: number): number => {
  const left = g.leftPad[1]! - object[1]!
  const right = object[1]! - g.rightPad[1]!
  const sides = hamacher(caged(left, left, cage), caged(right, right, cage))
  return held(hamacher(sides, level(g, object, began)), command)
}

import type { Camera, Point } from "../../../envs/mod.ts"

/**
 * The camera's own axes: a point p of the world is at
 *
 *     (right·(p − from), up·(p − from), forward·(p − from))
 *
 * there, whose last number is its depth.
 */
export interface View {
  readonly from: Point
  readonly right: Point
  readonly up: Point
  readonly forward: Point
}

export const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

const cross = (a: Point, b: Point): Point => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0]
]

export const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]

const unit = (a: Point): Point => {
  const length = Math.sqrt(dot(a, a))
  return [a[0] / length, a[1] / length, a[2] / length]
}

/** Below this share of its length a direction has no right side: it goes straight up or down. */
const UPRIGHT = 1e-9

export const viewOf = ({ from, to }: Camera): View => {
  const forward = unit(minus(to, from))
  const side = cross(forward, [0, 0, 1])
  const right: Point = dot(side, side) < UPRIGHT ? [1, 0, 0] : unit(side)
  return { from, right, up: cross(right, forward), forward }
}

/** A direction of the world along the camera's axes. */
export const turned = ({ right, up, forward }: View, d: Point): Point => [dot(right, d), dot(up, d), dot(forward, d)]

/** Surfaces as triangles: MuJoCo's primitive shapes about their own centre. */
import type { Solid } from "../../../envs/mod.ts"

/** Sides of what is round, seen along its axis, and half as many along it: of a circle's area 0.3 % is missing. */
const SIDES = 48

type Ring = readonly [radius: number, z: number]

/** What comes of turning a line about the z axis; its ends lie on the axis. */
const turnedLine = (rings: readonly Ring[]): Solid => {
  const points = rings.flatMap(([radius, z]) =>
    Array.from({ length: SIDES }, (_, i) => (2 * Math.PI * i) / SIDES).flatMap((angle) => [
      radius * Math.cos(angle),
      radius * Math.sin(angle),
      z
    ])
  )
  const faces: number[] = []
  for (let ring = 1; ring < rings.length; ring++) {
    const [below, above] = [SIDES * (ring - 1), SIDES * ring]
    for (let i = 0; i < SIDES; i++) {
      const next = (i + 1) % SIDES
      if (rings[ring - 1]![0] > 0) faces.push(below + i, below + next, above + next)
      if (rings[ring]![0] > 0) faces.push(below + i, above + next, above + i)
    }
  }
  return { points: Float64Array.from(points), faces: Int32Array.from(faces) }
}

/** Half a circle from pole to pole, its halves moved apart. */
const halfCircle = (radius: number, apart: number): readonly Ring[] => {
  const steps = SIDES / 2
  const at = (i: number): Ring => {
    const angle = Math.PI * (i / steps - 0.5)
    const z = radius * Math.sin(angle)
    return [i === 0 || i === steps ? 0 : radius * Math.cos(angle), i > steps / 2 ? z + apart : z - apart]
  }
  const middle: Ring = [radius, apart]
  return Array.from({ length: steps + 1 }, (_, i) => at(i)).flatMap((ring, i) =>
    i === steps / 2 ? [ring, middle] : [ring]
  )
}

/** The sphere of radius 1. */
export const sphere = turnedLine(halfCircle(1, 0))

/** A cylinder along z with a half sphere at each end, `half` from the middle to where these begin. */
export const capsule = (radius: number, half: number): Solid => turnedLine(halfCircle(radius, half))

/** The cylinder of radius 1 from z = −1 to 1. */
export const cylinder = turnedLine([
  [0, -1],
  [1, -1],
  [1, 1],
  [0, 1]
])

const SIGNS = [-1, 1]

/** The cube from −1 to 1. */
export const box: Solid = {
  points: Float64Array.from(SIGNS.flatMap((x) => SIGNS.flatMap((y) => SIGNS.flatMap((z) => [x, y, z])))),
  // Of the corners 4x + 2y + z, the four of each side: x, y and z below, then above.
  faces: Int32Array.from(
    [
      [0, 1, 3, 2],
      [0, 1, 5, 4],
      [0, 2, 6, 4],
      [4, 5, 7, 6],
      [2, 3, 7, 6],
      [1, 3, 7, 5]
    ].flatMap(([a, b, c, d]) => [a!, b!, c!, a!, c!, d!])
  )
}

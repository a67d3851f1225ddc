/** Draws solids and planes as a camera sees them. */
import type { Body, Camera, Picture, PictureSize, Point } from "../../../envs/mod.ts"
import { dot, minus, turned, type View, viewOf } from "./camera.ts"
import { type Canvas, canvasOf, NEAR, paint, triangle } from "./canvas.ts"

/** Where something is and how it is turned: row-major, as MuJoCo's `geom_xmat`. */
export interface Pose {
  readonly position: Point
  readonly turn: ArrayLike<number>
}

/** What is drawn. */
export type Shape = Body & { readonly pose: Pose }

/** The picture of shapes; those that can be seen through are drawn last. */
export const draw = (shapes: readonly Shape[], camera: Camera, size: PictureSize): Picture => {
  const canvas = canvasOf(size, camera.fovy)
  const view = viewOf(camera)
  const isClear = ({ colour }: Shape): boolean => colour[3] < 1
  for (const shape of [...shapes.filter((s) => !isClear(s)), ...shapes.filter(isClear)]) {
    if (shape.kind === "plane") drawPlane(canvas, view, shape)
    else drawSolid(canvas, view, shape)
  }
  const { width, height, rgb } = canvas
  return { width, height, rgb }
}

/** Axes of a pose along the camera's. */
const axesOf = (view: View, { turn }: Pose): readonly [Point, Point, Point] => {
  const axis = (c: number): Point => turned(view, [turn[c]!, turn[3 + c]!, turn[6 + c]!])
  return [axis(0), axis(1), axis(2)]
}

/** Where the sun is, in the world. */
const SUN: Point = [-0.36, -0.48, 0.8]

/** Shares of the light that comes from everywhere, from the camera, and from the sun. */
const LIGHT = { all: 0.4, camera: 0.3, sun: 0.3 }

const drawSolid = (canvas: Canvas, view: View, shape: Shape & { readonly kind: "solid" }): void => {
  const { points, faces } = shape.solid
  const [ax, ay, az] = axesOf(view, shape.pose)
  const [sx, sy, sz] = shape.scale
  const middle = turned(view, minus(shape.pose.position, view.from))
  const seen = new Float64Array(points.length)
  for (let i = 0; i < points.length; i += 3) {
    const x = sx * points[i]!
    const y = sy * points[i + 1]!
    const z = sz * points[i + 2]!
    for (let c = 0; c < 3; c++) seen[i + c] = middle[c]! + x * ax[c]! + y * ay[c]! + z * az[c]!
  }
  const sun = turned(view, SUN)
  for (let i = 0; i < faces.length; i += 3) {
    const corners = [3 * faces[i]!, 3 * faces[i + 1]!, 3 * faces[i + 2]!] as const
    triangle(canvas, seen, corners, shape.colour, lightOn(seen, corners, sun))
  }
}

/**
 * Lambert's law on the side of a triangle that the camera sees: with n its normal, v the way to the camera, s that to the sun,
 *
 *     all + camera·(n·v) + sun·max(n·s, 0)
 */
const lightOn = (p: Float64Array, at: readonly [number, number, number], sun: Point): number => {
  const [i, j, k] = at
  const x = p[i]!
  const y = p[i + 1]!
  const z = p[i + 2]!
  const ax = p[j]! - x
  const ay = p[j + 1]! - y
  const az = p[j + 2]! - z
  const bx = p[k]! - x
  const by = p[k + 1]! - y
  const bz = p[k + 2]! - z
  const nx = ay * bz - az * by
  const ny = az * bx - ax * bz
  const nz = ax * by - ay * bx
  const towards = nx * x + ny * y + nz * z
  const length = Math.sqrt(nx * nx + ny * ny + nz * nz) || 1
  const away = Math.sqrt(x * x + y * y + z * z) || 1
  const lit = (towards > 0 ? -1 : 1) * (nx * sun[0] + ny * sun[1] + nz * sun[2])
  return LIGHT.all + (LIGHT.camera * Math.abs(towards)) / (length * away) + (LIGHT.sun * Math.max(lit, 0)) / length
}

/** Side of a chequer's field in metres, how much darker every second one is, and the depth at which half of that is left. */
const CHEQUER = { side: 0.5, darker: 0.12, fades: 8 }

/**
 * Every pixel's ray d = (x, y, 1) meets the plane of normal n through c at depth t: what lies behind the camera is met by none.
 *
 *     t = n·c / n·d
 */
const drawPlane = (canvas: Canvas, view: View, { half, pose, colour }: Shape & { readonly kind: "plane" }): void => {
  const { width, height, focal } = canvas
  const [ax, ay, normal] = axesOf(view, pose)
  const middle = turned(view, minus(pose.position, view.from))
  const offset = dot(normal, middle)
  if (offset >= 0) return
  const within = (at: number, side: number): boolean => side <= 0 || Math.abs(at) <= side
  const [u0, v0] = [dot(ax, middle), dot(ay, middle)]
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const x = (column + 0.5 - width / 2) / focal
      const y = (height / 2 - row - 0.5) / focal
      const depth = offset / (normal[0] * x + normal[1] * y + normal[2])
      if (!(depth >= NEAR) || 1 / depth <= canvas.nearness[width * row + column]!) continue
      const u = depth * (ax[0] * x + ax[1] * y + ax[2]) - u0
      const v = depth * (ay[0] * x + ay[1] * y + ay[2]) - v0
      if (!within(u, half[0]) || !within(v, half[1])) continue
      const odd = (Math.floor(u / CHEQUER.side) + Math.floor(v / CHEQUER.side)) % 2 === 0 ? 1 : -1
      const fade = 1 / (1 + (depth / CHEQUER.fades) ** 2)
      paint(canvas, width * row + column, 1 / depth, colour, 0.9 + odd * fade * CHEQUER.darker)
    }
}

import { cos, sin } from "../../core/math/mod.ts"
import { CHUNK, HEIGHT, HULL, LEG, PAD_Y, POINTS, SCALE, WIDTH } from "./constants.ts"
import { BODIES, PER_BODY } from "./layout.ts"
import { groundAt } from "./world.ts"

const rounded = (x: number): number => Math.round(10 * x) / 10
/** Metres to pixels, y downwards. */
const point = (x: number, y: number): string => `${rounded(x * SCALE)},${rounded((HEIGHT - y) * SCALE)}`

const FOOT = [
  { x: -LEG.halfWidth, y: -LEG.halfHeight },
  { x: LEG.halfWidth, y: -LEG.halfHeight },
  { x: LEG.halfWidth, y: LEG.halfHeight },
  { x: -LEG.halfWidth, y: LEG.halfHeight }
]

const body = (state: Float64Array, at: number, corners: readonly { x: number; y: number }[], fill: string): string => {
  const [s, c] = [sin(state[at + 2]!), cos(state[at + 2]!)]
  const points = corners.map(({ x, y }) => point(state[at]! + c * x - s * y, state[at + 1]! + s * x + c * y))
  return `<polygon points="${points.join(" ")}" fill="${fill}" stroke="#436" stroke-width="2"/>`
}

const flag = (x: number): string => {
  const [left, foot] = [x * SCALE, (HEIGHT - 0.99 * PAD_Y) * SCALE]
  return [
    `<line x1="${rounded(left)}" y1="${rounded(foot)}" x2="${rounded(left)}" y2="${rounded(foot - 50)}" stroke="#fff"/>`,
    `<polygon points="${rounded(left)},${rounded(foot - 50)} ${rounded(left)},${rounded(foot - 40)} ${rounded(left + 25)},${rounded(foot - 45)}" fill="#cc0"/>`
  ].join("")
}

/** Ground, flags and lander as one SVG element of 600 x 400. */
export const renderLander = (state: Float64Array, at: number): string => {
  const ground = Array.from({ length: POINTS }, (_, i) => point(CHUNK * i, groundAt(state, at, i)))
  const middle = (POINTS - 1) / 2
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 400" role="img" aria-label="lunar lander">`,
    `<rect width="600" height="400" fill="#112"/>`,
    `<polygon points="${point(0, 0)} ${ground.join(" ")} ${point(WIDTH, 0)}" fill="#ddd"/>`,
    flag(CHUNK * (middle - 1)),
    flag(CHUNK * (middle + 1)),
    body(state, at + BODIES + PER_BODY, FOOT, "#86c"),
    body(state, at + BODIES + 2 * PER_BODY, FOOT, "#86c"),
    body(state, at + BODIES, HULL, "#86c"),
    "</svg>"
  ].join("")
}

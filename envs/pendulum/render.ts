import { cos, sin } from "../../core/math/mod.ts"

const SIZE = 300
const CENTRE = SIZE / 2

/**
 * The rod as one SVG element of 300 x 300; the circle is what its tip can reach.
 *
 * - Units: theta in rad, 0 upright and positive to the left; length in m, 1 m being 55 % of the half width, cut at 95 %.
 */
export const renderPendulum = (theta: number, length: number): string => {
  const reach = CENTRE * Math.min(0.55 * length, 0.95)
  const [x, y] = [CENTRE - reach * sin(theta), CENTRE - reach * cos(theta)].map((v) => Math.round(100 * v) / 100)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}" role="img" aria-label="pendulum">`,
    `<circle cx="${CENTRE}" cy="${CENTRE}" r="${Math.round(reach)}" fill="none" stroke="#bbb" stroke-dasharray="4 4"/>`,
    `<line x1="${CENTRE}" y1="${CENTRE}" x2="${x}" y2="${y}" stroke="#c84" stroke-width="16" stroke-linecap="round"/>`,
    `<circle cx="${CENTRE}" cy="${CENTRE}" r="5" fill="#345"/>`,
    "</svg>"
  ].join("")
}

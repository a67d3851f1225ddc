import { cos, sin } from "../../core/math/mod.ts"

const WIDTH = 600
const HEIGHT = 300
const FLOOR = 240

/**
 * A cart and its pole as one SVG element of 600 x 300.
 *
 * - Units: x, half length and track bound in m, theta in rad; the track spans the picture's width.
 */
export const renderCartPole = (x: number, theta: number, halfLength: number, bound: number): string => {
  const scale = WIDTH / (2.2 * bound)
  const cartX = WIDTH / 2 + x * scale
  const reach = Math.min(2 * halfLength * scale, FLOOR - 20)
  const tipX = cartX + reach * sin(theta)
  const tipY = FLOOR - 15 - reach * cos(theta)
  const edge = (sign: number): string => {
    const at = px(WIDTH / 2 + sign * bound * scale)
    return `<line x1="${at}" y1="${FLOOR - 20}" x2="${at}" y2="${FLOOR + 20}" stroke="#b33" stroke-dasharray="4 4"/>`
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="cart-pole">`,
    `<line x1="0" y1="${FLOOR}" x2="${WIDTH}" y2="${FLOOR}" stroke="#555"/>`,
    edge(-1),
    edge(1),
    `<rect x="${px(cartX - 25)}" y="${FLOOR - 15}" width="50" height="30" rx="4" fill="#345"/>`,
    `<line x1="${px(cartX)}" y1="${FLOOR - 15}" x2="${px(tipX)}" y2="${px(tipY)}" stroke="#c84" stroke-width="8" stroke-linecap="round"/>`,
    `<circle cx="${px(cartX)}" cy="${FLOOR - 15}" r="4" fill="#eee"/>`,
    "</svg>"
  ].join("")
}

/** Two decimals are finer than a pixel and keep pictures small. */
const px = (v: number): string => String(Math.round(100 * v) / 100)

import { LANE_WIDTH, LENGTH, WIDTH } from "./constants.ts"
import { columnAt } from "./traffic.ts"

/** The stretch of road in the picture, and how much of it lies behind the agent, in m. */
const SPAN = 120
const BEHIND = 36
/** Pixels a metre. */
const SCALE = 6
const VERGE = 1.5

/**
 * The road around the agent as one SVG element, 120 m of it, driven from left to right.
 *
 * The agent is green and outlined, the others blue, the crashed red; a small bar marks where a vehicle wants to change to.
 */
export const renderHighway = (state: Float64Array, at: number, count: number, lanes: number): string => {
  const of = (column: Parameters<typeof columnAt>[0], i: number): number => state[at + columnAt(column, count) + i]!
  const left = of("x", 0) - BEHIND
  const [width, height] = [SPAN * SCALE, (lanes * LANE_WIDTH + 2 * VERGE) * SCALE]
  const top = VERGE + LANE_WIDTH / 2
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="highway">`,
    `<rect width="${width}" height="${height}" fill="#dedfd8"/>`,
    `<rect y="${px(VERGE)}" width="${width}" height="${px(lanes * LANE_WIDTH)}" fill="#555a60"/>`
  ]
  for (let line = 0; line <= lanes; line++) {
    const y = px(VERGE + line * LANE_WIDTH)
    // Dashes stand still on the road, so that they move in the picture.
    const dashes = line % lanes === 0 ? "" : ` stroke-dasharray="${px(3)} ${px(5)}" stroke-dashoffset="${px(left % 8)}"`
    parts.push(`<line x1="0" y1="${y}" x2="${width}" y2="${y}" stroke="#f4f4f0" stroke-width="2"${dashes}/>`)
  }
  for (let i = count - 1; i >= 0; i--) {
    const along = of("x", i) - left
    if (along < -LENGTH || along > SPAN + LENGTH) continue
    const fill = of("crashed", i) !== 0 ? "#c0392b" : i === 0 ? "#3fa34d" : "#5a86c5"
    const turn = round((of("heading", i) * 180) / Math.PI)
    const change = of("targetLane", i) - of("lane", i)
    const bar = change === 0 ? "" : `<rect x="-6" y="${change > 0 ? 4 : -6}" width="12" height="2" fill="#ffd34d"/>`
    parts.push(
      `<g transform="translate(${px(along)} ${px(of("y", i) + top)}) rotate(${turn})">`,
      `<rect x="${px(-LENGTH / 2)}" y="${px(-WIDTH / 2)}" width="${px(LENGTH)}" height="${px(WIDTH)}" rx="3" fill="${fill}"${i === 0 ? ' stroke="#fff"' : ""}/>`,
      `<rect x="${px(0.6)}" y="${px(-0.75)}" width="${px(0.8)}" height="${px(1.5)}" fill="#dfe9f5"/>${bar}</g>`
    )
  }
  parts.push("</svg>")
  return parts.join("")
}

const round = (v: number): number => Math.round(100 * v) / 100
/** Metres as pixels, to a hundredth. */
const px = (metres: number): string => String(round(metres * SCALE))

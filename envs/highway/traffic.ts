import { cos, sin } from "../../core/math/mod.ts"
import { LANE_WIDTH, ROAD_LENGTH } from "./constants.ts"

/**
 * What is known of each vehicle; the state of an episode is these columns one after the other, each a number a vehicle.
 *
 * Vehicle 0 is the agent's. `lane` and `targetLane` count from the left; `targetSpeed` is what cruise control or the
 * driver strives for; `exponent` and `timer` are the drivers' alone. A collision leaves an impact (`impacted` is 1)
 * that moves the vehicle in the next frame.
 *
 * - Units: m, rad, m/s, s; flags 0 or 1.
 */
export const COLUMNS = [
  "x",
  "y",
  "heading",
  "speed",
  "lane",
  "targetLane",
  "targetSpeed",
  "exponent",
  "timer",
  "crashed",
  "impacted",
  "impactX",
  "impactY"
] as const
export type Column = (typeof COLUMNS)[number]

/** Where a column of `count` vehicles starts in the state. */
export const columnAt = (column: Column, count: number): number => COLUMNS.indexOf(column) * count

/**
 * A step's own memory: the state's columns, and what a frame derives from them.
 *
 * It is filled from the state at the start of a step and written back at its end; nothing in it outlives a step.
 */
export interface Traffic extends Readonly<Record<Column, Float64Array>> {
  readonly count: number
  readonly lanes: number
  /** The columns in one piece. */
  readonly block: Float64Array
  /** cos and sin of the heading, and the velocity. */
  readonly cos: Float64Array
  readonly sin: Float64Array
  readonly vx: Float64Array
  readonly vy: Float64Array
  /** The controls of a frame: sine of the slip angle, and acceleration. */
  readonly slip: Float64Array
  readonly acceleration: Float64Array
  /** Vehicles by x, those of equal x by index; and where each stands in it. */
  readonly order: Int32Array
  readonly rank: Int32Array
  /** With whom each vehicle's impact of this frame is; −1 for none. */
  readonly impactWith: Int32Array
  /** What the last search for neighbours found; −1 for none. */
  front: number
  rear: number
}

/** Memory for so many vehicles. */
export const makeTraffic = (count: number, lanes: number): Traffic => {
  const block = new Float64Array(COLUMNS.length * count)
  const column = (name: Column) => block.subarray(columnAt(name, count), columnAt(name, count) + count)
  const derived = () => new Float64Array(count)
  const indices = () => Int32Array.from({ length: count }, (_, i) => i)
  return {
    count,
    lanes,
    block,
    x: column("x"),
    y: column("y"),
    heading: column("heading"),
    speed: column("speed"),
    lane: column("lane"),
    targetLane: column("targetLane"),
    targetSpeed: column("targetSpeed"),
    exponent: column("exponent"),
    timer: column("timer"),
    crashed: column("crashed"),
    impacted: column("impacted"),
    impactX: column("impactX"),
    impactY: column("impactY"),
    cos: derived(),
    sin: derived(),
    vx: derived(),
    vy: derived(),
    slip: derived(),
    acceleration: derived(),
    order: indices(),
    rank: indices(),
    impactWith: indices(),
    front: -1,
    rear: -1
  }
}

/** Fills the traffic from the state at `state[at …]`. */
export const loadTraffic = (t: Traffic, state: Float64Array, at: number): void => {
  const { block, count } = t
  for (let i = 0; i < block.length; i++) block[i] = state[at + i]!
  for (let i = 0; i < count; i++) {
    derive(t, i)
    t.impactWith[i] = -1
  }
  sortTraffic(t)
}

/** Writes the traffic to the state at `state[at …]`. */
export const saveTraffic = ({ block }: Traffic, state: Float64Array, at: number): void => {
  for (let i = 0; i < block.length; i++) state[at + i] = block[i]!
}

/** Direction and velocity of vehicle i. */
export const derive = (t: Traffic, i: number): void => {
  const heading = t.heading[i]!
  const c = cos(heading)
  const s = sin(heading)
  t.cos[i] = c
  t.sin[i] = s
  t.vx[i] = t.speed[i]! * c
  t.vy[i] = t.speed[i]! * s
}

/** Sorts the vehicles by x. Vehicles seldom pass each other, so inserting each beside the last is nearly free. */
export const sortTraffic = ({ order, rank, x, count }: Traffic): void => {
  for (let k = 1; k < count; k++) {
    const i = order[k]!
    const place = x[i]!
    let to = k
    while (to > 0) {
      const j = order[to - 1]!
      if (x[j]! < place || (x[j] === place && j < i)) break
      order[to] = j
      to--
    }
    order[to] = i
  }
  for (let k = 0; k < count; k++) rank[order[k]!] = k
}

/** Whether a position is within a lane's width and `margin` more. */
export const onLane = (x: number, y: number, lane: number, margin: number): boolean =>
  Math.abs(y - LANE_WIDTH * lane) <= LANE_WIDTH / 2 + margin && x >= -5 && x < ROAD_LENGTH + 5

/** Whether a lane is near enough to change to. */
export const reachable = (x: number, y: number, lane: number): boolean =>
  Math.abs(y - LANE_WIDTH * lane) <= 2 * LANE_WIDTH && x >= 0 && x < ROAD_LENGTH + 5

/**
 * Who is ahead of vehicle i and who behind it on a lane, its own or another: `t.front` and `t.rear`.
 *
 * Who overlaps two lanes is on both. Of vehicles at one place the last counts as ahead, the first as behind.
 */
export const findNeighbours = (t: Traffic, i: number, lane: number): void => {
  const { order, x, y, count } = t
  const place = x[i]!
  let start = t.rank[i]!
  while (start > 0 && x[order[start - 1]!] === place) start--
  t.front = -1
  t.rear = -1
  for (let k = start; k < count; k++) {
    const j = order[k]!
    if (t.front >= 0 && x[j] !== x[t.front]) break
    if (j !== i && onLane(x[j]!, y[j]!, lane, 1)) t.front = j
  }
  for (let k = start - 1; k >= 0; k--) {
    const j = order[k]!
    if (t.rear >= 0 && x[j] !== x[t.rear]) break
    if (onLane(x[j]!, y[j]!, lane, 1)) t.rear = j
  }
}

import { LENGTH, WIDTH } from "./constants.ts"
import type { Traffic } from "./traffic.ts"

const DIAGONAL = Math.sqrt(LENGTH * LENGTH + WIDTH * WIDTH)

/** What {@link compare} found: whether two vehicles overlap now, or within a frame, and how to part them. */
const found = { overlap: false, willOverlap: false, x: 0, y: 0 }

/**
 * Finds the collisions of a frame: of all vehicles, or of the agent's with the others.
 *
 * Who overlaps has crashed. Who overlaps within the frame to come, at the velocities of now, gets half of the shortest
 * way out as an impact, the other vehicle the other half; of several impacts that with the last vehicle counts.
 */
export const collide = (t: Traffic, dt: number, all: boolean): void => {
  const { order, x, count } = t
  if (!all) {
    for (let j = 1; j < count; j++) meet(t, 0, j, dt)
    return
  }
  let fastest = 0
  for (let i = 0; i < count; i++) fastest = Math.max(fastest, t.speed[i]!)
  const reach = DIAGONAL + fastest * dt
  for (let k = 0; k < count; k++) {
    const i = order[k]!
    for (let next = k + 1; next < count; next++) {
      const j = order[next]!
      if (x[j]! - x[i]! > reach) break
      if (i < j) meet(t, i, j, dt)
      else meet(t, j, i, dt)
    }
  }
}

/** One pair, i < j. */
const meet = (t: Traffic, i: number, j: number, dt: number): void => {
  const dx = t.x[j]! - t.x[i]!
  const reach = DIAGONAL + t.speed[i]! * dt
  if (Math.abs(dx) > reach) return
  const dy = t.y[j]! - t.y[i]!
  if (Math.sqrt(dx * dx + dy * dy) > reach) return
  compare(t, i, j, dt)
  if (found.willOverlap) {
    push(t, i, j, found.x / 2, found.y / 2)
    push(t, j, i, -found.x / 2, -found.y / 2)
  }
  if (found.overlap) {
    t.crashed[i] = 1
    t.crashed[j] = 1
  }
}

const push = (t: Traffic, i: number, by: number, x: number, y: number): void => {
  if (by < t.impactWith[i]!) return
  t.impactWith[i] = by
  t.impacted[i] = 1
  t.impactX[i] = x
  t.impactY[i] = y
}

/**
 * The separating axis test of rectangles i and j, now and moved on by their velocities.
 *
 * A separating axis of two rectangles is normal to one of their sides. The way out is along the axis of least overlap;
 * an axis and its opposite differ in it where one shadow contains the other.
 */
const compare = (t: Traffic, i: number, j: number, dt: number): void => {
  found.overlap = true
  found.willOverlap = true
  let least = Infinity
  const dx = t.x[i]! - t.x[j]!
  const dy = t.y[i]! - t.y[j]!
  const wx = t.vx[i]! * dt - t.vx[j]! * dt
  const wy = t.vy[i]! * dt - t.vy[j]! * dt
  for (let side = 0; side < 8; side++) {
    const c = side < 4 ? t.cos[i]! : t.cos[j]!
    const s = side < 4 ? t.sin[i]! : t.sin[j]!
    const sign = (side & 3) === 1 || (side & 3) === 2 ? 1 : -1
    const ax = sign * ((side & 1) === 0 ? c : -s)
    const ay = sign * ((side & 1) === 0 ? s : c)
    const centre = dx * ax + dy * ay
    const a = shadow(t, i, ax, ay)
    const b = shadow(t, j, ax, ay)
    let low = centre - a
    let high = centre + a
    if ((low < -b ? -b - high : low - b) > 0) found.overlap = false
    const moved = ax * wx + ay * wy
    if (moved < 0) low += moved
    else high += moved
    const apart = low < -b ? -b - high : low - b
    if (apart > 0) found.willOverlap = false
    if (!found.overlap && !found.willOverlap) return
    if (Math.abs(apart) < least) {
      least = Math.abs(apart)
      found.x = centre > 0 ? least * ax : -least * ax
      found.y = centre > 0 ? least * ay : -least * ay
    }
  }
}

/** Half the length of a vehicle's shadow on an axis. */
const shadow = (t: Traffic, i: number, ax: number, ay: number): number =>
  (LENGTH / 2) * Math.abs(ax * t.cos[i]! + ay * t.sin[i]!) + (WIDTH / 2) * Math.abs(ay * t.cos[i]! - ax * t.sin[i]!)

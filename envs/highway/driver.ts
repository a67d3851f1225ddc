import { exp, log } from "../../core/math/mod.ts"
import {
  COMFORT_ACCELERATION,
  COMFORT_BRAKING,
  clip,
  GAP_WANTED,
  LANE_CHANGE_DELAY,
  MAX_ACCELERATION,
  MAX_BRAKING_IMPOSED,
  MIN_GAIN,
  notZero,
  SPEED_LIMIT,
  TIME_WANTED
} from "./constants.ts"
import { steer } from "./motion.ts"
import { findNeighbours, reachable, type Traffic } from "./traffic.ts"

const BRAKING_SCALE = 2 * Math.sqrt(COMFORT_ACCELERATION * COMFORT_BRAKING)

/** The gap that vehicle i wants to the vehicle `ahead`: G = g₀ + v·T + v·Δv/(2√(ab)), Δv along i's heading. */
const wantedGap = (t: Traffic, i: number, ahead: number): number => {
  const v = t.speed[i]!
  const approach = (t.vx[i]! - t.vx[ahead]!) * t.cos[i]! + (t.vy[i]! - t.vy[ahead]!) * t.sin[i]!
  return GAP_WANTED + v * TIME_WANTED + (v * approach) / BRAKING_SCALE
}

/** The free-road term a·(1 − (v/v₀)^δ) of vehicle i, as a driver of exponent δ sees it. */
const freeRoad = (t: Traffic, i: number, exponent: number): number => {
  const ratio = Math.max(t.speed[i]!, 0) / Math.abs(notZero(clip(t.targetSpeed[i]!, 0, SPEED_LIMIT)))
  return COMFORT_ACCELERATION * (1 - exp(exponent * log(ratio)))
}

/** What the vehicle ahead takes from it: a·(G/g)²; nothing where none is. */
const held = (t: Traffic, i: number, ahead: number): number => {
  if (ahead < 0) return 0
  const ratio = wantedGap(t, i, ahead) / notZero(t.x[ahead]! - t.x[i]!)
  return COMFORT_ACCELERATION * (ratio * ratio)
}

/**
 * One driver's decision: whether to change lane, how to steer, how to accelerate.
 *
 *     v̇ = a·[1 − (v/v₀)^δ − (G/g)²]
 *
 * While changing lane a driver heeds both lanes. The crashed decide nothing.
 *
 * - Source: Treiber, Hennecke and Helbing, Phys. Rev. E 62 (2000); Kesting, Treiber and Helbing, TRR 1999 (2007).
 */
export const drive = (t: Traffic, i: number): void => {
  if (t.crashed[i] !== 0) return
  const free = freeRoad(t, i, t.exponent[i]!)
  changeLane(t, i, free)
  t.slip[i] = steer(t, i)
  findNeighbours(t, i, t.lane[i]!)
  let acceleration = free - held(t, i, t.front)
  if (t.targetLane[i] !== t.lane[i]) {
    findNeighbours(t, i, t.targetLane[i]!)
    acceleration = Math.min(acceleration, free - held(t, i, t.front))
  }
  t.acceleration[i] = clip(acceleration, -MAX_ACCELERATION, MAX_ACCELERATION)
}

/** Sets the target lane: a change under way may be given up, and now and then a new one is considered. */
const changeLane = (t: Traffic, i: number, free: number): void => {
  const lane = t.lane[i]!
  if (t.targetLane[i] !== lane) {
    if (contested(t, i)) t.targetLane[i] = lane
    return
  }
  if (!(t.timer[i]! > LANE_CHANGE_DELAY)) return
  t.timer[i] = 0
  if (Math.abs(t.speed[i]!) < 1) return
  for (let side = lane - 1; side <= lane + 1; side += 2)
    if (side >= 0 && side < t.lanes && reachable(t.x[i]!, t.y[i]!, side) && worthwhile(t, i, side, free))
      t.targetLane[i] = side
}

/** Whether someone closely ahead is changing into the same lane. */
const contested = (t: Traffic, i: number): boolean => {
  const target = t.targetLane[i]!
  for (let j = 0; j < t.count; j++) {
    if (j === i || t.targetLane[j] !== target || t.lane[j] === target) continue
    const gap = t.x[j]! - t.x[i]!
    if (gap > 0 && gap < wantedGap(t, i, j)) return true
  }
  return false
}

/** MOBIL without politeness: the new follower need not brake hard, and the driver gains. */
const worthwhile = (t: Traffic, i: number, side: number, free: number): boolean => {
  findNeighbours(t, i, side)
  const follower = t.rear
  if (follower >= 0 && freeRoad(t, follower, t.exponent[i]!) - held(t, follower, i) < -MAX_BRAKING_IMPOSED) return false
  const there = free - held(t, i, t.front)
  findNeighbours(t, i, t.lane[i]!)
  const here = free - held(t, i, t.front)
  return there - here >= MIN_GAIN
}

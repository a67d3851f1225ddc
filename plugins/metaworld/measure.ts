/** What rewards are made of: distances, and how near to good enough a distance is. Nothing is allocated here. */
import { exp, log } from "../../core/math/mod.ts"

/** A point in space, or several after one another. */
export type Points = ArrayLike<number>

/** √(x² + y² + z²) of the difference of two points. */
export const distance = (a: Points, b: Points, atA = 0, atB = 0): number => {
  const x = a[atA]! - b[atB]!
  const y = a[atA + 1]! - b[atB + 1]!
  const z = a[atA + 2]! - b[atB + 2]!
  return Math.sqrt(x * x + y * y + z * z)
}

/** The distance seen along y: √(x² + z²). */
export const distanceXZ = (a: Points, b: Points): number => {
  const x = a[0]! - b[0]!
  const z = a[2]! - b[2]!
  return Math.sqrt(x * x + z * z)
}

/** The distance seen from above: √(x² + y²). */
export const distanceXY = (a: Points, b: Points, atA = 0, atB = 0): number => {
  const x = a[atA]! - b[atB]!
  const y = a[atA + 1]! - b[atB + 1]!
  return Math.sqrt(x * x + y * y)
}

/** How a tolerance falls off, as a function of the distance in margins: 1 at 0, 0.1 at 1. */
export type Fall = (margins: number) => number

/** 1 / (1 + 9·d²). */
export const longTail: Fall = (d) => 1 / (9 * d * d + 1)

const DECAY = log(10)

/** exp(−ln 10 · d²). */
export const gaussian: Fall = (d) => exp(-DECAY * d * d)

/**
 * 1 where `low` ≤ x ≤ `high`; outside it falls off, to 0.1 where x is a whole `margin` (≥ 0) away.
 *
 * - Source: dm_control's `rewards.tolerance` with its value of 0.1 at the margin.
 */
export const tolerance = (x: number, low: number, high: number, margin: number, fall: Fall = longTail): number => {
  if (x >= low && x <= high) return 1
  if (margin === 0) return 0
  return fall((x < low ? low - x : x - high) / margin)
}

/**
 * The Hamacher product a·b / (a + b − a·b): a t-norm, "and" of numbers in [0, 1]; 0 of two zeros.
 *
 * - Source: Hamacher, 1978.
 */
export const hamacher = (a: number, b: number): number => {
  const union = a + b - a * b
  return union > 0 ? (a * b) / union : 0
}

/**
 * How far a point has come through a box, by volume: 0 in the corner at `zero`, 1 in the one at `one`, and 1 outside. The
 * box's corners are any two that are opposite.
 *
 * - Shapes: three numbers from each offset.
 */
export const prism = (point: Points, corners: Points, zero: number, one: number): number => {
  let share = 1
  for (let i = 0; i < 3; i++) {
    const x = point[i]!
    const from = corners[zero + i]!
    const to = corners[one + i]!
    if (x < Math.min(from, to) || x > Math.max(from, to)) return 1
    share *= (x - from) / (to - from)
  }
  return share
}

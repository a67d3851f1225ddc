import { POINTS } from "./constants.ts"

/**
 * Where the numbers of a state are, from its beginning.
 *
 * The first part tells how things stand, the second how the episode began, the third what was done since: a row for each
 * step. The rigid bodies' own world follows from the last two, see world.ts.
 */

/** Steps made since the reset. */
export const STEPS = 0
/** The shaping of the reward before the next step. */
export const SHAPING = 1
/** 1 where a leg touches the ground: two numbers. */
export const TOUCHING = 2
/** 1 once the hull has touched the ground. */
export const CRASHED = 4
/** 0 once all has come to rest. */
export const AWAKE = 5
/** How often the wind has blown. */
export const BLOWN = 6
/** Of hull and legs: x, y, angle, v_x, v_y, ω. */
export const BODIES = 7
export const PER_BODY = 6

/** The heights drawn, m, one more than there are points. */
export const HEIGHTS = BODIES + 3 * PER_BODY
/** The push at the beginning, N. */
export const FORCE = HEIGHTS + POINTS + 1
/** Where in its course the wind begins: of force and of torque. */
export const WIND = FORCE + 2

/** The steps: the action and two draws each. */
export const LOG = WIND + 2
/** Steps that a state has room for: the time limit. */
export const CAPACITY = 1000

/** Numbers of one step in the log. */
export const rowSize = (actionSize: number): number => actionSize + 2
/** Numbers of a state. */
export const stateSize = (actionSize: number): number => LOG + CAPACITY * rowSize(actionSize)
